"""The SMS contacts of a sender code, as its dashboard shows them (S1-S11)."""

import base64
import binascii
import re
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.masking import masked
from entrypoints.wiring import Service
from ledger.errors import MessageRefused
from projections import sms_contacts
from projections.sms_contacts import After, Asked, SmsRow

Tab = Literal["contacts", "opted-out", "other"]
TABS: Final[tuple[Tab, ...]] = get_args(Tab)
CONSENT: Final[dict[Tab, str]] = {"contacts": "subscribed", "opted-out": "unsubscribed", "other": "declined"}
SHORTEST: Final = 3


class PhoneSeen(BaseModel):
    """A phone on a tab. What a tab has no column for is null."""

    identifier_id: UUID
    contact_id: UUID | None
    phone: str | None = Field(description="null once erased")
    emails: list[str]
    subscribed_at: datetime | None = Field(description="contacts: the first time, however often since")
    list: str | None = Field(description="contacts: the list's name, or its scope")
    opted_out_at: datetime | None
    reason: str | None = Field(description="opted-out: the method, or ban")
    message_at: datetime | None = Field(description="other: the latest inbound text")


class PhonesPage(BaseModel):
    """A page of a tab, latest first. `after` asks for the next one; null: this is the last."""

    phones: list[PhoneSeen]
    after: str | None


def page(
    ledger: Service, organization: str, tab: Tab, asked: Asked, *, after: str | None, limit: int, values: bool
) -> PhonesPage:
    """A page of a sender's tab. Raises MessageRefused."""
    start = _place(after) if after else None
    with ledger.reading.connection() as connection:
        rows = sms_contacts.phones(connection, organization, asked, after=start, limit=limit + 1)
    shown = rows[:limit]
    return PhonesPage(
        phones=[_seen(row, tab, values=values) for row in shown],
        after=_cursor(shown[-1].place) if len(rows) > limit else None,
    )


def digits_of(text: str) -> str:
    """What part of a number is searched for, however it is written. Raises MessageRefused."""
    found = re.sub(r"[^+\d]", "", text)
    if len(found) < SHORTEST:
        raise MessageRefused("invalid-request", f"search: give at least {SHORTEST} digits of a phone number")
    return found


def _seen(row: SmsRow, tab: Tab, *, values: bool) -> PhoneSeen:
    return PhoneSeen(
        identifier_id=row.identifier_id,
        contact_id=row.person_id,
        phone=row.value if values else masked("phone", row.value),
        emails=row.emails if values else [masked("email", one) or "" for one in row.emails],
        subscribed_at=row.subscribed_at if tab == "contacts" else None,
        list=(row.list_name or row.scope) if tab == "contacts" else None,
        opted_out_at=row.moment if tab == "opted-out" else None,
        reason=row.reason if tab == "opted-out" else None,
        message_at=(row.message_at or row.moment) if tab == "other" else None,
    )


def _cursor(place: After) -> str:
    text = " ".join([place[0].isoformat(), *map(str, place[1:])])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _place(cursor: str) -> After:
    try:
        moment, identifier, scope, purpose = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        return datetime.fromisoformat(moment), UUID(identifier), scope, purpose
    except (ValueError, binascii.Error):
        raise MessageRefused("invalid-request", "after: must be the `after` of an earlier page") from None
