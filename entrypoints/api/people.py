"""The people of an organization and their roles: for its administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from entrypoints import people
from entrypoints.api.auth import Caller, Ledger, hand, needs, no_more_than
from entrypoints.api.models import Asked
from entrypoints.people import PersonSeen
from entrypoints.roles import PERMISSIONS, Role

router = APIRouter(prefix="/v1/organizations/{organization}/people", tags=["settings"])
_Admin = Annotated[Caller, Depends(needs("settings"))]


class PersonGiven(Asked):
    """Someone who is to work with the ledger."""

    email: str = Field(max_length=320, examples=["ann@example.com"])
    name: str = Field(min_length=1, max_length=200, examples=["Ann Example"])
    role: Role


class RoleGiven(Asked):
    """The one role a person has in the organization; null takes it."""

    role: Role | None


@router.get("")
def list_people(ledger: Ledger, caller: _Admin) -> list[PersonSeen]:
    """Everyone who was ever added, the latest first."""
    return people.listed(ledger, caller.organization)


@router.post("")
def add_person(given: PersonGiven, ledger: Ledger, caller: _Admin) -> PersonSeen:
    """Adds a person with its role; again, it is named and given the role anew.

    Its first password link comes from the operator (`contact-ledger people password`): the person may be another
    organization's too, and whoever has the link can act there.
    """
    no_more_than(caller, PERMISSIONS[given.role])
    return people.add(hand(ledger, caller), given.email, given.name, given.role)


@router.put("/{person_id}/role")
def set_role(person_id: UUID, given: RoleGiven, ledger: Ledger, caller: _Admin) -> PersonSeen:
    """Gives a person its role here, or takes it, from its next request on."""
    people.get(ledger, caller.organization, person_id)
    if given.role is None:
        people.revoke(hand(ledger, caller), person_id)
    else:
        no_more_than(caller, PERMISSIONS[given.role])
        people.grant(hand(ledger, caller), person_id, given.role)
    return people.get(ledger, caller.organization, person_id)
