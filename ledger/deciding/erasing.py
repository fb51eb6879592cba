"""Erasing a person (DESIGN §3 "Erasing")."""

from ledger.acts.contact import ContactChange
from ledger.deciding.view import Draft
from ledger.events.contact import ContactErased
from ledger.events.identifier import IdentifierErased
from ledger.rules.erasure import reach
from ledger.rules.identity import Person


def erase(draft: Draft, act: ContactChange, person: Person) -> None:
    """Every stream of the person ends in its erasure, and its keys go in the same transaction."""
    reached = reach(person, draft.streams)
    for identifier in reached.identifiers:
        erased = IdentifierErased(request_id=act.request_id)
        draft.add(identifier, erased, draft.derived(draft.act_id, erased, identifier))
    for contact in reached.contacts:
        gone = ContactErased(request_id=act.request_id)
        draft.add(contact, gone, draft.derived(draft.act_id, gone, contact))
    draft.destroyed.update(reached.streams)
