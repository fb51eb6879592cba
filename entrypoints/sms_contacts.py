"""The SMS contacts of a sender code, as its dashboard shows them (S1-S11)."""

import re
from datetime import datetime
from typing import Final, get_args
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints import typed
from entrypoints.masking import masked
from entrypoints.whole_values import whole_number
from entrypoints.wiring import Service
from ledger.errors import MessageRefused
from projections import sms_list
from projections.sms_contacts import Tab
from projections.sms_list import After, Asked, Order, SmsRow

TABS: Final[tuple[Tab, ...]] = get_args(Tab)
COLUMNS: Final[dict[Tab, tuple[str, ...]]] = {
    "contacts": ("phone", "emails", "subscribed_at", "list"),
    "opted-out": ("phone", "emails", "opted_out_at", "reason"),
    "other": ("phone", "message_at", "emails"),
}
"""The columns of each tab, exactly and in this order (S8, S10, S11)."""
ORDERS: Final[dict[str, Order]] = {
    "phone": "phone",
    "emails": "email",
    "subscribed_at": "moment",
    "opted_out_at": "moment",
    "list": "list",
    "reason": "reason",
    "message_at": "message",
}
"""Column → the order by it (S6)."""
SHORTEST: Final = 3


class PhoneSeen(BaseModel):
    """A phone on a tab. What a tab has no column for is null."""

    identifier_id: UUID
    contact_id: UUID | None
    scope: str = Field(description="the list, or the sender itself, at which it stands so")
    phone: str | None = Field(description="null once erased")
    hold: str | None = Field(description="banned, blocked or paused: the most serious that covers the place")
    emails: list[str]
    subscribed_at: datetime | None = Field(description="contacts: the first time, however often since")
    list: str | None = Field(description="contacts: the list's name, or its scope")
    opted_out_at: datetime | None
    reason: str | None = Field(description="opted-out: the method, or ban")
    message_at: datetime | None = Field(description="other: the latest inbound text")


class PhonesPage(BaseModel):
    """A page of a tab. `after` asks for the next one; null: this is the last."""

    phones: list[PhoneSeen]
    after: str | None


def page(
    ledger: Service, organization: str, asked: Asked, *, after: str | None, limit: int, values: bool
) -> PhonesPage:
    """A page of a tab. `after` is sealed, for it says what the page is sorted by. Raises MessageRefused."""
    start = _place(typed.opened(ledger, organization, after), asked.order) if after else None
    with ledger.reading.connection() as connection:
        rows = sms_list.phones(connection, organization, asked, after=start, limit=limit + 1)
    shown = rows[:limit]
    last = " ".join(map(str, reversed(sms_list.place(shown[-1], asked.order)))) if len(rows) > limit else None
    return PhonesPage(
        phones=[_seen(row, asked.tab, values=values) for row in shown],
        after=typed.sealed(ledger, organization, last) if last else None,
    )


def digits_of(text: str, *, values: bool, field: str = "q") -> str:
    """What part of a number is searched for, however it is written; who sees `values` masked gives a whole one.

    Raises MessageRefused naming the field.
    """
    if not values:
        return whole_number(text, field)
    found = re.sub(r"[^+\d]", "", text)
    if len(found) < SHORTEST:
        raise MessageRefused("invalid-request", f"{field}: give at least {SHORTEST} digits of a phone number")
    return found


def _seen(row: SmsRow, tab: Tab, *, values: bool) -> PhoneSeen:
    phone = row.phone or None
    return PhoneSeen(
        identifier_id=row.identifier_id,
        contact_id=row.person_id,
        scope=row.scope,
        phone=phone if values else masked("phone", phone),
        hold=row.hold,
        emails=row.emails if values else [masked("email", one) or "" for one in row.emails],
        subscribed_at=row.moment if tab == "contacts" else None,
        list=(row.list_name or row.scope) if tab == "contacts" else None,
        opted_out_at=row.moment if tab == "opted-out" else None,
        reason=row.reason if tab == "opted-out" else None,
        message_at=row.message_at if tab == "other" else None,
    )


def _place(after: str | None, order: Order) -> After:
    try:
        if after is None:
            raise ValueError
        scope, identifier, key = after.split(" ", 2)
        if order in ("moment", "message"):
            datetime.fromisoformat(key)
        return key, UUID(identifier), scope
    except ValueError:
        raise MessageRefused("invalid-request", "after: must be the `after` of an earlier page") from None
