"""API keys: issued, shown this once, and revoked for good."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Query, Response

from entrypoints import keys
from entrypoints.access import ROLES, Role
from entrypoints.api.problems import Problem
from entrypoints.console.lists import moment
from entrypoints.console.pages import twins
from entrypoints.console.refusals import Refused, refusal
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, changed, history, router, show_part
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View
from entrypoints.keys import KeySeen
from entrypoints.organizations import issue_key
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
    try:
        key = issue_key(view.ledger, view.organization, _role(form), _expires(view, form), hand)
    except (Problem, MessageRefused) as error:
        twice = isinstance(error, MessageRefused) and error.reason == "conflict"
        said = MessageRefused("once", TEXTS["settings.keys.twice"]) if twice else error
        return _list(view, Asked(), refusal("issue", form, said))
    return _list(view, Asked(), issued=key)


@router.post("/{organization}/settings/keys/{key_id}/revoke")
def revoke(view: Admin, key_id: UUID, form: Form) -> Response:
    """Revokes a key for good, from the next request on."""

    def act() -> None:
        keys.get(view.ledger, view.organization, key_id)
        keys.revoke(view.hand(), key_id)

    return changed(view, "keys", "revoke", form, act, lambda refused: _list(view, Asked(), refused))


def _list(view: View, asked: Asked, refused: Refused | None = None, issued: str | None = None) -> Response:
    known = keys.listed(view.ledger, view.organization)
    data = Keys(keys=known, history=history(view, "keys"))
    rows = [list(one.model_dump(mode="json").values()) for one in known]
    table = (list(KeySeen.model_fields), rows)
    return show_part(
        view, "keys", asked, data, table, refused=refused, roles=ROLES, issued=issued, once=str(uuid4())
    )


def _role(form: Form) -> Role:
    role = next((one for one in ROLES if one == form.get("role")), None)
    if role is None:
        raise MessageRefused("role", f"role: one of {', '.join(ROLES)}")
    return role


def _expires(view: View, form: Form) -> datetime | None:
    """The end of the key, in the viewer's zone; none: it lives until it is revoked."""
    at = moment(view, "expires_at", form.get("expires_at", "").strip())
    if at is not None and at <= view.now:
        raise MessageRefused("expires_at", f"expires_at: {TEXTS['settings.keys.past']}")
    return at
