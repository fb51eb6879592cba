"""The shapes in which answers are shown: the same for HTTP and for `--json` on the command line."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from ledger.events.envelope import Recorded
from ledger.events.vocabulary import Consent, Deliverability, Hold
from ledger.rules.epochs import epochs
from ledger.rules.status import Status


class Sendable(BaseModel):
    """The answer for one identifier, and the event that decided it."""

    identifier_id: UUID
    sendable: bool
    reasons: list[str] = Field(description="what forbids it, most serious first; empty when sendable")
    consent: Consent
    deliverability: Deliverability
    hold: Hold
    erased: bool
    deciding_event: UUID | None
    policies: list[str] = Field(description="versions of the policies that shaped this answer")
    quiet_until: datetime | None = Field(
        description="until when it had better wait; never a reason against sending"
    )


class SendableAnswer(BaseModel):
    """Answers in the order asked."""

    channel: str
    scope: str
    purpose: str
    at: datetime
    known_at: datetime | None
    policy: str
    answers: list[Sendable]


class StatusAnswer(Sendable):
    """The whole status of one identifier at one place and moment."""

    channel: str
    scope: str
    purpose: str
    at: datetime
    consent_event: UUID | None
    consent_since: datetime | None
    consent_method: str | None
    first_subscribed_at: datetime | None
    latest_subscribed_at: datetime | None
    deliverability_event: UUID | None
    deliverability_since: datetime | None
    soft_bounces: int
    hold_event: UUID | None
    hold_since: datetime | None
    hold_until: datetime | None
    erased_event: UUID | None
    changes_at: datetime | None = Field(description="when time alone may change this answer")
    policy: str


class EventSeen(BaseModel):
    """One recorded event. `data` holds what it says; personal parts only for those who may read values."""

    event_id: UUID
    type: str
    position: int
    effective_at: datetime
    occurred_at: datetime | None
    received_at: datetime
    recorded_at: datetime | None
    source: str
    actor: str | None
    origin: str | None
    act_id: UUID = Field(description="of the message it follows from: events of one message share it")
    correlation_id: str | None
    flags: list[str]
    data: dict[str, Any]


class HistoryAnswer(BaseModel):
    """Every event of one identifier, in log order."""

    identifier_id: UUID
    events: list[EventSeen]


class EpochSeen(BaseModel):
    """One ownership of an identifier. `contacts`: who claimed it meanwhile, in the order of their claims."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    cause: str = Field(description="first_heard_of or recycled")
    event_id: UUID
    contacts: list[UUID]


class EpochsAnswer(BaseModel):
    """Who held an identifier, epoch by epoch."""

    identifier_id: UUID
    epochs: list[EpochSeen]


class LookupAnswer(BaseModel):
    """Where the ledger keeps this identifier; `known` is false where it never heard of it."""

    identifier_id: UUID
    known: bool
    contact_id: UUID | None = Field(description="the person who holds it now")


def sendable(identifier_id: UUID, status: Status) -> Sendable:
    return Sendable(
        identifier_id=identifier_id,
        sendable=status.sendable,
        reasons=list(status.reasons),
        consent=status.consent,
        deliverability=status.deliverability,
        hold=status.hold,
        erased=status.erased,
        deciding_event=status.deciding_event,
        policies=list(status.policies),
        quiet_until=status.quiet_until,
    )


def whole_status(identifier_id: UUID, status: Status) -> StatusAnswer:
    shown = {name: getattr(status, name) for name in StatusAnswer.model_fields if name != "identifier_id"}
    shown |= {"reasons": list(status.reasons), "policies": list(status.policies)}
    return StatusAnswer(identifier_id=identifier_id, **shown)


def epochs_seen(events: Iterable[Recorded]) -> list[EpochSeen]:
    """Who held an identifier, by its events."""
    return [EpochSeen(**asdict(one)) for one in epochs(events)]


def event_seen(event: Recorded, *, values: bool) -> EventSeen:
    """One event; its personal parts only where `values` allows and the event was opened."""
    envelope, body = event.envelope, event.body
    return EventSeen(
        event_id=event.event_id,
        type=event.name,
        position=event.position,
        effective_at=event.effective_at,
        occurred_at=envelope.occurred_at,
        received_at=envelope.received_at,
        recorded_at=envelope.recorded_at,
        source=envelope.source,
        actor=envelope.actor,
        origin=envelope.origin,
        act_id=envelope.act_id,
        correlation_id=envelope.correlation_id,
        flags=list(envelope.flags),
        data=body.model_dump(mode="json", exclude=None if values else set(body.SEALED_FIELDS)),
    )
