"""Deletion of a contact, softly, and its restoring (DESIGN §3; Y9, Y12)."""

from datetime import UTC, datetime
from uuid import UUID

from ledger.acts.contact import ContactChange
from ledger.deciding.rollup import person_of
from ledger.deciding.view import Draft
from ledger.events.contact import ContactDeleted, ContactRestored, ContactsLinked
from ledger.events.identifier import Blocked, Unblocked
from ledger.rules.adopted import policies
from ledger.rules.hold import own_grant
from ledger.rules.identity import Person, holder, is_deleted
from ledger.rules.timeline import timeline

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def delete(draft: Draft, act: ContactChange, person: Person) -> None:
    """Deletes every contact of the person and blocks its identifiers with that cause.

    A deletion that is learnt of after the person's own later grant is undone by it, as it would have been in order.
    """
    for contact in person.contacts:
        body = ContactDeleted(reason=act.reason, message_id=draft.act.message_id)
        draft.add(contact, body, draft.derived(draft.act_id, body, contact))
    draft.require(person.identifiers.keys())
    for identifier in person.identifiers:
        blocked = Blocked(scope=draft.act.organization, cause="contact_deleted")
        draft.add(identifier, blocked, draft.derived(draft.act_id, blocked, identifier))
    granted = _granted_since(draft, person)
    if granted is not None:
        restore(draft, person, ContactRestored(cause="own_grant"), at=granted)


def _granted_since(draft: Draft, person: Person) -> datetime | None:
    """The first own grant of the person that took effect after this act."""
    history = draft.fold(draft.ids.organization(draft.act.organization), policies)
    moments: list[datetime] = []
    for identifier in person.identifiers:
        line = timeline(list(draft.stream(identifier).values()), at=_END_OF_TIME)
        since = [event for event in line.events if event.effective_at > draft.effective_at]
        moments += [event.effective_at for event in since if own_grant(event, line, history)]
    return min(moments, default=None)


def restore(draft: Draft, person: Person, body: ContactRestored, *, at: datetime | None = None) -> None:
    """Restores those of the person's contacts that are deleted and lifts the blocks that deletion placed.

    `at` where it is not the act's own time. Nothing is deleted: nothing happens.
    """
    deleted = [contact for contact in person.contacts if is_deleted(draft.stream(contact).values())]
    for contact in deleted:
        draft.add(contact, body, draft.derived(draft.act_id, body, contact), occurred_at=at)
    if not deleted:
        return
    draft.require(person.identifiers.keys())
    for identifier in person.identifiers:
        unblocked = Unblocked(scope=draft.act.organization, cause="contact_restored")
        draft.add(identifier, unblocked, draft.derived(draft.act_id, unblocked, identifier), occurred_at=at)


def restore_by_own_grant(draft: Draft, contact: UUID) -> None:
    """The person's own fresh grant restores a deleted contact and unblocks its identifiers (DESIGN §3).

    One that took effect before the deletion and only arrives after it restores nothing.
    """
    if not _touched_by_deletion(draft, contact):
        return
    person = person_of(draft, contact)
    if any(_deleted_before(draft, contact) for contact in person.contacts):
        restore(draft, person, ContactRestored(cause="own_grant"))


def _deleted_before(draft: Draft, contact: UUID) -> bool:
    """Whether the contact is deleted, and was so before this act took effect."""
    events = draft.stream(contact).values()
    deletions = [event.effective_at for event in events if isinstance(event.body, ContactDeleted)]
    return is_deleted(events) and max(deletions) < draft.effective_at


def _touched_by_deletion(draft: Draft, contact: UUID) -> bool:
    return any(type(event.body) in (ContactDeleted, ContactsLinked) for event in draft.stream(contact).values())


def restore_if_own_grant(draft: Draft, stream: UUID, event_id: UUID) -> None:
    """Restores the holder's deleted contact where this event is the person's own fresh grant."""
    events = draft.stream(stream)
    contact = holder(events.values())
    if contact is None:
        return
    line = timeline(list(events.values()), at=draft.effective_at)
    history = draft.fold(draft.ids.organization(draft.act.organization), policies)
    if own_grant(events[event_id.int], line, history):
        restore_by_own_grant(draft, contact)
