"""The people who work with the organization's ledger: added with a role, given another, or none any more."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from entrypoints import people
from entrypoints.console.lists import done
from entrypoints.console.pages import twins
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, history, router, show_part
from entrypoints.console.texts import TEXTS
from entrypoints.masking import masked, masked_text
from entrypoints.people import PersonSeen
from entrypoints.roles import ROLES, Role
from ledger.errors import MessageRefused


class People(Part):
    """Everyone who was ever added, the latest first."""

    people: list[PersonSeen]


@twins(router, "/{organization}/settings/people")
def listed(view: Admin, asked: Annotated[Asked, Query()]) -> Response:
    """The people and their roles."""
    known = people.listed(view.ledger, view.organization)
    if not view.values:
        hidden = [(masked_text(one.name), masked("email", one.email)) for one in known]
        known = [
            one.model_copy(update={"name": name, "email": email})
            for one, (name, email) in zip(known, hidden, strict=True)
        ]
    data = People(people=known, history=history(view, "people"))
    rows = [list(one.model_dump(mode="json").values()) for one in known]
    return show_part(view, "people", asked, data, (list(PersonSeen.model_fields), rows), roles=ROLES)


@router.post("/{organization}/settings/people")
def add(view: Admin, form: Form) -> Response:
    """Adds a person with its role. Its first password link comes from the operator."""
    name = form.get("name", "").strip()
    if not name:
        raise MessageRefused("name", f"name: {TEXTS['settings.people.no_name']}")
    people.add(view.hand(), form.get("email", "").strip(), name, _role(form.get("role", "")))
    return done(view, "settings/people", what="true")


@router.post("/{organization}/settings/people/{person_id}")
def change(view: Admin, person_id: UUID, form: Form) -> Response:
    """Gives a person another role, or takes it: from its next request on."""
    if person_id == view.viewer.person:
        raise MessageRefused("role", f"role: {TEXTS['settings.people.oneself']}")
    people.get(view.ledger, view.organization, person_id)
    role = form.get("role", "")
    if role:
        people.grant(view.hand(), person_id, _role(role))
    else:
        people.revoke(view.hand(), person_id)
    return done(view, "settings/people", what="true")


def _role(text: str) -> Role:
    role = next((one for one in ROLES if one == text), None)
    if role is None:
        raise MessageRefused("role", f"role: one of {', '.join(ROLES)}")
    return role
