"""People out of streams: who is one person, and everything `all_contacts` says of them (pure but for reading)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ledger.events.contact import ContactCreated, ContactDeleted, ProfileChanged, Purchased
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.events.vocabulary import ALL, CHANNELS_OF, KINDS, Consent, Deliverability, Hold
from ledger.rules import identity
from ledger.rules.deliverability import deliverability, platform_key
from ledger.rules.identity import Person, is_deleted, is_erased, joined, several
from ledger.rules.profile import profile
from projections import contact_consents
from projections.portion import Judged, Portion, last_recorded

_SAID: Final = (Consent.SUBSCRIBED, Consent.PENDING, Consent.UNSUBSCRIBED, Consent.DECLINED, Consent.EXPIRED)
"""Of several statuses under one merchant and channel, the first of these found is shown (L10)."""
_MARKS: Final = {
    Deliverability.COMPLAINED: "complained",
    Deliverability.BLACKLISTED: "blacklisted",
    Deliverability.BOUNCED: "bounced",
}
_STATES: Final = ("active", "unsubscribed", "pending", *_MARKS.values())
_HELD: Final = tuple(hold.value for hold in Hold if hold is not Hold.NONE)
MARKS: Final = frozenset({*KINDS, *_HELD, *(f"{kind}.{state}" for kind in KINDS for state in _STATES)})
"""Every mark there is."""
MARKS_SAID: Final = (
    f"{', '.join(_HELD)}; any of {', '.join(KINDS)}; or one of these, a dot, and {', '.join(_STATES)}"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A person with the streams that say who it is."""

    person: Person
    contacts: Mapping[UUID, Sequence[Recorded]]
    identifiers: Mapping[UUID, Sequence[Recorded]]

    @property
    def organization(self) -> str:
        return self.contacts[self.person.id][0].envelope.organization

    @property
    def events(self) -> Iterator[Recorded]:
        for streams in (self.contacts, self.identifiers):
            for events in streams.values():
                yield from events

    @property
    def erased(self) -> bool:
        return all(is_erased(events) for events in self.contacts.values())


def touched_contacts(portion: Portion) -> set[UUID]:
    """Contacts the portion's events are about, or whose identifiers they are about, now or ever."""
    streams = portion.read(portion.identifiers())
    holders = {
        event.body.contact_id
        for events in streams.values()
        for event in events
        if isinstance(event.body, IdentifierClaimed)
    }
    return portion.contacts() | holders


def people(portion: Portion, contacts: Collection[UUID]) -> list[Found]:
    """The people these contacts are part of, each once, with all their streams read."""
    unknown = [contact for contact in contacts if contact not in portion.people]
    if unknown:
        portion.people.update(_found(portion, unknown))
    return list({one.person.id: one for one in (portion.people[contact] for contact in contacts)}.values())


def _found(portion: Portion, contacts: Collection[UUID]) -> dict[UUID, Found]:
    """Contact → the person it is part of, of these contacts and all that are linked with them."""
    stands: dict[UUID, identity.Standing] = {}
    frontier = set(contacts)
    while frontier:
        stands.update((key, identity.standing(events)) for key, events in portion.read(frontier).items())
        frontier = {other for key in frontier for other in stands[key].links.values()} - stands.keys()
    people = several(stands, lambda contact: joined(contact, lambda some: {one: stands[one] for one in some}))
    portion.read_identifiers({key for one in people for key in one.identifiers})
    found = [Found(one, portion.read(one.contacts), portion.read(one.identifiers)) for one in people]
    return {contact: one for one in found for contact in one.person.contacts}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the statuses of a person's identifiers come to."""

    type: str
    subscriptions: dict[str, dict[str, str]]
    marks: list[str]
    consents: list[str]
    consented_at: datetime | None
    changes_at: datetime | None


def standing(portion: Portion, found: Found, purchased: bool) -> Standing:
    """Type (L12-L15), subscriptions by merchant and channel (L3, L10), marks (Y15-Y23), consents and the latest."""
    subscriptions: dict[str, dict[str, Consent]] = {}
    marks: set[str] = set()
    consents: set[str] = set()
    consented: list[datetime] = []
    moments: list[datetime] = []
    reachable = False
    for identifier_id, kind in found.person.identifiers.items():
        channels = CHANNELS_OF[kind]
        reachable = reachable or bool(channels)
        statuses = portion.judged(identifier_id)
        consents.update(contact_consents.kept(statuses))
        consented += contact_consents.moments(statuses)
        moments += [status.changes_at for status in statuses if status.changes_at is not None]
        if channels:
            marks |= _marks(portion, identifier_id, kind, statuses)
            _subscriptions(subscriptions, statuses)
    shown = {
        merchant: {channel: consent.value for channel, consent in sorted(channels.items())}
        for merchant, channels in sorted(subscriptions.items())
    }
    said = {consent for channels in subscriptions.values() for consent in channels.values()}
    kind_of_person = _type(said, purchased, reachable)
    latest, soonest = max(consented, default=None), min(moments, default=None)
    return Standing(kind_of_person, shown, sorted(marks), sorted(consents), latest, soonest)


