"""What the ledger publishes: every event, and the newest status of every address and place.

Nothing personal is in either: sealed parts are left out, ids are keyed hashes.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Consent = Literal["never", "pending", "subscribed", "unsubscribed", "declined", "expired"]
Deliverability = Literal["active", "bounced", "complained", "blacklisted"]
Hold = Literal["none", "paused", "blocked", "banned"]


class Outbound(BaseModel):
    """Frozen; receivers ignore fields they do not know, since fields may be added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    organization: str


class OutboundEvent(Outbound):
    """A recorded event: at least once, in order of `position` per key, which is the stream id."""

    event_id: UUID
    type: str = Field(examples=["identifier.opted-out.v1"])
    stream_id: UUID = Field(description="of the identifier, contact or organization; the record's key")
    version: int = Field(description="place in its stream, from 1")
    position: int = Field(description="place in the ledger's log")
    effective_at: datetime
    occurred_at: datetime | None
    received_at: datetime
    recorded_at: datetime
    source: str
    actor: str | None
    correlation_id: str | None
    flags: list[str] = Field(description="why a restrictive act was taken although something in it was wrong")
    data: dict[str, Any] = Field(description="what the event says, without its sealed part")


class IdentityChanged(Outbound):
    """Whom a contact id leads to from now on: after a link, an unlink, or an identifier that made an anonymous
    contact the person's oldest. At least once, in order of `position` per key, which is the contact id.
    """

    type: Literal["identity.changed"] = "identity.changed"
    contact_id: UUID = Field(description="any id a contact ever had; the record's key")
    person_id: UUID = Field(description="the person it leads to now: the id to keep")
    previous_person_id: UUID
    event_id: UUID = Field(description="the event that changed it")
    position: int = Field(description="of that event in the ledger's log")
    recorded_at: datetime


class OutboundStatus(Outbound):
    """The newest status at one place of one identifier. The record's key is `status_key` of it; a tombstone
    (no value) says the person was erased or the place is no more.
    """

    identifier_id: UUID
    channel: str
    scope: str
    purpose: str
    consent: Consent
    deliverability: Deliverability
    hold: Hold
    erased: bool
    sendable: bool
    reasons: list[str] = Field(description="what forbids sending, most serious first")
    deciding_event: UUID | None
    changes_at: datetime | None = Field(description="when time alone may change this")
    position: int = Field(description="of the log, up to which this was judged")
    change: Annotated[int, Field(description="rises with every change of any status; the greater one is newer")]


def status_key(identifier_id: UUID, channel: str, scope: str, purpose: str) -> bytes:
    """The key under which a status is compacted: its four parts with a space between them."""
    return f"{identifier_id} {channel} {scope} {purpose}".encode()
