"""What of a history is looked at, and in which order: the naive model's words (see `naive`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.events import identifier as said
from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import OWN_METHODS, TEXT_CHANNELS
from ledger.rules.policy import Policies, Policy

REPLY_CHANNELS = ("sms", "mms")
RANK_OF_REPLY = {"start": 0, "yes": 1, "other": 2, "help": 2, "stop": 3}


@dataclass(frozen=True)
class Place:
    channel: str
    scope: str
    purpose: str


def policy_at(policies: Policies, moment: datetime, known_at: datetime | None) -> Policy:
    chosen = policies.adoptions[0].policy
    for adoption in policies.adoptions:
        if known_at is not None and adoption.adopted_at > known_at:
            continue
        over = adoption.in_force_until is not None and moment >= adoption.in_force_until
        if adoption.in_force_from <= moment and not over:
            chosen = adoption.policy
    return chosen


def in_order(events: Iterable[Recorded], at: datetime, known_at: datetime | None) -> list[Recorded]:
    """Each event once; known by `known_at`, not reversed, effective by `at`; by time, rank and id."""
    known = {}
    for event in events:
        recorded_at = event.envelope.recorded_at
        if known_at is None or (recorded_at is not None and recorded_at <= known_at):
            known[event.event_id] = event
    left = [event for event in known.values() if not is_reversed(event, known)]
    left = [reread(event, left) for event in left if event.effective_at <= at]
    return sorted(left, key=lambda event: (event.effective_at, rank(event.body), event.event_id))


def is_reversed(event: Recorded, known: dict[UUID, Recorded]) -> bool:
    if not isinstance(event.body, said.REVERSIBLE):
        return False
    reversals = [
        other
        for other in known.values()
        if isinstance(other.body, said.EventReversed) and other.body.reversed_event_id == event.event_id
    ]
    return any(not is_reversed(other, known) for other in reversals)


def reread(event: Recorded, left: list[Recorded]) -> Recorded:
    """A reply with the class that its latest reading gives it: like a reversal, a reading is cut by K only."""
    if not isinstance(event.body, said.ReplyReceived):
        return event
    readings = [
        other
        for other in left
        if isinstance(other.body, said.ReplyReclassified) and other.body.reply_event_id == event.event_id
    ]
    if not readings:
        return event
    latest = max(readings, key=lambda other: (other.effective_at, other.event_id)).body
    assert isinstance(latest, said.ReplyReclassified)
    body = event.body.model_copy(update={"reply_class": latest.reply_class})
    return Recorded(event.stream_id, event.version, event.position, event.envelope, body)


def rank(body: Event) -> int:
    return RANK_OF_REPLY[body.reply_class] if isinstance(body, said.ReplyReceived) else body.RANK


def is_above_or_same(wide: str, narrow: str) -> bool:
    return narrow.split("/")[: len(wide.split("/"))] == wide.split("/")


def is_text(place: Place) -> bool:
    return place.channel in TEXT_CHANNELS


def opens(body: Event) -> bool:
    """Whether it is a grant or request of the person, which alone opens an erased stream again."""
    if isinstance(body, said.Subscribed):
        return body.method in OWN_METHODS
    return isinstance(body, said.ReplyReceived) and body.reply_class == "start"
