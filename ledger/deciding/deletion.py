"""Deletion of a contact, softly, and its restoring (DESIGN §3; Y9, Y12)."""

from uuid import UUID

from ledger.acts import ContactChange
from ledger.deciding.rollup import person_of
from ledger.deciding.view import Draft
from ledger.events.contact import ContactDeleted, ContactRestored, ContactsLinked
from ledger.events.identifier import Blocked, Unblocked
from ledger.rules.adopted import policies
from ledger.rules.hold import own_grant
from ledger.rules.identity import Person, holder, is_deleted
from ledger.rules.timeline import timeline


def delete(draft: Draft, act: ContactChange, person: Person) -> None:
    """Deletes every contact of the person and blocks its identifiers with that cause."""
    for contact in person.contacts:
        body = ContactDeleted(reason=act.reason, message_id=draft.act.message_id)
        draft.add(contact, body, draft.derived(draft.act_id, body, contact))
    draft.require(person.identifiers.keys())
    for identifier in person.identifiers:
        blocked = Blocked(scope=draft.act.organization, cause="contact_deleted")
        draft.add(identifier, blocked, draft.derived(draft.act_id, blocked, identifier))


def restore(draft: Draft, person: Person, body: ContactRestored) -> None:
    """Restores those of the person's contacts that are deleted and lifts the blocks that deletion placed."""
    for contact in person.contacts:
        if is_deleted(draft.stream(contact).values()):
            draft.add(contact, body, draft.derived(draft.act_id, body, contact))
    draft.require(person.identifiers.keys())
    for identifier in person.identifiers:
        unblocked = Unblocked(scope=draft.act.organization, cause="contact_restored")
        draft.add(identifier, unblocked, draft.derived(draft.act_id, unblocked, identifier))


def restore_by_own_grant(draft: Draft, contact: UUID) -> None:
    """The person's own fresh grant restores a deleted contact and unblocks its identifiers (DESIGN §3)."""
    if not _touched_by_deletion(draft, contact):
        return
    person = person_of(draft, contact)
    if any(is_deleted(draft.stream(contact).values()) for contact in person.contacts):
        restore(draft, person, ContactRestored(cause="own_grant"))


def _touched_by_deletion(draft: Draft, contact: UUID) -> bool:
    return any(isinstance(event.body, ContactDeleted | ContactsLinked) for event in draft.stream(contact).values())


def restore_if_own_grant(draft: Draft, stream: UUID, event_id: UUID) -> None:
    """Restores the holder's deleted contact where this event is the person's own fresh grant."""
    events = draft.stream(stream)
    contact = holder(events.values())
    if contact is None:
        return
    line = timeline(list(events.values()), at=draft.effective_at)
    history = draft.fold(draft.ids.organization(draft.act.organization), policies)
    if own_grant(events[event_id], line, history):
        restore_by_own_grant(draft, contact)
