"""What a link or an unlink would come to, told before it is made (L8; the blast radius).

The act is decided on the streams as they are, exactly as it would be recorded, and people, profiles and statuses
are folded from the streams without its events and with them: so the preview is the outcome.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from ledger.acts.act import Act
from ledger.deciding.reading import Log
from ledger.deciding.rehearsing import rehearse
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.contact import ContactsLinked, ContactsUnlinked, ProfileChanged
from ledger.events.envelope import Recorded
from ledger.events.identifier import EventReversed, HoldPlaced, IdentifierClaimed, OptedOut
from ledger.events.vocabulary import ALL, CHANNELS_OF
from ledger.ids import Ids
from ledger.rules.adopted import policies
from ledger.rules.deliverability import platform_key
from ledger.rules.identity import Person, is_deleted, people, unlinked_from
from ledger.rules.identity_rules import identity_rules
from ledger.rules.places import Place, named_places
from ledger.rules.policy import Policies
from ledger.rules.profile import FieldValue, profile
from ledger.rules.status import judge
from ledger.rules.timeline import timeline

Streams = Mapping[UUID, Sequence[Recorded]]


class Source(Log, Protocol):
    """What a preview needs of the store: bulk reads, and opening what is sealed."""

    def open(self, events: Sequence[Recorded], /) -> list[Recorded]: ...


@dataclass(frozen=True, slots=True)
class Known:
    """A person with its profile."""

    person: Person
    fields: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Said:
    """A profile field's value, and the contact whose edit made it."""

    value: Any
    contact_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """A field of a resulting person: the value that wins, and those that were shown until now and are not it."""

    person_id: UUID
    field: str
    winner: Said | None
    losers: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be sent to an identifier at a place, before and after; reasons empty: it may be sent."""

    identifier_id: UUID
    person_id: UUID
    channel: str
    scope: str
    purpose: str
    consent: str
    reasons_before: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """A restrictive act about one identifier that takes hold of another, or (`taken_back`) lets go of it."""

    identifier_id: UUID
    source_event_id: UUID
    name: str
    scope: str
    channel: str
    purposes: tuple[str, ...]
    taken_back: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a machine would not have done this: a human may. `count` and `limit` where it is about numbers."""

    cause: str
    kind: str | None = None
    count: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """People before and after, and all that changes for them. `links`: the pairs of contacts it links or parts;
    none: nothing would change.
    """

    links: tuple[tuple[UUID, UUID], ...]
    before: tuple[Known, ...]
    after: tuple[Known, ...]
    fields: tuple[FieldOutcome, ...]
    reaches: tuple[Reach, ...]
    carried: tuple[Carried, ...]
    conflicts: tuple[Conflict, ...]


def preview(source: Source, ids: Ids, act: Act, *, at: datetime) -> Preview:
    """What the act (a Link or an Unlink) would come to; statuses are judged at `at`.

    Raises MessageRefused where it would be refused, or its message id was used for it already.
    """
    draft = rehearse(source, ids, act)
    if draft is None:
        raise MessageRefused("duplicate", "id: this was done already; a preview needs an id of its own")
    scene = _Scene(source, ids, draft)
    earlier = scene.people(scene.before)
    later = scene.people(scene.after)
    return Preview(
        links=tuple(_links(draft.events)),
        before=earlier,
        after=later,
        fields=tuple(_fields(earlier, later, scene.edits)),
        reaches=tuple(scene.reaches(later, at)),
        carried=tuple(scene.carried()),
        conflicts=tuple(scene.conflicts(earlier)) if len(later) < len(earlier) else (),
    )


def _links(events: Sequence[Recorded]) -> Iterator[tuple[UUID, UUID]]:
    for event in events:
        body = event.body
        if isinstance(body, ContactsLinked | ContactsUnlinked) and event.stream_id < body.other_contact_id:
            yield event.stream_id, body.other_contact_id


