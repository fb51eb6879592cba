"""Who holds an identifier, and which contacts are one person (DESIGN §4 "Identity"; L8, C16).

A person is a connected component of contacts over the links that stand. Links have no order, so no circle
can form; its id is that of the oldest identified contact, and every other contact id is an alias for ever.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
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
        match event.body:
            case IdentifierClaimed(contact_id=contact_id):
                held = contact_id
            case IdentifierReleased(contact_id=contact_id) if contact_id == held:
                held = None
            case IdentifierErased():
                held = None
            case _:
                pass
    return held


def attached(contact_events: Events) -> dict[UUID, str]:
    """Identifier id → kind of those attached to the contact now, in order of attachment."""
    now: dict[UUID, str] = {}
    for event in contact_events:
        match event.body:
            case IdentifierAttached(identifier_id=identifier_id, kind=kind):
                now[identifier_id] = kind
            case IdentifierDetached(identifier_id=identifier_id):
                now.pop(identifier_id, None)
            case ContactErased():
                now.clear()
            case _:
                pass
    return now


def ever_attached(contact_events: Events) -> dict[UUID, str]:
    """Identifier id → kind of all that were attached to the contact at any time."""
    attachments = (event.body for event in contact_events)
    return {body.identifier_id: body.kind for body in attachments if isinstance(body, IdentifierAttached)}


def links(contact_events: Events) -> dict[UUID, UUID]:
    """Link id → the other contact, of the links that stand."""
    linked: dict[UUID, UUID] = {}
    undone: set[UUID] = set()
    for event in contact_events:
        match event.body:
            case ContactsLinked(link_id=link_id, other_contact_id=other):
                linked[link_id] = other
            case ContactsUnlinked(link_id=link_id):
                undone.add(link_id)
            case _:
                pass
    return {link: other for link, other in linked.items() if link not in undone}


def unlinked_from(contact_events: Events) -> set[UUID]:
    """Contacts this one was once unlinked from: never linked to them automatically again."""
    return {event.body.other_contact_id for event in contact_events if isinstance(event.body, ContactsUnlinked)}


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
    streams: dict[UUID, list[Recorded]] = {}
    frontier = {contact_id}
    while frontier:
        found = read(frontier)
        streams.update({contact: list(found[contact]) for contact in frontier})
        frontier = {other for contact in frontier for other in links(streams[contact]).values()} - streams.keys()
    identifiers: dict[UUID, str] = {}
    identified: set[UUID] = set()
    contacts = sorted(streams, key=lambda contact: _age(contact, streams[contact]))
    for contact in contacts:
        held = attached(streams[contact])
        identifiers.update(held)
        if any(kind in STRONG_KINDS for kind in held.values()):
            identified.add(contact)
    oldest = next((contact for contact in contacts if contact in identified), contacts[0])
    return Person(oldest, tuple(contacts), identifiers)


def people(contacts: Iterable[UUID], read: Read) -> list[Person]:
    """The people these contacts are part of, each once."""
    found: dict[UUID, Person] = {}
    for contact in contacts:
        if contact not in found:
            one = person(contact, read)
            found.update(dict.fromkeys(one.contacts, one))
    return list({one.id: one for one in found.values()}.values())


def _age(contact: UUID, events: list[Recorded]) -> tuple[int, UUID]:
    """Log position of its creation; of contacts not yet written, the id decides."""
    created = next((event for event in events if isinstance(event.body, ContactCreated)), None)
    position = created.position if created is not None and created.position else 2**63
    return position, contact
