"""Everything the ledger holds of one person (GDPR Art. 15), for the person to read: see docs/erasure.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field

from consumers.publisher import EVENTS, STATUS
from entrypoints.explaining import FLAGS
from entrypoints.masking import HIDDEN, masked
from entrypoints.shapes import StatusAnswer, whole_status
from entrypoints.whom import Who, contact_of
from entrypoints.wiring import Service
from ledger.events.contact import ContactCreated
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.events.vocabulary import ALL, CHANNELS_OF, PURPOSES
from ledger.rules.adopted import policies
from ledger.rules.belonging import own_events
from ledger.rules.identity import ever_attached, holder, is_deleted, person
from ledger.rules.places import named_places
from ledger.rules.policy import Policies
from ledger.rules.profile import profile
from ledger.rules.status import status
from ledger.store import rejections
from projections.sentences import sentence


class ContactHeld(BaseModel):
    """One of the contacts that are this person; every id stays valid."""

    id: UUID
    created_at: datetime
    created_by: str
    source: str
    deleted: bool


class EventHeld(BaseModel):
    """One recorded event: in words, and all it says."""

    event_id: UUID
    stream_id: UUID
    at: datetime = Field(description="when it took effect")
    recorded_at: datetime | None
    said: str
    source: str
    actor: str | None
    origin: str | None
    flags: list[str]
    data: dict[str, Any] = Field(description="with its personal parts: values, evidence, texts")


class IdentifierHeld(BaseModel):
    """An identifier of the person, now or once, and where it stands at every place it ever was about."""

    id: UUID
    kind: str
    value: str | None
    as_given: str | None
    held_now: bool
    statuses: list[StatusAnswer]


class FieldHeld(BaseModel):
    """A field of the profile, and where it is from."""

    field: str
    value: Any
    since: datetime
    event_id: UUID
    source: str
    actor: str | None


class RejectionHeld(BaseModel):
    """A message that names the person and was not taken; its text where it names nobody else."""

    id: UUID
    reason: str
    detail: str
    source: str | None
    received_at: datetime
    kept_until: datetime
    message: str | None


class RecipientHeld(BaseModel):
    """Who is told, and of what."""

    recipient: str
    told: str


class Disclosure(BaseModel):
    """One person's everything, as the ledger stood at `position`."""

    organization: str
    masked: bool = Field(description="personal values are masked or left out: ask as who may read them")
    person: UUID
    at: datetime
    position: int
    contacts: list[ContactHeld]
    identifiers: list[IdentifierHeld]
    profile: list[FieldHeld]
    events: list[EventHeld]
    rejections: list[RejectionHeld]
    sources: list[str] = Field(description="the services that sent what is held")
    recipients: list[RecipientHeld]


_RECIPIENTS: Final = (
    RecipientHeld(recipient=f"topic {EVENTS}", told="every event without its personal parts"),
    RecipientHeld(
        recipient=f"topic {STATUS}", told="consent, deliverability and holds, by keyed id instead of the address"
    ),
)


def disclosure(ledger: Service, organization: str, who: Who, *, values: bool = True) -> Disclosure:
    """Gathers it from the log, every sealed part opened; without `values` masked or left out. Raises NotFound."""
    newest = ledger.reading.newest()
    whole = _Whole(ledger, organization, contact_of(ledger, organization, who))
    events = sorted(whole.events, key=lambda event: (event.effective_at, event.position))
    return Disclosure(
        organization=organization,
        masked=not values,
        person=whole.person.id,
        at=ledger.now(),
        position=newest.position,
        contacts=[_contact(key, whole.contacts[key]) for key in whole.person.contacts],
        identifiers=list(whole.identifiers(values=values)),
        profile=list(_profile(events, values=values)),
        events=[_event(event, values=values) for event in events],
        rejections=_rejections(ledger, [*whole.contacts, *whole.own], values=values),
        sources=sorted({event.envelope.source for event in events}),
        recipients=list(_RECIPIENTS),
    )


