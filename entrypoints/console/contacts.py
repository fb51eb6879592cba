"""All contacts (L1-L15, Y1-Y7, Y14-Y23): listed, searched and filtered, the whole state in the address."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field, ValidationError

from entrypoints import contacts
from entrypoints.console import typed
from entrypoints.console.pages import Place, Table, show, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS, say
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactSeen, ContactsPage
from ledger.errors import MessageRefused
from ledger.events.vocabulary import ALL, CHANNELS, CHANNELS_OF
from projections import counters, scopes
from projections.contact_list import Filter

Type = Literal["subscriber", "unsubscriber", "purchaser", "anonymous"]
Column = Literal["type", "channels", "updated", "created", "source", "id"]
COLUMNS: Final[tuple[Column, ...]] = get_args(Column)
USUAL: Final[tuple[Column, ...]] = ("channels", "updated", "created", "source")
ALWAYS: Final = ("email", "sms", "web_push", "app_push")
"""Channels with a column whether or not anybody has subscribed on them (L10)."""
STATUSES: Final[dict[str, tuple[str, ...]]] = {
    "group.email": (
        "email",
        "email.active",
        "email.complained",
        "email.unsubscribed",
        "email.blacklisted",
        "email.pending",
        "email.bounced",
    ),
    "group.phone": (
        "phone",
        "phone.active",
        "phone.unsubscribed",
        "phone.blacklisted",
        "phone.pending",
        "phone.bounced",
    ),
    "group.holds": ("paused", "blocked", "banned"),
}
"""The status filters (Y14-Y23), one of which may be on at a time."""

router = pages_router()
Reader = Annotated[View, Depends(looking("contacts"))]
PLACE: Final = Place("contacts", "nav.contacts", "contacts", router)


class Question(BaseModel):
    """The state of the list, as its address has it."""

    q: str | None = Field(None, max_length=2_000, description="what was searched for, sealed")
    status: str | None = Field(None, max_length=50)
    type: Type | None = None
    merchant: str | None = Field(None, max_length=200)
    columns: list[Column] = Field(list(USUAL))
    after: str | None = Field(None, max_length=200)
    limit: int = Field(50, ge=1, le=1_000)


class Applied(BaseModel):
    """A filter that is on: how it is called, and the field of the address it goes by."""

    name: str
    field: str


class Contacts(ContactsPage):
    """The page, with what it was asked for."""

    applied: list[Applied]


@twins(router, "/{organization}/contacts")
def all_contacts(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """The list, last updated first."""
    text = _typed(view, asked.q)
    page = contacts.page(
        view.ledger,
        view.organization,
        Filter(text, asked.type, asked.status),
        after=asked.after,
        limit=asked.limit,
        counted=True,
        values=view.values,
    )
    with view.ledger.reading.connection() as connection:
        counts = counters.people(connection, view.organization)
        used = counters.channels(connection, view.organization)
        merchants = scopes.merchants(connection, view.organization)
        names = scopes.names(connection, list(view.viewer.organizations))
    channels = [channel for channel in CHANNELS if channel in ALWAYS or channel in used]
    applied = _applied(asked, text)
    data = Contacts(**page.model_dump(), applied=applied)
    return show(
        view,
        "contacts.html",
        data,
        _table(page.contacts, channels, asked.merchant),
        asked=asked,
        text=text,
        counts=counts,
        merchants=merchants,
        names=names,
        channels=channels,
        statuses=STATUSES,
        types=get_args(Type),
        all_columns=COLUMNS,
        subscribed=subscribed,
        link=lambda **changes: _link(view, asked, **changes),
    )


@router.post("/{organization}/contacts/search")
def search(view: Reader, form: Form) -> Response:
    """Goes to the list searched for this text, which does not show in the address; other filters stay."""
    state = [pair for pair in parse_qsl(form.get("state", "")) if pair[0] != "q"]
    text = form.get("text", "").strip()
    if text:
        state.append(("q", typed.sealed(view.ledger, view.organization, text[:200])))
    return RedirectResponse(f"/console/{view.organization}/contacts?{urlencode(state)}", 303, HEADERS)


def chosen(view: View, state: str) -> tuple[list[str], Filter]:
    """The filters of a list in this state, in words, and who fits them. Raises MessageRefused."""
    given = {name: value for name, value in parse_qsl(state) if name in ("q", "status", "type")}
    try:
        asked = Question.model_validate(given)
    except ValidationError:
        raise MessageRefused("invalid-request", "of: the state of a contact list, as its address has it") from None
    text = _typed(view, asked.q)
    return [one.name for one in _applied(asked, text)], Filter(text, asked.type, asked.status)


def subscribed(contact: ContactSeen, channel: str, merchant: str | None) -> str | None:
    """The consent to show for a channel: at the merchant, or the best at any; None where nothing was ever said.

    What holds for the whole organization holds for a merchant that nothing else is said of, and so do channels.
    """
    places = [merchant, merchant.split("/")[0]] if merchant else list(contact.subscriptions)
    said = [at for place in places if (at := contact.subscriptions.get(place))]
    if merchant:
        said = said[:1]
    found = [consents[channel] for consents in said if channel in consents]
    if not found and _has(contact, channel):
        found = [consents[ALL] for consents in said if ALL in consents]
    return min(found, key=_ORDER.index) if found else None


_ORDER: Final = ("subscribed", "pending", "unsubscribed", "declined", "expired", "never")


def _has(contact: ContactSeen, channel: str) -> bool:
    """Whether it has an identifier of this channel, so far as the list shows."""
    held = [kind for kind, values in (("email", contact.emails), ("phone", contact.phones)) if values]
    return any(channel in CHANNELS_OF[kind] for kind in held)


def _typed(view: View, token: str | None) -> str | None:
    if token is None:
        return None
    text = typed.opened(view.ledger, view.organization, token)
    if text is None:
        raise MessageRefused("invalid-request", TEXTS["error.q"])
    return text


def _applied(asked: Question, text: str | None) -> list[Applied]:
    found = []
    if text is not None:
        found.append(Applied(name=say("filter.search", text=text), field="q"))
    if asked.status is not None:
        found.append(Applied(name=say("filter.status", name=_status_name(asked.status)), field="status"))
    if asked.type is not None:
        found.append(Applied(name=say("filter.type", name=TEXTS[f"type.{asked.type}"]), field="type"))
    return found


def _status_name(mark: str) -> str:
    group = next((key for key, marks in STATUSES.items() if mark in marks), None)
    name = TEXTS.get(f"status.{mark}", mark)
    return f"{TEXTS[group]}, {name}" if group in ("group.email", "group.phone") and "." in mark else name


def _link(view: View, asked: Question, **changes: Any) -> str:
    """The list with these changes; the page begins anew unless `after` is among them."""
    state = {**asked.model_dump(exclude_defaults=True, exclude={"after"}), **changes}
    query = urlencode({name: value for name, value in state.items() if value is not None}, doseq=True)
    return f"/console/{view.organization}/contacts" + (f"?{query}" if query else "")


def _table(shown: Sequence[ContactSeen], channels: Sequence[str], merchant: str | None) -> Table:
    names = ["id", "name", "emails", "phones", "external_ids", "type", *channels]
    names += ["last_updated", "created_at", "created_method", "created_source"]
    return names, list(_rows(shown, channels, merchant))


def _rows(shown: Sequence[ContactSeen], channels: Sequence[str], merchant: str | None) -> Iterator[list[object]]:
    for one in shown:
        yield [
            str(one.id),
            one.name,
            " ".join(one.emails),
            " ".join(one.phones),
            " ".join(one.external_ids),
            one.type,
            *[subscribed(one, channel, merchant) for channel in channels],
            one.last_updated.isoformat(),
            one.created_at.isoformat(),
            one.created_method,
            one.created_source,
        ]
