"""SMS contacts (S1-S11): a sender, its three tabs, each with exactly its columns, in any order of them."""

from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from entrypoints import sms_contacts, typed
from entrypoints.console.lists import State, refuse_unknown, searched, show_list
from entrypoints.console.opt_outs import METHODS
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from entrypoints.sms_contacts import COLUMNS, ORDERS, TABS, PhonesPage, digits_of
from ledger.errors import NotFound
from projections import sms_list
from projections.sms_contacts import Tab
from projections.sms_list import Asked

router = pages_router()
PLACE: Final = Place("sms", "nav.sms", "contacts", router)
Reader = Annotated[View, Depends(looking("contacts"))]
Column = Literal["phone", "emails", "subscribed_at", "list", "opted_out_at", "reason", "message_at"]
USUAL: Final[dict[Tab, Column]] = {"contacts": "subscribed_at", "opted-out": "opted_out_at", "other": "message_at"}
"""What a tab is sorted by where nothing else is asked for, latest first."""


class Question(State):
    """The sender, the tab and what is looked for; `q` is part of a number, sealed. Columns and their order."""

    after: str | None = Field(None, max_length=2_000, description="of the page before, sealed")
    sender: str | None = Field(None, max_length=400)
    tab: Tab = "contacts"
    list: str | None = Field(None, max_length=400)
    reason: str | None = Field(None, max_length=40)
    q: str | None = Field(None, max_length=2_000)
    sort: Column | None = None
    way: Literal["asc", "desc"] = "desc"
    columns: tuple[Column, ...] = ()
    """Those shown; none: all of the tab."""

    @property
    def sorted_by(self) -> Column:
        return self.sort if self.sort is not None and self.sort in COLUMNS[self.tab] else USUAL[self.tab]

    @property
    def shown(self) -> tuple[str, ...]:
        wanted = {"phone", *self.columns}
        return tuple(one for one in COLUMNS[self.tab] if not self.columns or one in wanted)


class SmsPage(PhonesPage):
    """The page; without a sender nothing but the senders there are to choose from (S1)."""

    sender: str | None
    senders: dict[str, str | None]


@twins(router, "/{organization}/sms")
def sms(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """One tab of one sender; where there are several, one has to be chosen first."""
    with view.ledger.reading.connection() as connection:
        senders = sms_list.senders(connection, view.organization)
        sender = chosen(senders, asked.sender)
        lists = {
            one: sms_list.lists(connection, view.organization, one) for one in ([sender] if sender else senders)
        }
    refuse_unknown(asked, reason=METHODS, list=lists.get(sender or "", {}))
    text = searched(view, asked.q)
    page = _page(view, asked, sender, text) if sender else PhonesPage(phones=[], after=None)
    data = SmsPage(**dict(page), sender=sender, senders=senders)
    names = asked.shown
    said = (one.model_dump(mode="json") for one in page.phones)
    rows = ([_cell(one[name]) for name in names] for one in said)
    return show_list(
        view,
        "sms",
        asked,
        data,
        (names, rows),
        sender=sender,
        senders=senders,
        lists=lists[sender] if sender else lists,
        tabs=TABS,
        all_columns=COLUMNS[asked.tab],
        methods=METHODS,
        text=text,
        once=uuid4,
    )


def chosen(senders: dict[str, str | None], asked: str | None) -> str | None:
    """The sender to show: the one asked for, or the only one there is. Raises NotFound."""
    if asked is not None and asked not in senders:
        raise NotFound(TEXTS["sms.no_sender"])
    return asked or (next(iter(senders)) if len(senders) == 1 else None)


def _page(view: View, asked: Question, sender: str, text: str | None) -> PhonesPage:
    wanted = Asked(
        sender,
        asked.tab,
        asked.list if asked.tab == "contacts" else None,
        asked.reason if asked.tab == "opted-out" else None,
        digits_of(text, values=view.values) if text else None,
        ORDERS[asked.sorted_by],
        asked.way == "desc",
    )
    return sms_contacts.page(
        view.ledger,
        view.organization,
        wanted,
        after=asked.after,
        limit=asked.limit,
        values=view.values,
    )


def _cell(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value


@router.post("/{organization}/sms/search")
def search(view: Reader, form: Form) -> RedirectResponse:
    """Goes to the tab as it is, searched and filtered; what was searched for shows in no address."""
    asked = {name: form.get(name, "").strip() for name in ("q", "list", "reason")}
    if asked["q"]:
        digits_of(asked["q"], values=view.values)
        asked["q"] = typed.sealed(view.ledger, view.organization, asked["q"][:200])
    state = [pair for pair in parse_qsl(form.get("state", "")) if pair[0] not in asked]
    state += [(name, told) for name, told in asked.items() if told]
    return RedirectResponse(f"/console/{view.organization}/sms?{urlencode(state)}", 303, HEADERS)
