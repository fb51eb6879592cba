"""Acts about a contact: profile, identification, link and unlink, deletion, restoring, erasure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ledger.acts import ContactChange, Given, Identification, Link, ProfileEdit, Unlink
from ledger.deciding.carrying import take_back
from ledger.deciding.erasing import erase
from ledger.deciding.present import require_open
from ledger.deciding.rollup import identifier_id, link, linked_event_id, person_of, settle
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.contact import (
    ContactDeleted,
    ContactRestored,
    ContactsLinked,
    ContactsUnlinked,
    ProfileChanged,
)
from ledger.events.identifier import Blocked, HoldPlaced, OptedOut, Unblocked
from ledger.rules.adopted import policies
from ledger.rules.hold import own_grant
from ledger.rules.identity import Person, holder, is_deleted, is_erased, links
from ledger.rules.timeline import timeline

_UNKNOWN = ("unknown_contact", "no such contact or identifier here; replay once it is recorded")


def change_profile(
    draft: Draft,
    contact: UUID,
    *,
    set_: Mapping[str, Any] | None = None,
    append: Mapping[str, Any] | None = None,
    fill: Mapping[str, Any] | None = None,
    remove: tuple[str, ...] = (),
) -> None:
    """Appends the edits to the contact's stream; fields are named openly, values are sealed."""
    fields = sorted({*(set_ or ()), *(append or ()), *(fill or ()), *remove})
    body = ProfileChanged(
        fields=tuple(fields),
        set=dict(set_) if set_ else None,
        append=dict(append) if append else None,
        fill=dict(fill) if fill else None,
        remove=remove,
        message_id=draft.act.message_id,
    )
    draft.add(contact, body, draft.event_id(body))


def profile_edit(draft: Draft, act: ProfileEdit) -> None:
    if act.identifier is not None:
        require_open(draft, identifier_id(draft, act.identifier))
        contact = settle(draft, [act.identifier], "profile", bulk=False)
    else:
        assert act.contact_id is not None
        contact = _known_contact(draft, act.contact_id)
    change_profile(draft, contact, set_=act.set, append=act.append, fill=act.fill, remove=act.remove)


def identification(draft: Draft, act: Identification) -> None:
    for given in act.identifiers:
        require_open(draft, identifier_id(draft, given))
    settle(draft, act.identifiers, act.method, bulk=act.method in ("api", "import"))


def _known_contact(draft: Draft, contact: UUID) -> UUID:
    events = draft.stream(contact)
    first = next(iter(events.values()), None)
    if first is None or first.envelope.organization != draft.act.organization:
        raise MessageRefused(*_UNKNOWN)
    if not first.name.startswith("contact."):
        raise MessageRefused(*_UNKNOWN)
    if is_erased(events.values()):
        raise MessageRefused("erased", "this contact was erased on the person's request")
    return contact


def _subject(draft: Draft, subject: UUID | Given) -> UUID:
    """The contact meant, by its id or by an identifier it holds."""
    if isinstance(subject, UUID):
        return _known_contact(draft, subject)
    contact = holder(draft.stream(identifier_id(draft, subject)).values())
    if contact is None:
        raise MessageRefused(*_UNKNOWN)
    return contact


def link_asked(draft: Draft, act: Link) -> None:
    """A link an actor asked for: no guard stands against it."""
    mine = person_of(draft, _subject(draft, act.left))
    theirs = person_of(draft, _subject(draft, act.right))
    if mine.id != theirs.id:
        link(draft, mine, theirs, "asked", automatic=False, reason=act.reason)


def unlink(draft: Draft, act: Unlink) -> None:
    """Removes one link; what was carried over it is taken back, whatever else happened stays where it is."""
    places = [draft.place_of(linked_event_id(draft, act.link_id, first=first)) for first in (True, False)]
    low, high = places
    if low is None or high is None:
        raise MessageRefused("unknown_link", "data.link_id: no such link here; replay once it is recorded")
    _known_contact(draft, low)
    if act.link_id not in links(draft.stream(low).values()):
        return
    people = [person_of(draft, low)]
    for side, other in ((low, high), (high, low)):
        body = ContactsUnlinked(link_id=act.link_id, other_contact_id=other, reason=act.reason)
        draft.add(side, body, draft.derived(draft.act_id, body, side, act.link_id))
    targets = list(people[0].identifiers)
    draft.require(targets)
    for target in targets:
        take_back(
            draft,
            target,
            lambda event: isinstance(event.body, OptedOut | HoldPlaced) and event.body.link_id == act.link_id,
        )


def contact_change(draft: Draft, act: ContactChange) -> None:
    person = person_of(draft, _subject(draft, act.subject))
    if act.action == "delete":
        _delete(draft, act, person)
    elif act.action == "restore":
        _restore(draft, person, ContactRestored(reason=act.reason, message_id=draft.act.message_id))
    else:
        erase(draft, act, person)


def _delete(draft: Draft, act: ContactChange, person: Person) -> None:
    for contact in person.contacts:
        body = ContactDeleted(reason=act.reason, message_id=draft.act.message_id)
        draft.add(contact, body, draft.derived(draft.act_id, body, contact))
    draft.require(person.identifiers.keys())
    for identifier in person.identifiers:
        blocked = Blocked(scope=draft.act.organization, cause="contact_deleted")
        draft.add(identifier, blocked, draft.derived(draft.act_id, blocked, identifier))


def _restore(draft: Draft, person: Person, body: ContactRestored) -> None:
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
        _restore(draft, person, ContactRestored(cause="own_grant"))


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
