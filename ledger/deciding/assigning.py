"""A contact is given an identifier by hand, or its contact key is changed or taken (P8).

Only a contact key can be taken: addresses are system fields (S29) and belong to whoever they reach. Consent lives
on the identifier, so nothing of it moves; what restricts is carried as for every identifier that joins a person.
"""

from functools import partial
from typing import Final
from uuid import UUID

from ledger.acts.contact import IdentifierAssignment
from ledger.acts.given import Given
from ledger.deciding.carrying import carry_from, stands_on
from ledger.deciding.contacts import known_contact
from ledger.deciding.present import require_open
from ledger.deciding.rollup import claim, identifier_id, person_of, release, rules_of
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.rules.identity import Person, holder

_TAKEN: Final = "external_id"


def assign(draft: Draft, act: IdentifierAssignment) -> None:
    """Takes the key, then gives the identifier; what is so already makes no event. Raises MessageRefused."""
    contact = known_contact(draft, act.contact_id)
    person = person_of(draft, contact)
    if act.instead_of is not None and _is_another(draft, act):
        _take(draft, act.instead_of, person)
    if act.identifier is not None:
        _give(draft, act.identifier, contact)


def _is_another(draft: Draft, act: IdentifierAssignment) -> bool:
    return act.identifier is None or identifier_id(draft, act.identifier) != act.instead_of


def _take(draft: Draft, key: UUID, person: Person) -> None:
    if person.identifiers.get(key) != _TAKEN:
        raise MessageRefused("not_held", "instead_of: this contact does not hold such a contact key now")
    held_by = holder(draft.stream(key).values())
    assert held_by is not None, "what is attached is held"
    if stands_on(draft, key):
        raise MessageRefused(
            "key_restricts",
            "identifier: an opt-out or hold was said of this contact key, so it stays; it can be lifted",
        )
    release(draft, key, _TAKEN, held_by)


def _give(draft: Draft, given: Given, contact: UUID) -> None:
    key = identifier_id(draft, given)
    require_open(draft, key)
    held_by = holder(draft.stream(key).values())
    person = person_of(draft, contact)
    if held_by in person.contacts:
        return
    if held_by is not None:
        raise MessageRefused("held", "identifier: another contact holds this; link the two if they are one person")
    rules = rules_of(draft)
    if rules.blocks(given.kind, given.value, partial(draft.ids.identifier, draft.act.organization)):
        raise MessageRefused("names_nobody", "identifier: this value names nobody in particular")
    kinds = list(person.identifiers.values())
    if kinds.count(given.kind) >= rules.limits[given.kind] or len(kinds) >= rules.most:
        raise MessageRefused("limit", "identifier: by the rules of identity this contact holds as many as it may")
    claim(draft, given, contact)
    carry_from(draft, key, given.kind, person_of(draft, contact))
