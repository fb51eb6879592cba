"""What a projection folds: some events, and the log's streams up to them, each read once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from ledger.events.contact import CONTACT_EVENTS
from ledger.events.envelope import Recorded
from ledger.events.identifier import IDENTIFIER_EVENTS, IdentifierClaimed
from ledger.events.settings import PlatformBlacklisted, PlatformUnblacklisted
from ledger.rules.places import named_places
from ledger.rules.policy import BUILT_IN
from ledger.rules.status import Status, judge
from ledger.rules.timeline import Timeline, timeline
from ledger.store.reading import Reading

IDENTIFIER_NAMES = tuple(event.NAME for event in IDENTIFIER_EVENTS)
CONTACT_NAMES = tuple(event.NAME for event in CONTACT_EVENTS)
_IDENTIFIER = frozenset(IDENTIFIER_NAMES)
_CONTACT = frozenset(CONTACT_NAMES)
PLATFORM_NAMES = (PlatformBlacklisted.NAME, PlatformUnblacklisted.NAME)
_PLATFORM = frozenset(PLATFORM_NAMES)


class Portion:
    """Events up to a position, judged at a moment; several projections may share one and what it has read.

    A rebuild gives `streams`, those it has just scanned: then the portion answers for these streams only. It
    also gives `listings`, all there are of the platform, so that none is looked for.
    """

    def __init__(
        self,
        log: Reading,
        events: Sequence[Recorded],
        *,
        upto: int,
        at: datetime,
        streams: Mapping[UUID, Sequence[Recorded]] | None = None,
        listings: Mapping[UUID, Sequence[Recorded]] | None = None,
    ) -> None:
        self.events = events
        self.upto = upto
        self.at = at
        self._log = log
        self._own = frozenset(streams) if streams is not None else None
        self._streams: dict[UUID, Sequence[Recorded]] = dict(streams or {})
        self._listings = listings
        self._lines: dict[UUID, Timeline] = {}
        self._statuses: dict[UUID, tuple[Status, ...]] = {}
        self._opened: dict[UUID, Recorded] = {}

    def answers_for(self, stream_id: UUID) -> bool:
        """Whether rows of this stream are this portion's to write."""
        return self._own is None or stream_id in self._own

    def identifiers(self) -> set[UUID]:
        """Identifiers its events are about."""
        return {event.stream_id for event in self.events if event.body.NAME in _IDENTIFIER}

    def contacts(self) -> set[UUID]:
        """Contacts its events are about."""
        return {event.stream_id for event in self.events if event.body.NAME in _CONTACT}

    def platform_listings(self) -> set[UUID]:
        """Listings of the platform that its events change."""
        return {event.stream_id for event in self.events if event.body.NAME in _PLATFORM}

    def read(self, stream_ids: Collection[UUID]) -> dict[UUID, Sequence[Recorded]]:
        """These streams up to the portion's position; those not read yet are read in one go."""
        missing = [stream_id for stream_id in stream_ids if stream_id not in self._streams]
        if missing:
            self._streams.update(self._log.read(missing, upto=self.upto))
        return {stream_id: self._streams[stream_id] for stream_id in stream_ids}

    def read_identifiers(self, identifier_ids: Collection[UUID]) -> None:
        """Reads these identifiers and the platform's listings of them, so that they can be judged."""
        streams = self.read(identifier_ids)
        if self._listings is None:
            self.read({key for events in streams.values() if (key := platform_key(events)) is not None})

    def line(self, stream_id: UUID) -> Timeline:
        """The timeline of a stream that was read, at the portion's moment."""
        line = self._lines.get(stream_id)
        if line is None:
            line = self._lines[stream_id] = timeline(self._streams[stream_id], at=self.at)
        return line

    def platform(self, identifier_id: UUID) -> Timeline | None:
        """The platform's listing of an identifier that was read; None where there is none."""
        key = platform_key(self._streams[identifier_id])
        if key is None:
            return None
        events = self._streams[key] if self._listings is None else self._listings.get(key, ())
        return timeline(events, at=self.at) if events else None

    def statuses(self, identifier_id: UUID) -> tuple[Status, ...]:
        """The status of every place that the events of an identifier (that was read) name."""
        statuses = self._statuses.get(identifier_id)
        if statuses is None:
            line, platform = self.line(identifier_id), self.platform(identifier_id)
            statuses = self._statuses[identifier_id] = tuple(
                judge(line, channel=channel, scope=scope, purpose=purpose, platform=platform, policies=BUILT_IN)
                for channel, scope, purpose in sorted(named_places(self._streams[identifier_id]))
            )
        return statuses

    def opened(self, events: Iterable[Recorded]) -> list[Recorded]:
        """The events with their sealed fields filled in, where their keys still exist."""
        wanted = list(events)
        closed = [event for event in wanted if event.event_id not in self._opened]
        if closed:
            self._opened.update((event.event_id, event) for event in self._log.open(closed))
        return [self._opened[event.event_id] for event in wanted]

    def values(self, identifier_ids: Collection[UUID]) -> dict[UUID, str]:
        """The addresses themselves, of those identifiers (that were read) whose key still exists."""
        claims = [
            event
            for identifier_id in identifier_ids
            for event in self._streams[identifier_id]
            if isinstance(event.body, IdentifierClaimed)
        ]
        return dict(_values(self.opened(claims)))


def _values(claims: Iterable[Recorded]) -> Iterable[tuple[UUID, str]]:
    for event in claims:
        assert isinstance(event.body, IdentifierClaimed)
        if event.body.value is not None:
            yield event.stream_id, event.body.value


def platform_key(events: Iterable[Recorded]) -> UUID | None:
    """Where the platform's listing of this address is, as its first claim says."""
    for event in events:
        if isinstance(event.body, IdentifierClaimed):
            return event.body.platform_key
    return None


def last_recorded(events: Iterable[Recorded]) -> datetime:
    """When the ledger learnt of the newest of these stored events."""
    return max((event.position, event.envelope.recorded_at) for event in events)[1]  # type: ignore[return-value]
