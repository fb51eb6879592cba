"""Acts about the people who work with the ledger."""

from ledger.acts.settings import PersonAddition, RoleChange
from ledger.deciding.settings import require_name
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import PersonAdded, RoleGranted, RoleRevoked
from ledger.rules.people import people


def add_person(draft: Draft, act: PersonAddition) -> None:
    """Adds a person, or names it anew. Names are sealed, so whether this one is new the caller knows."""
    require_name(act.name)
    body = PersonAdded(person_id=act.person_id, name=act.name, email=act.email)
    draft.add(draft.ids.organization(draft.act.organization), body, draft.event_id(body, act.person_id))


def change_role(draft: Draft, act: RoleChange) -> None:
    """Gives a person its one role here, or takes it. Again is harmless.

    Raises MessageRefused where the organization has no such person.
    """
    stream = draft.ids.organization(draft.act.organization)
    known = people(draft.stream(stream).values()).get(act.person_id)
    if known is None:
        raise MessageRefused("unknown_person", "person: not of this organization; `people add` adds one")
    if known.role == act.role:
        return
    if act.role is None:
        assert known.role is not None
        taken = RoleRevoked(person_id=act.person_id, role=known.role)
        draft.add(stream, taken, draft.event_id(taken, act.person_id))
    else:
        given = RoleGranted(person_id=act.person_id, role=act.role)
        draft.add(stream, given, draft.event_id(given, act.person_id))
