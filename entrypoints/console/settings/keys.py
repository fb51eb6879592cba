"""API keys: issued, limited to some of what their role may do, shown this once, and revoked for good."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, get_args
from uuid import UUID, uuid4

from fastapi import Query, Response

from entrypoints import keys
from entrypoints.console.form_values import moment
from entrypoints.console.lists import done
from entrypoints.console.pages import twins
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, history, router, show_part
from entrypoints.console.texts import TEXTS, say
from entrypoints.console.view import View
from entrypoints.console.wording import word
from entrypoints.keys import KeySeen
from entrypoints.organizations import issue_key
from entrypoints.roles import PERMISSIONS, ROLES, Permission, Role
from ledger.errors import MessageRefused


class Keys(Part):
    """Every key the organization ever had, the latest first."""

    keys: list[KeySeen]


@twins(router, "/{organization}/settings/keys")
def listed(view: Admin, asked: Annotated[Asked, Query()]) -> Response:
    """The keys: by their prefix, never the keys themselves."""
    return _list(view, asked)


@router.post("/{organization}/settings/keys")
def issue(view: Admin, form: Form) -> Response:
    """Issues a key. This page is the only place where it is ever seen; the same form again issues none."""
    hand = replace(view.hand(), key=form.get("once") or None)
    role = _role(form)
    expires, limits = _expires(view, form), _limits(form, role)
    try:
        key = issue_key(view.ledger, view.organization, role, expires, hand, limits)
    except MessageRefused as refused:
        if refused.reason != "conflict":
            raise
        raise MessageRefused("once", TEXTS["settings.keys.twice"]) from None
    return _list(view, Asked(), issued=key)


@router.post("/{organization}/settings/keys/{key_id}/revoke")
def revoke(view: Admin, key_id: UUID, _form: Form) -> Response:
    """Revokes a key for good, from the next request on."""
    keys.get(view.ledger, view.organization, key_id)
    keys.revoke(view.hand(), key_id)
    return done(view, "settings/keys", what="true")


def _list(view: View, asked: Asked, issued: str | None = None) -> Response:
    known = keys.listed(view.ledger, view.organization)
    data = Keys(keys=known, history=history(view, "keys"))
    rows = [list(one.model_dump(mode="json").values()) for one in known]
    table = (list(KeySeen.model_fields), rows)
    return show_part(
        view,
        "keys",
        asked,
        data,
        table,
        roles=ROLES,
        permissions={permission: _roles_with(permission) for permission in get_args(Permission)},
        issued=issued,
        once=str(uuid4()),
    )


def _role(form: Form) -> Role:
    role = next((one for one in ROLES if one == form.get("role")), None)
    if role is None:
        raise MessageRefused("role", f"role: one of {', '.join(ROLES)}")
    return role


def _limits(form: Form, role: Role) -> list[Permission] | None:
    """What is ticked; nothing: all that the role may do. Raises MessageRefused for what it may not."""
    ticked: list[Permission] = [one for one in get_args(Permission) if f"may.{one}" in form]
    if beyond := [word(one, "permission") for one in ticked if one not in PERMISSIONS[role]]:
        said = say("settings.keys.beyond", role=word(role, "role"), permissions=", ".join(beyond))
        raise MessageRefused("permissions", f"permissions: {said}")
    return ticked or None


def _roles_with(permission: Permission) -> list[Role]:
    """The roles that may do it beside the administrator's, which may do all."""
    return [role for role in ROLES if role != "admin" and permission in PERMISSIONS[role]]


def _expires(view: View, form: Form) -> datetime | None:
    """The end of the key, in the viewer's zone; none: it lives until it is revoked."""
    at = moment(view, "expires_at", form.get("expires_at", "").strip())
    if at is not None and at <= view.now:
        raise MessageRefused("expires_at", f"expires_at: {TEXTS['settings.keys.past']}")
    return at
