"""SMS contacts (S1-S11): a sender, its three tabs, each with exactly its columns."""

from typing import Annotated, Final

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from entrypoints import sms_contacts
from entrypoints.console.lists import State, search_address, searched, show_list
from entrypoints.console.opt_outs import METHODS
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from entrypoints.sms_contacts import CONSENT, TABS, PhonesPage, Tab, digits_of
from projections import sms_contacts as table
from projections.sms_contacts import Asked

router = pages_router()
PLACE: Final = Place("sms", "nav.sms", "contacts", router)
Reader = Annotated[View, Depends(looking("contacts"))]
COLUMNS: Final[dict[Tab, tuple[str, ...]]] = {
    "contacts": ("phone", "emails", "subscribed_at", "list"),
    "opted-out": ("phone", "emails", "opted_out_at", "reason"),
    "other": ("phone", "message_at", "emails"),
}


class Question(State):
    """The sender, the tab, and what is looked for; `q` is part of a number, sealed."""

    sender: str | None = Field(None, max_length=400)
    tab: Tab = "contacts"
    list: str | None = Field(None, max_length=400)
    reason: str | None = Field(None, max_length=40)
    q: str | None = Field(None, max_length=2_000)


@twins(router, "/{organization}/sms")
def sms(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """One tab of one sender; the first sender where none is chosen."""
    with view.ledger.reading.connection() as connection:
        senders = table.senders(connection, view.organization)
        sender = asked.sender or next(iter(senders), None)
        lists = table.lists(connection, view.organization, sender) if sender else {}
    text = searched(view, asked.q)
    page = PhonesPage(phones=[], after=None)
    if sender is not None:
        wanted = Asked(
            sender,
            CONSENT[asked.tab],
            asked.list if asked.tab == "contacts" else None,
            asked.reason if asked.tab == "opted-out" else None,
            digits_of(text) if text else None,
        )
        page = sms_contacts.page(
            view.ledger,
            view.organization,
            asked.tab,
            wanted,
            after=asked.after,
            limit=asked.limit,
            values=view.values,
        )
    names = COLUMNS[asked.tab]
    rows = [[one.model_dump(mode="json")[name] for name in names] for one in page.phones]
    rows = [[" ".join(value) if isinstance(value, list) else value for value in row] for row in rows]
    return show_list(
        view,
        "sms",
        asked,
        page,
        (names, rows),
        sender=sender,
        senders=senders,
        lists=lists,
        tabs=TABS,
        shown=names,
        methods=METHODS,
        text=text,
    )


@router.post("/{organization}/sms/search")
def search(view: Reader, form: Form) -> RedirectResponse:
    """Goes to the tab; what was searched for shows in no address."""
    return search_address(view, form, "sms", sealed=("q",), plain=("sender", "tab", "list", "reason"))
