"""Who holds an identifier, and which contacts are one person (DESIGN §4 "Identity"; L8, C16).

A person is a connected component of contacts over the links that stand. Links have no order, so no circle
can form; its id is that of the oldest identified contact, and every other contact id is an alias for ever.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from ledger.events.contact import (
    ContactCreated,
    ContactDeleted,
    ContactErased,
    ContactRestored,
    ContactsLinked,
    ContactsUnlinked,
    IdentifierAttached,
    IdentifierDetached,
)
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, IdentifierErased, IdentifierReleased
from ledger.events.vocabulary import STRONG_KINDS

Events = Iterable[Recorded]
Read = Callable[[Collection[UUID]], Mapping[UUID, Iterable[Recorded]]]
_UNWRITTEN = 2**63


@dataclass(frozen=True, slots=True)
class Standing:
    """What a contact's stream says of it now. `links`: link id → the other contact; `attached`: identifier id →
    kind, in order of attachment; `created`: log position of its creation, beyond every log until it is written.
    """

    links: Mapping[UUID, UUID]
    attached: Mapping[UUID, str]
    created: int


@dataclass(frozen=True, slots=True)
class Person:
    """`identifiers`: id → kind now attached to any of the person's contacts; `contacts`: every contact id."""

    id: UUID
    contacts: tuple[UUID, ...]
    identifiers: Mapping[UUID, str]

    @property
    def identified(self) -> bool:
        return any(kind in STRONG_KINDS for kind in self.identifiers.values())


def holder(identifier_events: Events) -> UUID | None:
    """The contact that holds the identifier now: the latest claim in the stream not released or erased."""
    held: UUID | None = None
    for event in identifier_events:
        body = event.body
        if type(body) is IdentifierClaimed:
            held = body.contact_id
        elif type(body) is IdentifierErased or (type(body) is IdentifierReleased and body.contact_id == held):
            held = None
    return held


def standing(contact_events: Events) -> Standing:
    """What the contact's events come to, in one pass. By type: isinstance of a model that it is not takes long."""
    linked: dict[UUID, UUID] = {}
    undone: set[UUID] = set()
    held: dict[UUID, str] = {}
    created = _UNWRITTEN
    for event in contact_events:
        body = event.body
        if type(body) is ContactsLinked:
            linked[body.link_id] = body.other_contact_id
        elif type(body) is IdentifierAttached:
            held[body.identifier_id] = body.kind
        elif type(body) is ContactsUnlinked:
            undone.add(body.link_id)
        elif type(body) is IdentifierDetached:
            held.pop(body.identifier_id, None)
        elif type(body) is ContactErased:
            held.clear()
        elif type(body) is ContactCreated and created == _UNWRITTEN:
            created = event.position or _UNWRITTEN
    if undone:
        linked = {link: other for link, other in linked.items() if link not in undone}
    return Standing(linked, held, created)


def attached(contact_events: Events) -> Mapping[UUID, str]:
    """Identifier id → kind of those attached to the contact now, in order of attachment."""
    return standing(contact_events).attached


def ever_attached(contact_events: Events) -> dict[UUID, str]:
    """Identifier id → kind of all that were attached to the contact at any time."""
    attachments = (event.body for event in contact_events)
    return {body.identifier_id: body.kind for body in attachments if isinstance(body, IdentifierAttached)}


def links(contact_events: Events) -> Mapping[UUID, UUID]:
    """Link id → the other contact, of the links that stand."""
    return standing(contact_events).links


def unlinked_from(contact_events: Events) -> set[UUID]:
    """Contacts this one was once unlinked from: never linked to them automatically again."""
    return {event.body.other_contact_id for event in contact_events if isinstance(event.body, ContactsUnlinked)}


def is_contact_of(events: Sequence[Recorded], organization: str) -> bool:
    """Whether this is the stream of a contact, and the organization's."""
    first = events[0] if events else None
    return first is not None and first.envelope.organization == organization and first.name.startswith("contact.")


def is_deleted(contact_events: Events) -> bool:
    """Whether the contact is deleted (softly) and not restored since, by effective time."""
    changes = [e for e in contact_events if isinstance(e.body, ContactDeleted | ContactRestored)]
    if not changes:
        return False
    changes.sort(key=lambda event: (event.effective_at, isinstance(event.body, ContactDeleted), event.event_id))
    return isinstance(changes[-1].body, ContactDeleted)


def is_erased(contact_events: Events) -> bool:
    return any(isinstance(event.body, ContactErased) for event in contact_events)


def person(contact_id: UUID, read: Read) -> Person:
    """The person this contact is part of, breadth first over standing links. `read` gives contact streams."""

    def stand(contacts: Collection[UUID]) -> Mapping[UUID, Standing]:
        found = read(contacts)
        return {contact: standing(found[contact]) for contact in contacts}

    return joined(contact_id, stand)


def joined(contact_id: UUID, stand: Callable[[Collection[UUID]], Mapping[UUID, Standing]]) -> Person:
    """As `person`, from what each contact's stream comes to."""
    parts: dict[UUID, Standing] = {}
    frontier = {contact_id}
    while frontier:
        found = stand(frontier)
        parts.update(found)
        frontier = {other for one in found.values() for other in one.links.values()} - parts.keys()
    contacts = sorted(parts, key=lambda contact: (parts[contact].created, contact))
    identifiers: dict[UUID, str] = {}
    oldest: UUID | None = None
    for contact in contacts:
        held = parts[contact].attached
        identifiers.update(held)
        if oldest is None and not STRONG_KINDS.isdisjoint(held.values()):
            oldest = contact
    return Person(oldest or contacts[0], tuple(contacts), identifiers)


def people(contacts: Iterable[UUID], read: Read) -> list[Person]:
    """The people these contacts are part of, each once."""
    return several(contacts, lambda contact: person(contact, read))


def several(contacts: Iterable[UUID], person_of: Callable[[UUID], Person]) -> list[Person]:
    """As `people`, from who each contact is part of."""
    found: dict[UUID, Person] = {}
    for contact in contacts:
        if contact not in found:
            one = person_of(contact)
            found.update(dict.fromkeys(one.contacts, one))
    return list({one.id: one for one in found.values()}.values())
