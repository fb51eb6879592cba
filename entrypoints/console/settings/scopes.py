"""Merchants, senders and lists (S1, L3): added, renamed, retired; and what becomes of those nobody created."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Path, Query, Response

from entrypoints import scopes
from entrypoints.console.lists import done
from entrypoints.console.pages import twins
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, Reader, history, router, said_at, show_part
from entrypoints.console.texts import TEXTS
from entrypoints.scopes import Retirement, Rule, ScopeSeen
from ledger.errors import MessageRefused
from ledger.events.scope import trimmed

SEGMENTS: Final = ("merchant", "sender", "list")
_Code = Annotated[str, Path(pattern=r"^[a-z0-9.-]+(~[a-z0-9.-]+){0,3}$", max_length=400)]


class ScopesAsked(Asked):
    """Which scopes: `after` is the code of the last one of the page before."""

    state: scopes.State = "any"
    limit: int = 100


class Scopes(Part):
    """A page of scopes by code; `unknown` are those that events name and nobody created."""

    scopes: list[ScopeSeen]
    after: str | None
    unknown: list[ScopeSeen]
    unknown_scopes: Rule


class OneScope(Part):
    """A scope, and what retiring it comes to."""

    scope: ScopeSeen
    retirement: Retirement


@twins(router, "/{organization}/settings/scopes")
def listed(view: Reader, asked: Annotated[ScopesAsked, Query()]) -> Response:
    """The scopes that were created, and those that were not."""
    found = scopes.page(view.ledger, view.organization, state=asked.state, after=asked.after, limit=asked.limit)
    unknown = scopes.page(view.ledger, view.organization, unknown=True, limit=100).scopes
    data = Scopes(
        scopes=found.scopes,
        after=found.after,
        unknown=unknown,
        unknown_scopes=found.unknown_scopes,
        history=history(view, "scopes", scopes=[one.scope for one in found.scopes]),
    )
    rows = [list(one.model_dump(mode="json").values()) for one in (*found.scopes, *unknown)]
    table = (list(ScopeSeen.model_fields), rows)
    return show_part(view, "scopes", asked, data, table, segments=SEGMENTS)


@router.post("/{organization}/settings/scopes")
def create(view: Admin, form: Form) -> Response:
    """Creates a scope out of the codes of its levels, or takes a retired one up again."""
    with said_at(scope=SEGMENTS[0]):
        scopes.create(view.hand(), _scope(view.organization, form), form.get("display_name", "").strip())
    return done(view, "settings/scopes", what="true")


@router.post("/{organization}/settings/scopes/unknown")
def set_rule(view: Admin, form: Form) -> Response:
    """Says what becomes of grants at scopes that nobody created."""
    rule = form.get("rule")
    if rule not in ("accept", "refuse"):
        raise MessageRefused("rule", "rule: accept or refuse")
    scopes.set_unknown_rule(view.hand(), "accept" if rule == "accept" else "refuse")
    return done(view, "settings/scopes", what="true")


@twins(router, "/{organization}/settings/scopes/{code}")
def one(view: Reader, code: _Code, asked: Annotated[Asked, Query()]) -> Response:
    """One scope: its name, and who is subscribed there before it is retired."""
    scope = scopes.get(view.ledger, view.organization, _of(code))
    retirement = scopes.retire(view.hand(), scope.scope, dry_run=True)
    changes = [one for one in history(view, "scopes", scopes=[scope.scope]) if scope.scope in one.what]
    data = OneScope(scope=scope, retirement=retirement, history=changes)
    rows = [[one.channel, one.purpose, one.subscriptions] for one in retirement.subscribed]
    table = (["channel", "purpose", "subscriptions"], rows)
    path = f"scopes/{code}"
    return show_part(view, "scopes", asked, data, table, path=path, template="settings/scope.html")


@router.post("/{organization}/settings/scopes/{code}/rename")
def rename(view: Admin, code: _Code, form: Form) -> Response:
    """Changes the name the scope is shown by."""
    scopes.rename(view.hand(), _of(code), form.get("display_name", "").strip())
    return done(view, f"settings/scopes/{code}", what="true")


@router.post("/{organization}/settings/scopes/{code}/retire")
def retire(view: Admin, code: _Code, _form: Form) -> Response:
    """Takes no more grants there; opt-outs stand."""
    if _of(code) == view.organization:
        raise MessageRefused("scope", f"scope: {TEXTS['settings.scopes.whole']}")
    scopes.retire(view.hand(), _of(code), dry_run=False)
    return done(view, f"settings/scopes/{code}", what="true")


@router.post("/{organization}/settings/scopes/{code}/restore")
def restore(view: Admin, code: _Code, _form: Form) -> Response:
    """Takes a retired scope up again; consents and opt-outs there are what they were."""
    scopes.create(view.hand(), _of(code))
    return done(view, f"settings/scopes/{code}", what="true")


def _scope(organization: str, form: Mapping[str, str]) -> str:
    """The scope that the codes of its levels stand for, those not given being absent."""
    codes = [form.get(name, "").strip().lower() for name in SEGMENTS]
    if not any(codes):
        raise MessageRefused("scope", f"scope: {TEXTS['settings.scopes.no_code']}")
    if any("/" in code for code in codes):
        raise MessageRefused("scope", f"scope: {TEXTS['settings.scopes.slash']}")
    return trimmed("/".join([organization, *[code or "-" for code in codes]]))


def _of(code: str) -> str:
    return code.replace("~", "/")
