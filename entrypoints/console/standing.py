"""Where a contact's identifiers stand, place by place, each status with the event that made it so (Y25, P5, C7)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.console.view import View
from entrypoints.contacts import IdentifierSeen
from ledger.events.envelope import Recorded
from ledger.events.identifier import Bounced
from projections import audit_history, channel_status
from projections.channel_status import StatusRow
from projections.sentences import sentence


class Cause(BaseModel):
    """The event behind a status: what it says, and the reason it gives to who may read values."""

    event_id: UUID
    said: str
    at: datetime
    source: str
    actor: str | None
    code: str | None
    reason: str | None


class Standing(BaseModel):
    """Where an identifier stands at one place: a row of the subscriptions."""

    identifier_id: UUID
    channel: str
    scope: str
    purpose: str
    consent: str
    consent_since: datetime | None
    consent_method: str | None
    first_subscribed_at: datetime | None
    latest_subscribed_at: datetime | None
    deliverability: str
    deliverability_since: datetime | None
    soft_bounces: int
    hold: str
    hold_since: datetime | None
    hold_until: datetime | None
    sendable: bool
    reasons: list[str]
    consent_cause: Cause | None = None
    deliverability_cause: Cause | None = None
    hold_cause: Cause | None = None


class Undelivered(BaseModel):
    """Why an identifier is not reached, and its last bounce."""

    identifier_id: UUID
    cause: Cause | None = Field(description="the event that made it bounced, complained or blacklisted")
    last_bounce: Cause | None


def standings(view: View, identifiers: Iterable[UUID]) -> list[Standing]:
    """Every place of these identifiers, with what it comes from."""
    with view.ledger.reading.connection() as connection:
        rows = channel_status.of_identifiers(connection, list(identifiers))
    wanted = {key for row in rows for key in _events(row) if key is not None}
    causes = _causes(view, wanted)
    shown = set(StatusRow.__slots__) & Standing.model_fields.keys()
    return [
        Standing(
            **{name: getattr(row, name) for name in shown},
            consent_cause=causes.get(row.consent_event or UUID(int=0)),
            deliverability_cause=causes.get(row.deliverability_event or UUID(int=0)),
            hold_cause=causes.get(row.hold_event or UUID(int=0)),
        )
        for row in rows
    ]


def undelivered(
    view: View, identifiers: Iterable[IdentifierSeen], standing: Iterable[Standing]
) -> dict[UUID, Undelivered]:
    """Identifier → why it is not reached, of those that are not, or that have bounced lately (C7)."""
    causes = {one.identifier_id: one.deliverability_cause for one in standing if one.deliverability_cause}
    troubled = [one.id for one in identifiers if any(_troubled(at) for at in one.deliverability.values())]
    last: dict[UUID, UUID] = {}
    with view.ledger.reading.connection() as connection:
        for key in troubled:
            for row in audit_history.history(connection, view.organization, [key], names=[Bounced.NAME], limit=1):
                last[key] = row.event_id
    bounces = _causes(view, set(last.values()))
    return {
        key: Undelivered(
            identifier_id=key,
            cause=causes.get(key),
            last_bounce=bounces.get(last[key]) if key in last else None,
        )
        for key in troubled
    }


def _troubled(at: Mapping[str, object]) -> bool:
    return at["status"] != "active" or bool(at["soft_bounces"])


def _events(row: StatusRow) -> tuple[UUID | None, ...]:
    return row.consent_event, row.deliverability_event, row.hold_event


def _causes(view: View, events: set[UUID]) -> dict[UUID, Cause]:
    if not events:
        return {}
    found = list(view.ledger.reading.find_events(events).values())
    if view.values:
        found = view.ledger.reading.open(found)
    return {event.event_id: _cause(event) for event in found}


def _cause(event: Recorded) -> Cause:
    said = event.body.__dict__
    return Cause(
        event_id=event.event_id,
        said=sentence(event.body),
        at=event.effective_at,
        source=event.envelope.source,
        actor=event.envelope.actor,
        code=said.get("code"),
        reason=said.get("reason") or said.get("text"),
    )