class _Whole:
    """A person's streams, opened: of identifiers only what happened while the person held them."""

    def __init__(self, ledger: Service, organization: str, contact: UUID) -> None:
        reading = ledger.reading
        self._ledger = ledger
        self.person = person(contact, reading.read)
        self.contacts = reading.read(self.person.contacts, opened=True)
        self.kinds = {k: v for events in self.contacts.values() for k, v in ever_attached(events).items()}
        self.streams = reading.read(self.kinds, opened=True)
        self.own = {key: own_events(events, self.person.contacts) for key, events in self.streams.items()}
        settings = ledger.ids.organization(organization)
        self._policies: Policies = policies(reading.read([settings])[settings])

    @property
    def events(self) -> Iterator[Recorded]:
        for streams in (self.contacts, self.own):
            for events in streams.values():
                yield from events

    def identifiers(self, *, values: bool) -> Iterator[IdentifierHeld]:
        for key, kind in self.kinds.items():
            claims = [event.body for event in self.own[key] if isinstance(event.body, IdentifierClaimed)]
            value = next((claim.value for claim in reversed(claims) if claim.value), None)
            held = holder(self.streams[key]) in self.person.contacts
            yield IdentifierHeld(
                id=key,
                kind=kind,
                value=value if values else masked(kind, value),
                as_given=next((claim.raw for claim in reversed(claims) if claim.raw), None) if values else None,
                held_now=held,
                statuses=list(self._statuses(key, kind)) if held else [],
            )

    def _statuses(self, key: UUID, kind: str) -> Iterator[StatusAnswer]:
        at = self._ledger.answers.moment()
        platform = self._platform(key)
        for channel, scope, purpose in sorted(_places(self.own[key], kind, self._policies)):
            judged = status(
                self.streams[key],
                channel=channel,
                scope=scope,
                purpose=purpose,
                at=at,
                platform=platform,
                policies=self._policies,
            )
            yield whole_status(key, judged)

    def _platform(self, key: UUID) -> Sequence[Recorded]:
        bodies = (event.body for event in self.own[key])
        listing = next(
            (b.platform_key for b in bodies if isinstance(b, IdentifierClaimed) and b.platform_key), None
        )
        return self._ledger.reading.read([listing])[listing] if listing is not None else ()


def _places(events: Iterable[Recorded], kind: str, history: Policies) -> set[tuple[str, str, str]]:
    """The places the events name; where one names every channel or purpose, each that the kind has."""
    return {
        (channel, scope, purpose)
        for named, scope, meant in named_places(events, history)
        for channel in (CHANNELS_OF[kind] if named == ALL else (named,))
        for purpose in (PURPOSES if meant == ALL else (meant,))
        if channel in CHANNELS_OF[kind]
    }


def _contact(key: UUID, events: Sequence[Recorded]) -> ContactHeld:
    created = next(event for event in events if isinstance(event.body, ContactCreated))
    assert isinstance(created.body, ContactCreated)
    return ContactHeld(
        id=key,
        created_at=created.effective_at,
        created_by=created.body.method,
        source=created.envelope.source,
        deleted=is_deleted(events),
    )


def _event(event: Recorded, *, values: bool) -> EventHeld:
    envelope, body = event.envelope, event.body
    return EventHeld(
        event_id=event.event_id,
        stream_id=event.stream_id,
        at=event.effective_at,
        recorded_at=envelope.recorded_at,
        said=sentence(body),
        source=envelope.source,
        actor=envelope.actor,
        origin=envelope.origin,
        flags=[FLAGS.get(flag, flag) for flag in envelope.flags],
        data=body.model_dump(mode="json", exclude_none=True, exclude=None if values else set(body.SEALED_FIELDS)),
    )


def _profile(events: Sequence[Recorded], *, values: bool) -> Iterator[FieldHeld]:
    by_id: Mapping[UUID, Recorded] = {event.event_id: event for event in events}
    for name, field in profile(events).items():
        said = by_id[field.event_id].envelope
        yield FieldHeld(
            field=name,
            value=field.value if values or field.value is None else HIDDEN,
            since=field.at,
            event_id=field.event_id,
            source=said.source,
            actor=said.actor,
        )


def _rejections(ledger: Service, streams: Sequence[UUID], *, values: bool) -> list[RejectionHeld]:
    """Those still kept that name the person."""
    with ledger.writing.connection() as connection:
        found = rejections.naming(connection, streams)
    return [
        RejectionHeld(
            id=one.id,
            reason=one.reason,
            detail=one.detail,
            source=one.source,
            received_at=one.received_at,
            kept_until=one.expires_at,
            message=_message(ledger, one.id) if alone and values else None,
        )
        for one, alone in found
    ]


def _message(ledger: Service, rejection: UUID) -> str:
    return ledger.writing.rejection_payload(rejection).value.decode(errors="replace")
