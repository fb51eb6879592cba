"""The events of one identifier that count at T, known at K: cut, freed of what was reversed, in order.

The order is effective time, then rank, then event id, so that it depends neither on arrival nor on
duplicates (DESIGN §1, §4).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import REVERSIBLE, EventReversed, ReplyReceived, ReplyReclassified
from ledger.events.vocabulary import ReplyClass

_REPLY_RANK = {
    ReplyClass.STOP: 3,
    ReplyClass.START: 0,
    ReplyClass.YES: 1,
    ReplyClass.OTHER: 2,
    ReplyClass.HELP: 2,
}


@dataclass(slots=True, unsafe_hash=True)
class Timeline:
    """`events` in walking order; `reversed_by` and `later` hold what does not count, for the explanation."""

    at: datetime
    known_at: datetime | None
    events: tuple[Recorded, ...]
    replies: dict[UUID, ReplyClass]
    """Reply event id → its class, under the latest reading known."""
    reversed_by: dict[UUID, UUID]
    later: tuple[UUID, ...]


def timeline(events: Sequence[Recorded], *, at: datetime, known_at: datetime | None = None) -> Timeline:
    """The events effective at `at` and recorded by `known_at`, less those reversed (cut by `known_at` only)."""
    known = _known(events, known_at)
    reversed_by = _reversals(known)
    replies = _replies(known, reversed_by)
    counted: list[Recorded] = []
    later: list[UUID] = []
    for event in known.values():
        if event.effective_at > at:
            later.append(event.event_id)
        elif event.event_id not in reversed_by:
            counted.append(event)
    if len(counted) > 1:
        counted.sort(key=lambda event: (event.effective_at, _rank(event, replies), event.event_id))
    return Timeline(at, known_at, tuple(counted), replies, reversed_by, tuple(sorted(later)))


def _known(events: Iterable[Recorded], known_at: datetime | None) -> dict[UUID, Recorded]:
    if known_at is None:
        return {event.envelope.event_id: event for event in events}
    return {
        event.envelope.event_id: event
        for event in events
        if event.envelope.recorded_at is not None and event.envelope.recorded_at <= known_at
    }


def _rank(event: Recorded, replies: dict[UUID, ReplyClass]) -> int:
    if type(event.body) is ReplyReceived:
        return _REPLY_RANK[replies[event.event_id]]
    return event.body.RANK


def _reversals(known: dict[UUID, Recorded]) -> dict[UUID, UUID]:
    """Voided event id → the standing reversal that voids it. A reversal that is itself reversed voids nothing."""
    against: dict[UUID, list[UUID]] = {}
    for event in known.values():
        if type(event.body) is EventReversed:
            against.setdefault(event.body.reversed_event_id, []).append(event.event_id)
    if not against:
        return {}
    judged: dict[UUID, UUID | None] = {}

    def voided_by(event_id: UUID) -> UUID | None:
        if event_id not in judged:
            judged[event_id] = event_id  # while being judged: a circle voids itself
            standing = [reversal for reversal in sorted(against.get(event_id, ())) if voided_by(reversal) is None]
            judged[event_id] = standing[0] if standing else None
        return judged[event_id]

    voids = {target: voided_by(target) for target in against}
    return {
        target: reversal
        for target, reversal in voids.items()
        if reversal is not None and target in known and isinstance(known[target].body, REVERSIBLE)
    }


def _replies(known: dict[UUID, Recorded], reversed_by: dict[UUID, UUID]) -> dict[UUID, ReplyClass]:
    """Each reply's class under its latest standing reading."""
    classes = {
        event.event_id: event.body.reply_class for event in known.values() if type(event.body) is ReplyReceived
    }
    if not classes:
        return classes
    readings = [
        event
        for event in known.values()
        if isinstance(event.body, ReplyReclassified) and event.event_id not in reversed_by
    ]
    for event in sorted(readings, key=lambda event: (event.effective_at, event.event_id)):
        assert isinstance(event.body, ReplyReclassified)
        if event.body.reply_event_id in classes:
            classes[event.body.reply_event_id] = event.body.reply_class
    return classes
