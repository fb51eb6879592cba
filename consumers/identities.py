"""Whom a contact id leads to, told to others as it changes: read from the log, at the event that changed it.

So it is a function of the log alone: published again after a crash it says the same, under the same position, and
no table has to be up to date for it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from ledger.events.contact import ContactsLinked, ContactsUnlinked, IdentifierAttached, IdentifierDetached
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import STRONG_KINDS
from ledger.rules.identity import links, people
from ledger.store.reading import Reading
from schemas.outbound import IdentityChanged

_NEW: Final = 2
"""Versions up to which a contact's stream is its own beginning: no link can have gone before."""


def identity_changes(log: Reading, events: Sequence[Recorded]) -> dict[int, list[IdentityChanged]]:
    """Position → what changed with that event, of those of these events that changed any contact's person."""
    telling = [event for event in events if _may_change(event)]
    if not telling:
        return {}
    linked = {key for key, found in log.read({event.stream_id for event in telling}).items() if _ever_linked(found)}
    changes = {
        event.position: list(_changes(log, event))
        for event in telling
        if event.stream_id in linked or isinstance(event.body, ContactsLinked | ContactsUnlinked)
    }
    return {position: found for position, found in changes.items() if found}


def _may_change(event: Recorded) -> bool:
    """Links and unlinks once, where both streams have them; attached and detached what identifies a person."""
    match event.body:
        case ContactsLinked(other_contact_id=other) | ContactsUnlinked(other_contact_id=other):
            return event.stream_id > other
        case IdentifierAttached(kind=kind) | IdentifierDetached(kind=kind):
            return kind in STRONG_KINDS and event.version > _NEW
        case _:
            return False


def _ever_linked(events: Sequence[Recorded]) -> bool:
    return any(isinstance(event.body, ContactsLinked) for event in events)


def _changes(log: Reading, event: Recorded) -> Iterator[IdentityChanged]:
    envelope, body = event.envelope, event.body
    assert envelope.recorded_at is not None
    contacts = [event.stream_id]
    if isinstance(body, ContactsLinked | ContactsUnlinked):
        contacts.append(body.other_contact_id)
    streams = _streams(log, contacts, event.position)
    was = _leads(streams, {key: [e for e in found if not _is_it(e, event)] for key, found in streams.items()})
    for contact, person in sorted(_leads(streams, streams).items()):
        if was[contact] != person:
            yield IdentityChanged(
                organization=envelope.organization,
                contact_id=contact,
                person_id=person,
                previous_person_id=was[contact],
                event_id=envelope.event_id,
                position=event.position,
                recorded_at=envelope.recorded_at,
            )


def _streams(log: Reading, contacts: Collection[UUID], upto: int) -> dict[UUID, list[Recorded]]:
    """The streams of everyone linked to these contacts, up to a position and as linked before it or after it."""
    streams: dict[UUID, list[Recorded]] = {}
    frontier = set(contacts)
    while frontier:
        found = log.read(frontier, upto=upto)
        streams.update(found)
        frontier = {other for events in found.values() for other in links(events).values()} - streams.keys()
    return streams


def _leads(contacts: Collection[UUID], streams: Mapping[UUID, Sequence[Recorded]]) -> dict[UUID, UUID]:
    found = people(contacts, lambda keys: {key: streams[key] for key in keys})
    return {contact: one.id for one in found for contact in one.contacts}


def _is_it(event: Recorded, changing: Recorded) -> bool:
    """Whether this is the event looked at, or its like on the other contact's stream."""
    body, other = event.body, changing.body
    if isinstance(body, ContactsLinked | ContactsUnlinked) and isinstance(other, type(body)):
        return body.link_id == other.link_id
    return event.event_id == changing.event_id