def _type(consents: Collection[Consent], purchased: bool, reachable: bool) -> str:
    """Subscribed anywhere; else in the customer file and never asked; else nothing to reach them by; else L13."""
    if Consent.SUBSCRIBED in consents:
        return "subscriber"
    if purchased and not consents:
        return "purchaser"
    return "unsubscriber" if reachable else "anonymous"


def _subscriptions(into: dict[str, dict[str, Consent]], statuses: Sequence[Judged]) -> None:
    for status in statuses:
        consent = status.consent.consent
        if consent is Consent.NEVER:
            continue
        merchant = "/".join(status.scope.split("/")[:2])
        channels = into.setdefault(merchant, {})
        channels[status.channel] = min(channels.get(status.channel, consent), consent, key=_SAID.index)


def _marks(portion: Portion, identifier_id: UUID, kind: str, statuses: Sequence[Judged]) -> set[str]:
    """`email`, `email.active`, `email.unsubscribed` …: what a person with this identifier is found under."""
    consents = {status.consent.consent for status in statuses}
    marks = {kind}
    if any(not status.reasons for status in statuses if status.purpose != ALL):
        marks.add(f"{kind}.active")
    elif Consent.UNSUBSCRIBED in consents:
        marks.add(f"{kind}.unsubscribed")
    elif Consent.PENDING in consents:
        marks.add(f"{kind}.pending")
    for status in statuses:
        reached, held = status.deliverability.deliverability, status.hold.hold
        if reached in _MARKS:
            marks.add(f"{kind}.{_MARKS[reached]}")
        if held is not Hold.NONE:
            marks.add(held.value)
    if _listed(portion, identifier_id):
        marks.add(f"{kind}.blacklisted")
    return marks


def _listed(portion: Portion, identifier_id: UUID) -> bool:
    """Whether the platform lists it, which names no place and so may be in no status."""
    platform = portion.platform(identifier_id)
    if platform is None:
        return False
    judged = deliverability(portion.line(identifier_id), platform, "email", portion.policies_of(identifier_id))
    return Deliverability.BLACKLISTED in judged.failing


def platform_keys(found: Found) -> list[UUID]:
    return sorted({key for events in found.identifiers.values() if (key := platform_key(events)) is not None})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the person's contacts say: profile, origin, orders, deletion."""

    profile: dict[str, Any]
    created: Recorded
    purchased_at: datetime | None
    last_updated: datetime
    deleted_at: datetime | None


def facts(portion: Portion, found: Sequence[Found]) -> list[Facts]:
    """What the contacts of each of these people say, their profile edits opened in one go."""
    unknown = {one.person.id: one for one in found if one.person.id not in portion.facts}
    edits = {key: _edits(one) for key, one in unknown.items()}
    portion.opened(event for events in edits.values() for event in events)
    portion.facts.update({key: _facts(one, portion.opened(edits[key])) for key, one in unknown.items()})
    return [portion.facts[one.person.id] for one in found]


def _facts(found: Found, opened: Sequence[Recorded]) -> Facts:
    own = [event for events in found.contacts.values() for event in events]
    created = [event for event in own if isinstance(event.body, ContactCreated)]
    deleted = all(is_deleted(events) for events in found.contacts.values())
    return Facts(
        profile={_storable(name): _storable(field.value) for name, field in profile(opened).items()},
        created=min(created, key=lambda event: event.position),
        purchased_at=max((e.effective_at for e in own if isinstance(e.body, Purchased)), default=None),
        last_updated=last_recorded(found.events),
        deleted_at=max(e.effective_at for e in own if isinstance(e.body, ContactDeleted)) if deleted else None,
    )


def _storable(value: Any) -> Any:
    """The value without NUL characters, which PostgreSQL's texts cannot hold; the log keeps them."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return value


def _edits(found: Found) -> list[Recorded]:
    """The profile edits of all the person's contacts, sealed as they are."""
    return [e for events in found.contacts.values() for e in events if isinstance(e.body, ProfileChanged)]
