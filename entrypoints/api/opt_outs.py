"""Opt-outs searched as auditors ask: by address, period, method, reason, actor and list."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import Field

from consumers.translators.translation import given_value
from entrypoints import provenance
from entrypoints.api.auth import Caller, Ledger, Values, needs
from entrypoints.api.models import Asked, Moment, Scope, ValueGiven
from entrypoints.api.problems import invalid
from entrypoints.provenance import ProvenancePage, Reading
from entrypoints.reads import LONGEST_REASON
from ledger.events.scope import covers, trimmed
from projections import opt_out_search

_METHOD: Final = Field(None, max_length=40, pattern="^[a-z_]+$", examples=["one_click"])

router = APIRouter(prefix="/v1/organizations/{organization}/opt-outs", tags=["compliance"])


class OptOutsQuestion(Asked):
    """Which opt-outs: those that fit all that is given. `scope`: made there, above it or below it."""

    since: Moment | None = Field(None, description="received at this moment or later")
    until: Moment | None = Field(None, description="received before this moment")
    identifier: ValueGiven | None = None
    method: str | None = _METHOD
    actor: str | None = Field(None, min_length=1, max_length=200)
    scope: Scope | None = None
    reason: str | None = Field(
        None, min_length=1, max_length=LONGEST_REASON, description="part of it; for who may read values"
    )
    after: str | None = Field(None, max_length=200, description="the `after` of the page before")
    limit: int = Field(50, ge=1, le=200)


@router.post("/search")
def search_opt_outs(
    asked: OptOutsQuestion,
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("explain"))],
    values: Values,
) -> ProvenancePage:
    """Who opted out, when, how and why, last received first. By body, so that the address shows in no URL."""
    if asked.scope is not None and not covers(caller.organization, asked.scope):
        raise invalid(("scope", f"must begin with `{caller.organization}`, the organization in the path"))
    one = asked.identifier and given_value(asked.identifier.kind, asked.identifier.value, "identifier.value")
    wanted = opt_out_search.Asked(
        asked.since,
        asked.until,
        ledger.ids.identifier(caller.organization, one.kind, one.value) if one else None,
        asked.method,
        asked.actor,
        trimmed(asked.scope) if asked.scope else None,
    )
    reading = Reading(values, asked.reason)
    return provenance.page(ledger, caller.organization, wanted, reading, after=asked.after, limit=asked.limit)
