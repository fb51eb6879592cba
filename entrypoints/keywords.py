"""Keyword sets of an organization: listed, adopted, tried on its replies, and its replies read anew under them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID, uuid4

import orjson

from entrypoints.acting import COMMAND_LINE, Hand
from entrypoints.wiring import Service
from ledger.acts.act import Act
from ledger.acts.keywords import KeywordAdoption, Reclassification, ReclassificationApproval
from ledger.errors import MessageRefused, NotFound, UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.events.identifier import ReplyReceived
from ledger.events.vocabulary import ALL, KEYWORD_CHANNELS, Confidence, ReplyClass
from ledger.rules.adopted import policies
from ledger.rules.keyword_sets import Adopted, keyword_sets, standing_set, with_words
from ledger.rules.keywords import KeywordSet, ReplyReading, read_reply
from ledger.rules.places import named_places
from ledger.rules.policy import Policies
from ledger.rules.replies import read_anew, reading_of
from ledger.rules.status import judge
from ledger.rules.timeline import Timeline, timeline

_STREAMS: Final = 1_000
"""Streams with replies that are read at a time."""
_ACTS: Final = 500
"""Replies read anew in one transaction."""

T = TypeVar("T")
_Read = tuple[Recorded, ReplyClass, ReplyReading]
"""A reply, its class until now, and its other reading."""
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Changed:
    """A reply that reads otherwise under the other set.

    `opens` and `stops`: the places of its number that become sendable, or cease to be, with all of its changes.
    """

    reply_event_id: UUID
    identifier_id: UUID
    sender: str
    received_at: datetime
    old: ReplyClass
    new: ReplyClass
    confidence: Confidence
    matched: str | None
    opens: tuple[str, ...]
    stops: tuple[str, ...]

    @property
    def loosens(self) -> bool:
        """Whether the new reading grants something, or takes a stop back."""
        return self.new in (ReplyClass.START, ReplyClass.YES) or self.old is ReplyClass.STOP


@dataclass(slots=True)
class Difference:
    """What reading every reply of an organization under another set would change."""

    keywords: str
    changes: list[Changed] = field(default_factory=list)
    replies: int = 0
    unreadable: int = 0
    """Replies whose text was erased, or came without one."""
    by_person: int = 0
    """Replies that a person has read, which no set reads again."""

    def counts(self, *, loosen: bool) -> dict[str, int]:
        """How many change, by `old>new` class; those that loosen only where asked for."""
        return dict(Counter(f"{one.old}>{one.new}" for one in self.changes if loosen or not one.loosens))


def settings_of(ledger: Service, organization: str) -> Sequence[Recorded]:
    """The organization's stream. Raises UnknownOrganization."""
    stream = ledger.ids.organization(organization)
    events = ledger.reading.growing([stream])[stream]
    if not events:
        raise UnknownOrganization(f"{organization}: not registered; run `contact-ledger organizations add` first")
    return events


def sets(ledger: Service, organization: str) -> tuple[dict[str, Adopted], str]:
    """Every set that may read the organization's replies, and the version that does."""
    settings = settings_of(ledger, organization)
    return keyword_sets(settings), standing_set(settings).version


def known_set(ledger: Service, organization: str, version: str) -> KeywordSet:
    """A set by its version. Raises NotFound."""
    known, _ = sets(ledger, organization)
    if version not in known:
        raise NotFound(f"{version}: no such keyword set; `contact-ledger keywords list` names those there are")
    return known[version].keywords


def proposed(ledger: Service, organization: str, version: str, words: Words) -> KeywordSet:
    """The set that adopting this version with these words would make. Raises MessageRefused."""
    try:
        return with_words(standing_set(settings_of(ledger, organization)), version, words)
    except ValueError as wrong:
        raise MessageRefused("keywords", str(wrong)) from None


def adopt(hand: Hand, version: str, words: Words, reason: str | None = None) -> bool:
    """Adopts a set; False where it stands already. Raises MessageRefused and UnknownOrganization."""
    settings_of(hand.ledger, hand.organization)
    return hand.record(KeywordAdoption(version, words, reason))


