"""What was so of a person at one moment and at another, each as it was known at a moment (offer 3).

The same rules as for every answer, on the streams cut at each point: who the person was, what it was called, which
identifiers it held and where they stood. The person is the one that the asked contact was part of then.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ledger.errors import NotFound
from ledger.events.contact import ProfileChanged
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.events.vocabulary import CHANNELS_OF
from ledger.ids import Ids
from ledger.previewing import sendable_places
from ledger.rules.adopted import policies
from ledger.rules.deliverability import platform_key
from ledger.rules.epochs import epochs
from ledger.rules.identity import Person, is_deleted, person
from ledger.rules.policy import Policies
from ledger.rules.profile import FieldValue, profile
from ledger.rules.status import Status, judge
from ledger.rules.timeline import timeline

Standing = tuple[UUID, str, str, str]
"""(identifier, channel, scope, purpose)."""
Streams = dict[UUID, Sequence[Recorded]]


class Source(Protocol):
    """What is needed of the store: bulk reads, and opening what is sealed."""

    def read(self, stream_ids: Collection[UUID], /) -> Mapping[UUID, Sequence[Recorded]]: ...

    def open(self, events: Sequence[Recorded], /) -> list[Recorded]: ...


@dataclass(frozen=True, slots=True)
class Point:
    """A moment, and when the knowledge of it is from; None: all that is known now."""

    at: datetime
    known_at: datetime | None = None

    def counts(self, event: Recorded) -> bool:
        """Whether the event had happened by then, and was known."""
        recorded = event.envelope.recorded_at
        known = self.known_at is None or (recorded is not None and recorded <= self.known_at)
        return known and event.effective_at <= self.at


@dataclass(frozen=True, slots=True)
class Portrait:
    """A person at a point. `person` is None where nobody knew of the contact; `epochs`: identifier → its number."""

    point: Point
    person: Person | None
    deleted: bool
    fields: Mapping[str, FieldValue]
    epochs: Mapping[UUID, int]
    statuses: Mapping[Standing, Status]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two portraits, the claims (opened) that name their identifiers, and the events that count at only one of the
    two points, in the order in which they took effect.
    """

    a: Portrait
    b: Portrait
    claims: Mapping[UUID, IdentifierClaimed]
    between: tuple[Recorded, ...]


def portraits(source: Source, ids: Ids, organization: str, contact: UUID, a: Point, b: Point) -> Pair:
    """The contact at both points. Raises NotFound where the organization has no such contact."""
    scene = _Scene(source, ids, organization)
    first = next(iter(scene.read([contact])[contact]), None)
    if first is None or first.envelope.organization != organization or not first.name.startswith("contact."):
        raise NotFound("no such contact in this organization")
    people = [scene.person(contact, point) for point in (a, b)]
    held = {key: kind for one in people if one is not None for key, kind in one.identifiers.items()}
    contacts = {key for one in people if one is not None for key in one.contacts}
    scene.read(held)
    edits = [e for key in contacts for e in scene.streams[key] if isinstance(e.body, ProfileChanged)]
    claims = [e for key in held for e in scene.streams[key] if isinstance(e.body, IdentifierClaimed)]
    opened = {event.event_id: event for event in source.open([*edits, *claims])}
    places = {key: scene.places(key, kind, (a, b)) for key, kind in held.items()}
    said = [opened[event.event_id] for event in edits]
    return Pair(
        scene.portrait(people[0], a, said, places),
        scene.portrait(people[1], b, said, places),
        claims={claim.stream_id: opened[claim.event_id].body for claim in reversed(claims)},  # type: ignore[misc]
        between=tuple(scene.between([*contacts, *held], a, b)),
    )


class _Scene:
    """The streams, read once for both points."""

    def __init__(self, source: Source, ids: Ids, organization: str) -> None:
        self._source = source
        self.streams: Streams = {}
        settings = ids.organization(organization)
        self._policies: Policies = policies(self.read([settings])[settings])

    def read(self, keys: Collection[UUID]) -> Streams:
        missing = [key for key in keys if key not in self.streams]
        if missing:
            self.streams.update(self._source.read(missing))
        return {key: self.streams[key] for key in keys}

    def person(self, contact: UUID, point: Point) -> Person | None:
        """Whom the contact was part of; None where nobody knew of it."""
        if not self._cut(contact, point):
            return None
        return person(contact, lambda keys: {key: self._cut(key, point) for key in keys})

    def _cut(self, key: UUID, point: Point) -> list[Recorded]:
        return [event for event in self.read([key])[key] if point.counts(event)]

    def places(self, key: UUID, kind: str, points: Collection[Point]) -> set[tuple[str, str, str]]:
        """Places that events name which count at either point; where there are none, the whole organization."""
        events = [event for event in self.streams[key] if any(point.counts(event) for point in points)]
        whole = {
            (channel, event.envelope.organization, "marketing") for event in events for channel in CHANNELS_OF[kind]
        }
        return sendable_places(events, kind, self._policies) or whole

    def portrait(
        self,
        one: Person | None,
        point: Point,
        edits: Sequence[Recorded],
        places: Mapping[UUID, set[tuple[str, str, str]]],
    ) -> Portrait:
        if one is None:
            return Portrait(point, None, deleted=False, fields={}, epochs={}, statuses={})
        own = [event for event in edits if event.stream_id in one.contacts and point.counts(event)]
        statuses: dict[Standing, Status] = {}
        for key in one.identifiers:
            line = timeline(self.streams[key], at=point.at, known_at=point.known_at)
            listing = timeline(self._listing(key), at=point.at, known_at=point.known_at)
            for channel, scope, purpose in sorted(places[key]):
                place = {"channel": channel, "scope": scope, "purpose": purpose}
                judged = judge(line, **place, platform=listing, policies=self._policies, explained=False)
                statuses[key, channel, scope, purpose] = judged
        return Portrait(
            point,
            one,
            deleted=all(is_deleted(self._cut(key, point)) for key in one.contacts),
            fields=profile(own),
            epochs={key: len(epochs(self._cut(key, point))) for key in one.identifiers},
            statuses=statuses,
        )

    def _listing(self, key: UUID) -> Sequence[Recorded]:
        listing = platform_key(self.streams[key])
        return self.read([listing])[listing] if listing is not None else ()

    def between(self, keys: Collection[UUID], a: Point, b: Point) -> Iterator[Recorded]:
        events = (event for key in keys for event in self.streams[key] if a.counts(event) is not b.counts(event))
        yield from sorted(events, key=lambda event: (event.effective_at, event.position))