class _Scene:
    """The streams that the act is about, without its events and with them."""

    def __init__(self, source: Source, ids: Ids, draft: Draft) -> None:
        self._source = source
        self._draft = draft
        self.before: dict[UUID, Sequence[Recorded]] = {
            key: list(draft.view.base[key].values()) for key in draft.reads if key in draft.view.base
        }
        found = people(sorted(key for key, events in self.before.items() if _is_contact(events)), self._read)
        self.contacts = sorted(contact for one in found for contact in one.contacts)
        self._read(key for one in found for key in one.identifiers)
        organization = ids.organization(draft.act.organization)
        settings = self._read([organization])[organization]
        self.history: Policies = policies(settings)
        self.rules = identity_rules(settings)
        self._keyed = partial(ids.identifier, draft.act.organization)
        written = {UUID(int=number): list(stream.values()) for number, stream in draft.written().items()}
        self.after: Streams = {**self.before, **written}
        edits = [e for key in self.contacts for e in self.before[key] if isinstance(e.body, ProfileChanged)]
        self.edits = {event.event_id: event for event in source.open(edits)}

    def _read(self, keys: Iterator[UUID] | Collection[UUID]) -> Streams:
        wanted = list(keys)
        missing = [key for key in wanted if key not in self.before]
        if missing:
            self.before.update(self._source.read(missing))
        return {key: self.before[key] for key in wanted}

    def people(self, streams: Streams) -> tuple[Known, ...]:
        """Whoever the contacts are in these streams."""
        found = people(self.contacts, lambda keys: {key: streams[key] for key in keys})
        return tuple(Known(one, profile(self._edits_of(one))) for one in found)

    def _edits_of(self, one: Person) -> list[Recorded]:
        return [event for event in self.edits.values() if event.stream_id in one.contacts]

    def reaches(self, later: Sequence[Known], at: datetime) -> Iterator[Reach]:
        """Every place that an identifier's events name, judged without and with the act."""
        for known in later:
            for key, kind in known.person.identifiers.items():
                events = self.after[key]
                listing = timeline(self._listing(events), at=at)
                lines = timeline(self.before[key], at=at), timeline(events, at=at)
                for channel, scope, purpose in sorted(sendable_places(events, kind, self.history)):
                    without, with_ = (
                        judge(
                            line,
                            channel=channel,
                            scope=scope,
                            purpose=purpose,
                            platform=listing,
                            policies=self.history,
                        )
                        for line in lines
                    )
                    yield Reach(
                        key,
                        known.person.id,
                        channel,
                        scope,
                        purpose,
                        with_.consent.value,
                        without.reasons,
                        with_.reasons,
                    )

    def _listing(self, events: Sequence[Recorded]) -> Sequence[Recorded]:
        listing = platform_key(events)
        return self._read([listing])[listing] if listing is not None else ()

    def carried(self) -> Iterator[Carried]:
        """What the act's own events carry over, and what they take back of what was carried."""
        for event in self._draft.events:
            told, taken_back = event, isinstance(event.body, EventReversed)
            if isinstance(event.body, EventReversed):
                told = self._draft.stream(event.stream_id)[event.body.reversed_event_id.int]
            body = told.body
            if isinstance(body, OptedOut | HoldPlaced) and body.carried_from is not None:
                yield Carried(
                    event.stream_id,
                    body.carried_from,
                    body.NAME,
                    body.scope,
                    getattr(body, "channel", ALL),
                    getattr(body, "purposes", ()),
                    taken_back,
                )

    def conflicts(self, earlier: Sequence[Known]) -> Iterator[Conflict]:
        """What stands against this link, were it made by a machine."""
        kinds = [kind for known in earlier for kind in known.person.identifiers.values()]
        for kind, limit in self.rules.limits.items():
            count = kinds.count(kind)
            if count > limit:
                cause = "two_external_ids" if kind == "external_id" else "limit"
                yield Conflict(cause, kind, count, limit)
        claims = [
            event
            for known in earlier
            for key in known.person.identifiers
            for event in self.before[key]
            if isinstance(event.body, IdentifierClaimed)
        ]
        for body in {event.stream_id: event.body for event in self._source.open(claims)}.values():
            assert isinstance(body, IdentifierClaimed)
            if body.value is not None and self.rules.blocks(body.kind, body.value, self._keyed):
                yield Conflict("blocked", body.kind)
        for known in earlier:
            others = {one for other in earlier if other is not known for one in other.person.contacts}
            if any(unlinked_from(self.before[contact]) & others for contact in known.person.contacts):
                yield Conflict("unlinked_before")
                break
        if any(is_deleted(self.before[contact]) for contact in self.contacts):
            yield Conflict("deleted")


def _fields(
    earlier: Sequence[Known], later: Sequence[Known], edits: Mapping[UUID, Recorded]
) -> Iterator[FieldOutcome]:
    for known in later:
        own = set(known.person.contacts)
        shown = [one.fields for one in earlier if own & set(one.person.contacts)]
        for field in sorted({*known.fields, *(name for fields in shown for name in fields)}):
            won = known.fields.get(field)
            lost = [fields[field] for fields in shown if field in fields and not _same(fields[field], won)]
            yield FieldOutcome(
                known.person.id,
                field,
                _said(won, edits) if won is not None else None,
                tuple(_said(value, edits) for value in lost),
            )


def _same(one: FieldValue, other: FieldValue | None) -> bool:
    return other is not None and one.value == other.value


def _said(found: FieldValue, edits: Mapping[UUID, Recorded]) -> Said:
    return Said(found.value, edits[found.event_id].stream_id, found.at)


def _is_contact(events: Sequence[Recorded]) -> bool:
    return bool(events) and events[0].name.startswith("contact.")


def sendable_places(events: Sequence[Recorded], kind: str, history: Policies) -> set[Place]:
    """Named places at which something can be sent: of what names every purpose or channel, marketing on each."""
    return {
        (one, scope, "marketing" if purpose == ALL else purpose)
        for channel, scope, purpose in named_places(events, history)
        for one in (CHANNELS_OF[kind] if channel == ALL else (channel,))
    }