def difference(
    ledger: Service, organization: str, keywords: KeywordSet, seen: Callable[[int], None] = lambda replies: None
) -> Difference:
    """Reads every reply of the organization under another set. Looks through the whole log: not for requests.

    `seen` is told after each portion how many replies have been read.
    """
    found = Difference(keywords.version)
    at = ledger.answers.moment()
    history = policies(settings_of(ledger, organization))
    names = (ReplyReceived.NAME,)
    streams = ledger.reading.scan(UUID(int=0), None, upto=ledger.reading.newest().position, names=names)
    ours = (events[0].stream_id for events in streams if events[0].envelope.organization == organization)
    for portion in _portions(ours, _STREAMS):
        for events in ledger.reading.read(portion, opened=True).values():
            _compare(found, events, keywords, at, history)
        seen(found.replies)
    return found


def _compare(
    found: Difference, events: Sequence[Recorded], keywords: KeywordSet, at: datetime, history: Policies
) -> None:
    line = timeline(events, at=at)
    changed: list[_Read] = []
    for event in events:
        if not isinstance(event.body, ReplyReceived) or event.event_id in line.reversed_by:
            continue
        found.replies += 1
        last = reading_of(event, events, line.reversed_by)
        if last.confidence is Confidence.PERSON:
            found.by_person += 1
        elif event.body.text is None:
            found.unreadable += 1
        else:
            reading = read_reply(event.body.text, keywords)
            if reading.reply_class is not last.reply_class:
                changed.append((event, last.reply_class, reading))
    if changed:
        opens, stops = _sendability(events, line, changed, history)
        found.changes += [_changed(event, old, reading, opens, stops) for event, old, reading in changed]


def _changed(
    event: Recorded, old: ReplyClass, reading: ReplyReading, opens: tuple[str, ...], stops: tuple[str, ...]
) -> Changed:
    assert isinstance(event.body, ReplyReceived)
    return Changed(
        event.event_id,
        event.stream_id,
        event.body.sender,
        event.effective_at,
        old,
        reading.reply_class,
        reading.confidence,
        reading.matched,
        opens,
        stops,
    )


def _sendability(
    events: Sequence[Recorded], line: Timeline, changed: Sequence[_Read], history: Policies
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The places that become sendable and that cease to be, were these replies read so."""
    anew = [*events, *[read_anew(event, reading.reply_class, line.at) for event, _, reading in changed]]
    after = timeline(anew, at=line.at)
    opens: list[str] = []
    stops: list[str] = []
    for channel, scope, purpose in sorted(named_places(anew, history)):
        if channel in KEYWORD_CHANNELS and purpose != ALL:
            old, new = (
                judge(one, channel=channel, scope=scope, purpose=purpose, policies=history) for one in (line, after)
            )
            if old.sendable is not new.sendable:
                (opens if new.sendable else stops).append(f"{channel} {scope} {purpose}")
    return tuple(opens), tuple(stops)


def reclassify(
    ledger: Service, organization: str, found: Difference, *, actor: str, reason: str, loosen: bool = False
) -> tuple[str, int]:
    """Reads anew what a difference lists, under one approval record: the batch's id, and how many were read anew.

    Those that loosen only where asked for. What a person has read or who was erased meanwhile is left out. A
    killed run is finished by another, which lists what is left.
    """
    batch = str(uuid4())
    chosen = [one for one in found.changes if loosen or not one.loosens]
    approval = ReclassificationApproval(batch, found.keywords, found.counts(loosen=loosen), reason)
    Hand(ledger, organization, actor=actor).record(approval, message_id=f"reclassify/{batch}")
    done = 0
    for portion in _portions(chosen, _ACTS):
        acts = [_anew(ledger.now(), organization, actor, one, found.keywords, reason, batch) for one in portion]
        done += sum(outcome.result == "recorded" for outcome in ledger.recording.record(acts))
    return batch, done


def _anew(
    now: datetime, organization: str, actor: str, one: Changed, keywords: str, reason: str, batch: str
) -> Act:
    body = Reclassification(one.reply_event_id, one.new, keywords, one.confidence, one.matched, reason, batch)
    kind, message_id = type(body).__name__, f"reclassify/{batch}/{one.reply_event_id}"
    content = orjson.dumps({"type": kind, "organization": organization, "id": message_id})
    return Act(organization, COMMAND_LINE, message_id, kind, now, content, body, occurred_at=now, actor=actor)


def _portions(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while portion := list(islice(rest, size)):
        yield portion
