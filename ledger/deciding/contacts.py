"""Acts about a contact: profile, identification, deletion, restoring, erasure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ledger.acts.contact import ContactChange, Identification, ProfileEdit
from ledger.acts.given import Given
from ledger.deciding.deletion import delete, restore
from ledger.deciding.erasing import erase
from ledger.deciding.present import require_open
from ledger.deciding.rollup import identifier_id, person_of, settle
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.contact import (
    ContactRestored,
    ProfileChanged,
)
from ledger.rules.identity import holder, is_erased
from ledger.rules.profile import newest_edits

_UNKNOWN = "no such contact or identifier here; send or replay this once it is recorded"


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
        contact = known_contact(draft, act.contact_id)
    _require_as_seen(draft, contact, act.seen)
    change_profile(draft, contact, set_=act.set, append=act.append, fill=act.fill, remove=act.remove)


def _require_as_seen(draft: Draft, contact: UUID, seen: Mapping[str, UUID | None]) -> None:
    """Raises MessageRefused where another edit named one of these fields since the editor looked."""
    if not seen:
        return
    streams = draft.streams(person_of(draft, contact).contacts)
    newest = newest_edits(event for events in streams.values() for event in events)
    moved = sorted(field for field, edit in seen.items() if newest.get(field) != edit)
    if moved:
        raise MessageRefused(
            "edited_meanwhile", f"seen.{moved[0]}: somebody has edited this meanwhile; look at it again, then edit"
        )


def identification(draft: Draft, act: Identification) -> None:
    for given in act.identifiers:
        require_open(draft, identifier_id(draft, given))
    settle(draft, act.identifiers, act.method, bulk=act.method in ("api", "import"))


def known_contact(draft: Draft, contact: UUID, said: str = "data.contact_id: ") -> UUID:
    """The contact, where this organization has it. Raises MessageRefused, also where it was erased; `said` goes
    before its words: the field that is meant.
    """
    events = draft.stream(contact)
    first = next(iter(events.values()), None)
    if first is None or first.envelope.organization != draft.act.organization:
        raise MessageRefused("unknown_contact", said + _UNKNOWN)
    if not first.name.startswith("contact."):
        raise MessageRefused("unknown_contact", said + _UNKNOWN)
    if is_erased(events.values()):
        raise MessageRefused("erased", f"{said}this contact was erased on the person's request")
    return contact


def subject_of(draft: Draft, subject: UUID | Given, said: str | None = None) -> UUID:
    """The contact meant, by its id or by an identifier it holds. Raises MessageRefused, as `known_contact`."""
    if isinstance(subject, UUID):
        return known_contact(draft, subject, said or "data.contact_id: ")
    contact = holder(draft.stream(identifier_id(draft, subject)).values())
    if contact is None:
        raise MessageRefused("unknown_contact", (said or "data.identifier: ") + _UNKNOWN)
    return contact


def contact_change(draft: Draft, act: ContactChange) -> None:
    person = person_of(draft, subject_of(draft, act.subject))
    if act.action == "delete":
        delete(draft, act, person)
    elif act.action == "restore":
        restore(draft, person, ContactRestored(reason=act.reason, message_id=draft.act.message_id))
    else:
        erase(draft, act, person)
