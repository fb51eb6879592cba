"""Who works with the ledger in one organization, and in which role (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.settings import PersonAdded, RoleGranted, RoleRevoked


@dataclass(frozen=True, slots=True)
class Person:
    """`role` None: may do nothing here (any more)."""

    id: UUID
    name: str | None
    email: str | None
    added_at: datetime
    role: str | None = None


def people(organization_events: Iterable[Recorded]) -> dict[UUID, Person]:
    """Person id → person. One role each: a grant takes the place of the one before."""
    found: dict[UUID, Person] = {}
    for event in organization_events:
        match event.body:
            case PersonAdded(person_id=person_id, name=name, email=email):
                known = found.get(person_id) or Person(person_id, name, email, event.effective_at)
                found[person_id] = replace(known, name=name, email=email)
            case RoleGranted(person_id=person_id, role=role) if person_id in found:
                found[person_id] = replace(found[person_id], role=role)
            case RoleRevoked(person_id=person_id, role=role) if person_id in found:
                if found[person_id].role == role:
                    found[person_id] = replace(found[person_id], role=None)
    return found
