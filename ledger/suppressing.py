"""“May I send?” for whole files, and everyone who must not be written to, read from the log alone (C12, Y30).

One `Question` fixes place, moment, policies and the log's end, so that processes that work on parts of it answer
as one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from ledger.canonical import NotCanonical, canonical_value
from ledger.errors import UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.events.stored import EVENT_TYPES, UPCASTERS
from ledger.events.vocabulary import CHANNELS_OF
from ledger.ids import Ids
from ledger.rules.adopted import policies
from ledger.rules.deliverability import platform_key
from ledger.rules.policy import Policies
from ledger.rules.status import NO_BEARING, Status, judge, reasons_of
from ledger.rules.timeline import Timeline, timeline
from ledger.store.reading import Reading
from ledger.store.store import Store

NOT_AN_IDENTIFIER: Final = ("not_an_identifier",)
"""Reasons of a text that cannot be read as an identifier of the asked kind: it is not written to."""
_NEVER: Final = ("never",)
_IDENTIFIER: Final = tuple(name for name in (*EVENT_TYPES, *UPCASTERS) if name.startswith("identifier."))
_PORTION: Final = 2_000
"""Streams judged at once."""


@dataclass(frozen=True, slots=True)
class Question:
    """May be sent, on this channel, in the name of this scope, for this purpose? `upto`: the log's end."""

    organization: str
    channel: str
    scope: str
    purpose: str
    at: datetime
    known_at: datetime | None
    upto: int
    policies: Policies

    @property
    def kind(self) -> str:
        """The kind of identifier that has the channel."""
        return next(kind for kind, channels in CHANNELS_OF.items() if self.channel in channels)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Somebody who must not be written to. `value` is None once erased, or where nobody ever claimed it."""

    identifier_id: UUID
    value: str | None
    reasons: tuple[str, ...]
    since: datetime | None
    method: str | None
    deciding_event: UUID | None


def question(
    store: Store,
    ids: Ids,
    organization: str,
    channel: str,
    scope: str,
    purpose: str,
    *,
    now: datetime,
    at: datetime | None = None,
    known_at: datetime | None = None,
) -> Question:
    """The question as of the log's end; `at` absent: the later of now and the newest recorded time.

    Raises UnknownOrganization.
    """
    newest = store.newest()
    stream = ids.organization(organization)
    settings = store.read([stream], upto=newest.position)[stream]
    if not settings:
        raise UnknownOrganization("no such organization")
    moment = at or max(now, newest.recorded_at or now)
    return Question(organization, channel, scope, purpose, moment, known_at, newest.position, policies(settings))


class Suppressing:
    """Answers a question for many identifiers at once, with what is needed and no more."""

    def __init__(self, log: Reading, ids: Ids, asked: Question) -> None:
        self._log = log
        self._asked = asked
        self._kind = asked.kind
        self._identifier = ids.identifiers(asked.organization, asked.kind)
        self._listed = ids.listings(asked.kind)

    def answers(self, values: Sequence[str]) -> list[tuple[str, ...]]:
        """Of each value the reasons why it may not be sent to, in order; none: it may."""
        keys = [self._keys(value) for value in values]
        asked = [key for pair in keys for key in pair]
        streams = self._log.read_less(asked, NO_BEARING, upto=self._asked.upto)
        return [
            self._reasons(*[streams.get(key, ()) for key in pair]) if pair else NOT_AN_IDENTIFIER for pair in keys
        ]

    def suppressed(self, low: UUID, high: UUID | None) -> Iterator[Suppressed]:
        """Everyone with low <= id < high who must not be written to, in the order of ids.

        Those of whom nothing is known but that they never subscribed are left out: so is everybody else.
        """
        asked = self._asked
        streams = self._log.scan(low, high, upto=asked.upto, names=_IDENTIFIER, organization=asked.organization)
        reachable = (events for events in streams if _kind(events) in (asked.kind, None))
        while portion := list(islice(reachable, _PORTION)):
            yield from self._judged(portion)

    def _keys(self, text: str) -> tuple[UUID, ...]:
        """Stream ids of an identifier and, of an e-mail, the platform's listing of it; none where it is neither."""
        try:
            value = canonical_value(self._kind, text)
        except NotCanonical:
            return ()
        if self._kind == "email":
            return self._identifier(value), self._listed(value)
        return (self._identifier(value),)

    def _reasons(self, events: Sequence[Recorded], platform: Sequence[Recorded] = ()) -> tuple[str, ...]:
        if not events and not platform:
            return () if self._asked.purpose == "transactional" else _NEVER
        asked = self._asked
        return reasons_of(
            events,
            channel=asked.channel,
            scope=asked.scope,
            purpose=asked.purpose,
            at=asked.at,
            known_at=asked.known_at,
            platform=platform,
            policies=asked.policies,
        )

    def _line(self, events: Sequence[Recorded]) -> Timeline:
        return timeline(events, at=self._asked.at, known_at=self._asked.known_at)

    def _judged(self, portion: Sequence[Sequence[Recorded]]) -> Iterator[Suppressed]:
        asked = self._asked
        listings = {events[0].stream_id: key for events in portion if (key := platform_key(events)) is not None}
        listed = self._log.read_less(set(listings.values()), NO_BEARING, upto=asked.upto)
        found: list[tuple[Sequence[Recorded], Status]] = []
        for events in portion:
            platform = listed.get(listings.get(events[0].stream_id, events[0].stream_id), ())
            status = judge(
                self._line(events),
                channel=asked.channel,
                scope=asked.scope,
                purpose=asked.purpose,
                platform=self._line(platform) if platform else None,
                policies=asked.policies,
            )
            if status.reasons not in ((), _NEVER):
                found.append(([*events, *platform], status))
        values = self._log.values([event for events, _ in found for event in events])
        for events, status in found:
            yield _suppressed(events, values.get(events[0].stream_id), status)


def _kind(events: Sequence[Recorded]) -> str | None:
    """The identifier's kind; None where nobody ever claimed it."""
    return next((event.body.kind for event in events if isinstance(event.body, IdentifierClaimed)), None)


def _suppressed(events: Sequence[Recorded], value: str | None, status: Status) -> Suppressed:
    """`since` is when the most serious reason began."""
    moments = {event.event_id: event.effective_at for event in events}
    began = moments[status.deciding_event] if status.deciding_event is not None else None
    consented = status.deciding_event == status.consent_event
    return Suppressed(
        identifier_id=events[0].stream_id,
        value=value,
        reasons=status.reasons,
        since=status.consent_since if consented else began,
        method=status.consent_method if consented else None,
        deciding_event=status.deciding_event,
    )
