"""All contacts (L1-L15, Y1-Y7, Y14-Y23, Y29): listed, searched, found by criteria, all state in the address."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import parse_qs, parse_qsl, urlencode
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from entrypoints import contacts, typed
from entrypoints.channels import in_use
from entrypoints.console import building, criteria
from entrypoints.console.consents import ORDER, subscribed
from entrypoints.console.criteria import Typed
from entrypoints.console.lists import refuse_unknown
from entrypoints.console.pages import Place, Table, show, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS, say
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactSeen, ContactsPage
from entrypoints.whole_values import searchable
from ledger.errors import MessageRefused
from ledger.store.connections import planned_once
from projections import counters, scopes
from projections.contact_count import COUNTED_TO
from projections.contact_query import Filter
from projections.criteria.registry import SOURCES
from projections.criteria.tree import Node, NotOf

Type = Literal["subscriber", "unsubscriber", "purchaser", "anonymous"]
Ranked = Literal["updated", "created", "earliest"]
Column = Literal["type", "channels", "updated", "created", "source", "id"]
COLUMNS: Final[tuple[Column, ...]] = get_args(Column)
USUAL: Final[tuple[Column, ...]] = ("channels", "updated", "created", "source")
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
WITH_DELETED: Final = "email"
"""The status filter that deleted contacts fit too (Y15)."""
_PASSING: Final = {"after", "count", "done", "who"}
"""Fields that are said once: the page with something changed begins without them."""
FieldCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]

router = pages_router()
Reader = Annotated[View, Depends(looking("contacts"))]
PLACE: Final = Place("contacts", "nav.contacts", "contacts", router)


class Question(BaseModel):
    """The state of the list, as its address has it."""

    model_config = ConfigDict(extra="forbid")

    q: str | None = Field(None, max_length=2_000, description="what was searched for, sealed")
    status: str | None = Field(None, max_length=50)
    type: Type | None = None
    merchant: str | None = Field(None, max_length=200)
    criteria: str | None = Field(None, max_length=12_000, description="as JSON; sealed where somebody typed of it")
    ranked: Ranked = "updated"
    columns: list[Column] = Field(list(USUAL))
    fields: list[FieldCode] = Field([], max_length=20, description="profile fields that are columns")
    build: str | None = Field(None, max_length=50, description="the source of criteria whose form is open")
    after: str | None = Field(None, max_length=200)
    count: bool = Field(False, description="count those who fit, however long that takes")
    limit: int = Field(50, ge=1, le=1_000)
    done: str | None = Field(None, max_length=50, description="what an act in a row has just done")
    who: UUID | None = Field(None, description="to whom")


class Applied(BaseModel):
    """A filter that is on: how it is called, and the field of the address it goes by."""

    name: str
    field: str


class Contacts(ContactsPage):
    """The page, with what it was asked for."""

    applied: list[Applied]


@twins(router, "/{organization}/contacts")
def all_contacts(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """The list, last updated first or as it is ranked."""
    return _list(view, asked, Typed())


def _wanted(view: View, asked: Question) -> Filter:
    """Exactly the people of the list on screen, of all its pages. Raises MessageRefused."""
    deleted = None if asked.status == WITH_DELETED else False
    root = criteria.read(view, asked.criteria)
    wanted = Filter(_typed(view, asked.q), asked.type, asked.status, deleted, asked.ranked, root, view.now)
    return searchable(view.ledger, view.organization, wanted, values=view.values, field="q")


def _question(state: str) -> Question:
    """The state of the list out of a form, which holds the address. Raises MessageRefused."""
    known = {name: held if name in ("columns", "fields") else held[-1] for name, held in parse_qs(state).items()}
    try:
        return Question.model_validate({**known, "after": None, "count": False})
    except ValidationError:
        raise MessageRefused("invalid-request", TEXTS["error.state"]) from None


def _list(view: View, asked: Question, written: Typed) -> Response:
    with view.ledger.held() as ledger:
        return _shown(replace(view, ledger=ledger), asked, written)


def _shown(view: View, asked: Question, written: Typed) -> Response:
    wanted = _wanted(view, asked)
    text, root = _typed(view, asked.q), wanted.criteria
    with view.ledger.reading.connection() as connection, planned_once(connection):
        counts = counters.people(connection, view.organization)
        merchants = scopes.merchants(connection, view.organization)
        channels = in_use(view.ledger, view.organization)
        fields = criteria.field_names(view)
    refuse_unknown(asked, merchant=merchants)
    page = contacts.page(
        view.ledger,
        view.organization,
        wanted,
        after=asked.after,
        limit=asked.limit,
        counted=True,
        cheaply=view.twin == "html" and not asked.count,
        values=view.values,
        fields=asked.fields,
        people=counts,
    )
    in_words = criteria.shown(root, fields) if root is not None else None
    data = Contacts(**dict(page), applied=_applied(asked, text, in_words))
    return show(
        view,
        "contacts.html",
        data,
        _table(page.contacts, channels, asked),
        status=422 if written.wrong else 200,
        asked=asked,
        text=text,
        counts=_counted(counts),
        merchants=merchants,
        names=view.names(),
        channels=channels,
        counted_to=COUNTED_TO,
        statuses=STATUSES,
        types=get_args(Type),
        rankings=get_args(Ranked),
        all_columns=COLUMNS,
        kept=asked.model_dump(exclude_defaults=True, exclude={"columns", "fields"} | _PASSING),
        fields=fields,
        subscribed=subscribed,
        consents=(None, *ORDER),
        link=_links(view, asked),
        **_builder(view, asked, root, in_words, written),
    )


def _builder(
    view: View, asked: Question, root: Node | None, in_words: criteria.Shown | None, written: Typed
) -> dict[str, Any]:
    """What the template shows of criteria: those that are on, the steps from there, and the form that is open."""

    def link(changed: Node | None) -> str:
        return _links(view, asked)(criteria=criteria.addressed(view, changed))

    source = asked.build if asked.build in SOURCES else None
    return {
        "sources": list(SOURCES),
        "source": source,
        "in_words": in_words,
        "form": criteria.form(view, source, written) if source else [],
        "written": written,
        "into": criteria.where(root) if source and root is not None else [],
        "without": lambda path: link(building.removed(root, path) if root is not None else None),
        "switched": lambda path: link(building.switched(root, path) if root is not None else None),
    }


@router.post("/{organization}/contacts/criteria")
def add_criterion(view: Reader, form: Form) -> Response:
    """Goes to the list with one criterion more; what cannot be taken comes back with what is wrong at the field."""
    asked = _question(form.get("list", ""))
    source = form.get("source", "")
    if source not in SOURCES:
        raise MessageRefused("invalid-request", "source: choose one of those the page offers")
    made = criteria.taken(source, form)
    if isinstance(made, Typed):
        asked.build = source
        chosen = {name: form.get(name, "") for name in ("sense", "into")}
        return _list(view, asked, replace(made, values={**made.values, **chosen}))
    node: Node = NotOf(not_of=made) if form.get("sense") == "not" else made
    root = building.added(criteria.read(view, asked.criteria), node, form.get("into", ""))
    address = _links(view, asked)(criteria=criteria.addressed(view, root), build=None)
    return RedirectResponse(address, 303, HEADERS)


@router.post("/{organization}/contacts/search")
def search(view: Reader, form: Form) -> Response:
    """Goes to the list searched for this text, which does not show in the address; other filters stay."""
    state = [pair for pair in parse_qsl(form.get("state", "")) if pair[0] != "q"]
    if text := form.get("text", "").strip():
        searchable(view.ledger, view.organization, Filter(text), values=view.values, field="text")
        state.append(("q", typed.sealed(view.ledger, view.organization, text[:200])))
    return RedirectResponse(f"/console/{view.organization}/contacts?{urlencode(state)}", 303, HEADERS)


def chosen(view: View, state: str) -> tuple[list[str], Filter]:
    """The filters of a list in this state, in words, and who fits them. Raises MessageRefused."""
    asked = _question(state)
    wanted = _wanted(view, asked)
    in_words = criteria.shown(wanted.criteria, criteria.field_names(view)) if wanted.criteria is not None else None
    return [one.name for one in _applied(asked, wanted.search, in_words)], wanted


def _typed(view: View, token: str | None) -> str | None:
    if token is None:
        return None
    text = typed.opened(view.ledger, view.organization, token)
    if text is None:
        raise MessageRefused("invalid-request", TEXTS["error.q"])
    return text


def _applied(asked: Question, text: str | None, in_words: criteria.Shown | None) -> list[Applied]:
    found = []
    if text is not None:
        found.append(Applied(name=say("filter.search", text=text), field="q"))
    if asked.status is not None:
        found.append(Applied(name=say("filter.status", name=_status_name(asked.status)), field="status"))
    if asked.type is not None:
        found.append(Applied(name=say("filter.type", name=TEXTS[f"type.{asked.type}"]), field="type"))
    if in_words is not None:
        found.append(Applied(name=say("filter.criteria", text=_sentence(in_words)), field="criteria"))
    return found


def _sentence(node: criteria.Shown) -> str:
    """The criteria in one line: `all of (…; not …; any of (…))`."""
    words = node.text
    if node.joined:
        words = f"{node.text} ({'; '.join(map(_sentence, node.parts))})"
    negated = node.negated and node.joined != "any"
    return f"{say('criteria.not')} {words}" if negated else words


def _counted(counts: Mapping[str, int]) -> Mapping[str, int]:
    """How many fit each filter: `WITH_DELETED` counts the deleted too."""
    deleted = counts.get(f"deleted.{WITH_DELETED}", 0)
    return {**counts, WITH_DELETED: counts.get(WITH_DELETED, 0) + deleted}


def _status_name(mark: str) -> str:
    group = next((key for key, marks in STATUSES.items() if mark in marks), None)
    name = TEXTS.get(f"status.{mark}", mark)
    return f"{TEXTS[group]}, {name}" if group in ("group.email", "group.phone") and "." in mark else name


def _links(view: View, asked: Question) -> Callable[..., str]:
    """Gives the address of the list with changes; the page begins anew unless `after` is among them, uncounted."""
    now = asked.model_dump(exclude_defaults=True, exclude=_PASSING)

    def link(**changes: Any) -> str:
        state = {**now, **changes}
        query = urlencode({name: value for name, value in state.items() if value is not None}, doseq=True)
        return f"/console/{view.organization}/contacts" + (f"?{query}" if query else "")

    return link


def _table(shown: Sequence[ContactSeen], channels: Sequence[str], asked: Question) -> Table:
    names = ["id", "name", "emails", "phones", "external_ids", "type", "holds", *channels]
    names += ["last_updated", "created_at", "created_method", "created_source", "deleted", *asked.fields]
    return names, _rows(shown, channels, asked)


def _rows(shown: Sequence[ContactSeen], channels: Sequence[str], asked: Question) -> Iterator[list[object]]:
    for one in shown:
        yield [
            str(one.id),
            one.name,
            " ".join(one.emails),
            " ".join(one.phones),
            " ".join(one.external_ids),
            one.type,
            " ".join(one.holds),
            *[consent for _, consent in subscribed(one, channels, asked.merchant)],
            one.last_updated.isoformat(),
            one.created_at.isoformat(),
            one.created_method,
            one.created_source,
            one.deleted,
            *[one.fields.get(field) for field in asked.fields],
        ]
