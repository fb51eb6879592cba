"""How a reply is read now, and which replies nothing has been done about (DESIGN §4 "Keywords")."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import ReplyReceived, ReplyReclassified
from ledger.events.scope import related
from ledger.events.vocabulary import ALL, KEYWORD_CHANNELS, Confidence, Consent, ReplyClass
from ledger.rules.consent import consent
from ledger.rules.places import Place, named_places
from ledger.rules.policy import BUILT_IN, Policies
from ledger.rules.timeline import Timeline

State = Literal["read", "reversed", "open", "seen", "moot"]


@dataclass(frozen=True, slots=True)
class ReadReply:
    """A reply under its latest standing reading, and what is to be done about it.

    `state` — read: a class other than `other`, or an `other` that declined a request or came from a number that
    was not subscribed. open: nobody knows what it means. seen: a person has read it. moot: an opt-out or an erasure
    came since. reversed: taken back.
    """

    event: Recorded
    sender: str
    reply_class: ReplyClass
    confidence: Confidence
    matched: str | None
    keywords: str
    read_by: UUID
    """The event that read it: itself, or the latest reading."""
    read_at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class LastReading:
    """The latest standing reading of a reply."""

    event: Recorded
    reply_class: ReplyClass
    confidence: Confidence
    matched: str | None
    keywords: str


def reading_of(reply: Recorded, events: Iterable[Recorded], reversed_by: Iterable[UUID] = ()) -> LastReading:
    """The latest reading of a reply among the events of its stream, less the reversed ones."""
    gone = frozenset(reversed_by)
    readings = [
        event
        for event in events
        if isinstance(event.body, ReplyReclassified)
        and event.body.reply_event_id == reply.event_id
        and event.event_id not in gone
    ]
    last = max(readings, key=lambda event: (event.effective_at, event.event_id), default=reply)
    body = last.body
    assert isinstance(body, ReplyReceived | ReplyReclassified)
    plain = Confidence.NONE if body.reply_class is ReplyClass.OTHER else Confidence.EXACT
    return LastReading(last, body.reply_class, body.confidence or plain, body.matched, body.keywords)


def read_anew(reply: Recorded, reply_class: ReplyClass, at: datetime) -> Recorded:
    """The reading of a reply as it would be, were it recorded now: to judge what it would change. Never stored."""
    body = ReplyReclassified(reply_event_id=reply.event_id, reply_class=reply_class, keywords="")
    known = reply.envelope
    envelope = replace(
        known, event_id=UUID(int=reply.event_id.int ^ 1), received_at=at, occurred_at=at, recorded_at=at
    )
    return Recorded(reply.stream_id, reply.version, reply.position, envelope, body)


def read_replies(events: Sequence[Recorded], line: Timeline, policies: Policies = BUILT_IN) -> list[ReadReply]:
    """Every reply of an identifier's stream, as it stands at the timeline's moment."""
    replies = [event for event in events if type(event.body) is ReplyReceived]
    if not replies:
        return []
    readings = [event for event in events if type(event.body) is ReplyReclassified]
    places = named_places(events, policies) if any(_unclear(line, event) for event in replies) else set()
    return [_read(event, readings, line, places, policies) for event in replies]


def _unclear(line: Timeline, event: Recorded) -> bool:
    return line.replies.get(event.event_id) is ReplyClass.OTHER


def _read(
    event: Recorded, readings: Sequence[Recorded], line: Timeline, places: set[Place], policies: Policies
) -> ReadReply:
    assert isinstance(event.body, ReplyReceived)
    last = reading_of(event, readings, line.reversed_by)
    state: State = "read"
    if event.event_id in line.reversed_by:
        state = "reversed"
    elif last.reply_class is ReplyClass.OTHER:
        state = _state(event, event.body.sender, line, places, policies)
        if state in ("open", "moot") and last.confidence is Confidence.PERSON:
            state = "seen"
    return ReadReply(
        event,
        event.body.sender,
        last.reply_class,
        last.confidence,
        last.matched,
        last.keywords,
        last.event.event_id,
        last.event.effective_at,
        state,
    )


def _state(event: Recorded, sender: str, line: Timeline, places: set[Place], policies: Policies) -> State:
    """Whether an unclear reply waits: it declined nothing, and the number was subscribed and has not opted out."""
    count = next((n for n, one in enumerate(line.events) if one.event_id == event.event_id), None)
    if count is None:
        return "read"
    then = replace(line, at=event.effective_at, events=line.events[: count + 1])
    subscribed = []
    for channel, scope, purpose in sorted(places):
        if channel not in KEYWORD_CHANNELS or purpose == ALL or not related(scope, sender):
            continue
        judged = consent(then, channel, scope, purpose, policies)
        if judged.verdicts[event.event_id].rule != "reply.unclassified":
            return "read"
        if judged.consent is Consent.SUBSCRIBED:
            subscribed.append((channel, scope, purpose))
    if not subscribed:
        return "read"
    now = [consent(line, *place, policies) for place in subscribed]
    stopped = all(one.consent is Consent.UNSUBSCRIBED or one.erased_event is not None for one in now)
    return "moot" if stopped else "open"
