"""What a projection folds: some events, and the log's streams up to them, each read once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from ledger.events.contact import CONTACT_EVENTS, ContactErased
from ledger.events.envelope import Recorded
from ledger.events.identifier import IDENTIFIER_EVENTS, IdentifierClaimed, IdentifierErased
from ledger.events.settings import PlatformBlacklisted, PlatformUnblacklisted
from ledger.events.stored import stored_names
from ledger.rules.adopted import policies
from ledger.rules.consent import ConsentStatus, consent
from ledger.rules.deliverability import DeliverabilityStatus, deliverability, platform_key
from ledger.rules.hold import HoldStatus, hold
from ledger.rules.places import Place, named_places
from ledger.rules.policy import BUILT_IN, Policies
from ledger.rules.status import failing_reasons, shaped
from ledger.rules.timeline import Timeline, timeline
from ledger.store.reading import Reading

if TYPE_CHECKING:
    from projections.people import Facts, Found

IDENTIFIER_NAMES = stored_names(IDENTIFIER_EVENTS)
CONTACT_NAMES = stored_names(CONTACT_EVENTS)
_IDENTIFIER = frozenset(IDENTIFIER_NAMES)
_CONTACT = frozenset(CONTACT_NAMES)
PLATFORM_NAMES = (PlatformBlacklisted.NAME, PlatformUnblacklisted.NAME)
_PLATFORM = frozenset(PLATFORM_NAMES)


class Judged(NamedTuple):
    """The rules' answers for one place, without the verdicts: what rows are made of."""

    channel: str
    scope: str
    purpose: str
    consent: ConsentStatus
    deliverability: DeliverabilityStatus
    hold: HoldStatus
    reasons: list[str]
    deciding_event: UUID | None
    changes_at: datetime | None
    policies: list[str]


class Portion:
    """Events up to a position, judged at a moment; several projections may share one, what it has read, and what
    `projections.people` has made of that: each contact's person, and each person's facts.

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
        touched: Collection[UUID] = (),
    ) -> None:
        self.events = events
        self.upto = upto
        self.at = at
        self._log = log
        self._own = frozenset(streams) if streams is not None else None
        self._named: dict[frozenset[str], set[UUID]] = {}
        self._streams: dict[UUID, Sequence[Recorded]] = dict(streams or {})
        self._listings = listings
        self._touched = touched
        self._policies: dict[str, Policies] | None = None
        self._lines: dict[UUID, Timeline] = {}
        self._judged: dict[UUID, list[Judged]] = {}
        self._opened: dict[UUID, Recorded] = {}
        self.people: dict[UUID, Found] = {}
        self.facts: dict[UUID, Facts] = {}

    def answers_for(self, stream_id: UUID) -> bool:
        """Whether rows of this stream are this portion's to write."""
        return self._own is None or stream_id in self._own

    def identifiers(self) -> set[UUID]:
        """Identifiers its events are about, or whose judgement a policy adopted among them may change."""
        return self._about(_IDENTIFIER).union(self._touched)

    def contacts(self) -> set[UUID]:
        """Contacts its events are about."""
        return set(self._about(_CONTACT))

    def platform_listings(self) -> set[UUID]:
        """Listings of the platform that its events change."""
        return set(self._about(_PLATFORM))

    @cached_property
    def erases(self) -> bool:
        """Whether somebody is erased by one of its events."""
        return any(isinstance(event.body, ContactErased | IdentifierErased) for event in self.events)

    def _about(self, names: frozenset[str]) -> set[UUID]:
        """Streams that have events of these names in it."""
        about = self._named.get(names)
        if about is None:
            about = self._named[names] = {event.stream_id for event in self.events if event.body.NAME in names}
        return about

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

    def policies(self, organization: str) -> Policies:
        """The organization's policy history up to the portion's position."""
        if self._policies is None:
            adoptions = self._log.adoptions(self.upto)
            self._policies = {code: policies(events) for code, events in adoptions.items()}
        return self._policies.get(organization, BUILT_IN)

    def policies_of(self, identifier_id: UUID) -> Policies:
        """The policy history that an identifier (that was read) is judged under."""
        return self.policies(self._streams[identifier_id][0].envelope.organization)

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

    def judged(self, identifier_id: UUID) -> list[Judged]:
        """The answer for every place that the events of an identifier (that was read) name."""
        judged = self._judged.get(identifier_id)
        if judged is None:
            places = sorted(named_places(self._streams[identifier_id], self.policies_of(identifier_id)))
            judged = self._judged[identifier_id] = self._judge(identifier_id, places) if places else []
        return judged

    def _judge(self, identifier_id: UUID, places: Sequence[Place]) -> list[Judged]:
        line, platform = self.line(identifier_id), self.platform(identifier_id)
        history = self.policies_of(identifier_id)
        policy = history.at(self.at)
        deliverable = {c: deliverability(line, platform, c, history) for c in {place[0] for place in places}}
        held = {scope: hold(line, scope, history) for scope in {place[1] for place in places}}
        judged = []
        for channel, scope, purpose in places:
            consented = consent(line, channel, scope, purpose, history)
            reached, stopped = deliverable[channel], held[scope]
            failing = failing_reasons(consented, reached, stopped, channel, purpose, policy)
            reasons = list(failing)
            event = failing[reasons[0]] if reasons else consented.event
            shaping, moments = shaped(consented, reached, stopped, channel, purpose, policy, history, line)
            judged.append(
                Judged(
                    channel,
                    scope,
                    purpose,
                    consented,
                    reached,
                    stopped,
                    reasons,
                    event,
                    min(moments, default=None),
                    list(shaping),
                )
            )
        return judged

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


def last_recorded(events: Iterable[Recorded]) -> datetime:
    """When the ledger learnt of the newest of these stored events."""
    return max((event.position, event.envelope.recorded_at) for event in events)[1]  # type: ignore[return-value]
