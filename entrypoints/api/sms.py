"""The SMS contacts of a sender (S1-S11), asked for by body: part of a number is personal."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from entrypoints import sms_contacts
from entrypoints.api.auth import Caller, Ledger, Values, needs
from entrypoints.api.models import Asked, Scope
from entrypoints.api.problems import invalid
from entrypoints.sms_contacts import COLUMNS, ORDERS, PhonesPage, digits_of
from ledger.events.scope import covers
from projections import sms_list
from projections.sms_contacts import Tab

router = APIRouter(prefix="/v1/organizations/{organization}/sms", tags=["contacts"])
_Reader = Annotated[Caller, Depends(needs("contacts"))]


class SenderSeen(BaseModel):
    """A sender code, and the name it is shown by."""

    sender: str = Field(examples=["acme/shop/48099"])
    name: str | None


class PhonesQuestion(Asked):
    """Which phones of a sender: a tab, and what narrows it."""

    sender: Scope
    tab: Tab = Field("contacts", description="subscribed, opted out, or neither after a double opt-in that failed")
    list: Scope | None = Field(None, description="of `contacts`: one list")
    reason: str | None = Field(None, max_length=40, description="of `opted-out`: a method, or ban")
    search: str | None = Field(
        None, max_length=100, description="part of a number, at least 3 digits; a whole one where values are masked"
    )
    sort: sms_list.Order | None = Field(None, description="by what; absent: the tab's date", examples=["phone"])
    descending: bool = True
    after: str | None = Field(None, max_length=2_000, description="the `after` of the page before")
    limit: int = Field(50, ge=1, le=200)


@router.get("/senders")
def list_senders(ledger: Ledger, caller: _Reader) -> list[SenderSeen]:
    """Senders that were created or that texts are consented to."""
    with ledger.reading.connection() as connection:
        found = sms_list.senders(connection, caller.organization)
    return [SenderSeen(sender=code, name=name) for code, name in found.items()]


@router.post("/search")
def search_phones(asked: PhonesQuestion, ledger: Ledger, caller: _Reader, values: Values) -> PhonesPage:
    """A page of one tab of one sender, latest first or as it is to be sorted."""
    if not covers(caller.organization, asked.sender):
        raise invalid(("sender", f"must begin with `{caller.organization}`, the organization in the path"))
    orders = [ORDERS[column] for column in COLUMNS[asked.tab]]
    if asked.sort is not None and asked.sort not in orders:
        raise invalid(("sort", f"this tab is sorted by {', '.join(orders)}"))
    wanted = sms_list.Asked(
        asked.sender,
        asked.tab,
        asked.list if asked.tab == "contacts" else None,
        asked.reason if asked.tab == "opted-out" else None,
        digits_of(asked.search, values=values, field="search") if asked.search else None,
        asked.sort or ("message" if asked.tab == "other" else "moment"),
        asked.descending,
    )
    return sms_contacts.page(
        ledger, caller.organization, wanted, after=asked.after, limit=asked.limit, values=values
    )
