"""Scopes of an organization: listed by every role, changed by administrators. In a path `~` stands for `/`."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from entrypoints import scopes
from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import Asked, InQuery, Scope
from entrypoints.api.problems import invalid
from ledger.events.scope import covers, trimmed

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["scopes"])
_Reader = Annotated[Caller, Depends(needs("organization"))]
_Admin = Annotated[Caller, Depends(needs("settings"))]
_Code = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9.-]+(~[a-z0-9.-]+){0,3}$",
        max_length=400,
        description="the scope with ~ for /",
        examples=["acme~shop~-~news"],
    ),
]
_Name = Annotated[str, Field(min_length=1, max_length=200, examples=["News"])]


class ScopesQuestion(InQuery):
    """Which scopes, and which page of them."""

    unknown: bool = Field(False, description="those that events name and nobody created, instead")
    state: scopes.State = "any"
    after: str | None = Field(None, max_length=400, description="the `after` of the page before")
    limit: int = Field(100, ge=1, le=1000)


class ScopeGiven(Asked):
    """A scope to be created."""

    scope: Scope
    display_name: _Name | None = None


class NameGiven(Asked):
    """A new name to show."""

    display_name: _Name


class RetirementAsked(Asked):
    """Whether to do it, or only to say who is subscribed there."""

    dry_run: bool = False


class RuleGiven(Asked):
    """What becomes of grants at scopes that nobody created; what restricts is recorded under either."""

    rule: scopes.Rule


class RuleAnswer(RuleGiven):
    """The rule as it is now, and whether this call changed it."""

    changed: bool


@router.get("/scopes")
def list_scopes(question: Annotated[ScopesQuestion, Query()], ledger: Ledger, caller: _Reader) -> scopes.ScopesPage:
    """A page of scopes, by code."""
    return scopes.page(ledger, caller.organization, **question.model_dump())


@router.post("/scopes")
def create_scope(given: ScopeGiven, ledger: Ledger, caller: _Admin) -> scopes.ScopeSeen:
    """Creates a scope, or takes a retired one up again; one that is in use is answered as it is."""
    if not covers(caller.organization, given.scope):
        raise invalid(("scope", f"must begin with `{caller.organization}`, the organization in the path"))
    scopes.create(hand(ledger, caller), given.scope, given.display_name or "")
    return scopes.get(ledger, caller.organization, trimmed(given.scope))


@router.put("/unknown-scopes")
def set_unknown_scopes(given: RuleGiven, ledger: Ledger, caller: _Admin) -> RuleAnswer:
    """Sets whether grants at scopes that nobody created are accepted and listed, or refused."""
    changed = scopes.set_unknown_rule(hand(ledger, caller), given.rule)
    return RuleAnswer(rule=given.rule, changed=changed)


@router.get("/scopes/{code}")
def get_scope(code: _Code, ledger: Ledger, caller: _Reader) -> scopes.ScopeSeen:
    """One scope that was created."""
    return scopes.get(ledger, caller.organization, _scope(code))


@router.patch("/scopes/{code}")
def rename_scope(code: _Code, given: NameGiven, ledger: Ledger, caller: _Admin) -> scopes.ScopeSeen:
    """Changes the name it is shown by; the code never changes."""
    scope = _scope(code)
    scopes.get(ledger, caller.organization, scope)
    scopes.rename(hand(ledger, caller), scope, given.display_name)
    return scopes.get(ledger, caller.organization, scope)


@router.post("/scopes/{code}/retire")
def retire_scope(code: _Code, given: RetirementAsked, ledger: Ledger, caller: _Admin) -> scopes.Retirement:
    """Retires a scope: it takes no more grants; opt-outs stand and answers stay as they are."""
    return scopes.retire(hand(ledger, caller), _scope(code), dry_run=given.dry_run)


def _scope(code: str) -> str:
    return code.replace("~", "/")
