"""Opt-outs taken back together over HTTP: listed, approved by the list's digest, undone the same way."""

from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, model_validator

from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.models import Asked, Id, Moment, Scope
from entrypoints.api.problems import field_error, invalid
from entrypoints.reversals import ListingSeen, reversing, seen
from ledger.rules.reversible import METHODS, UNNAMED, Criteria

_TEXT: Final = 500
_WHO: Final = Field(min_length=1, max_length=_TEXT)

router = APIRouter(prefix="/v1/organizations/{organization}/reversals", tags=["reversals"])
_Admin = Annotated[Caller, Depends(needs("reverse"))]


class Wanted(Asked):
    """Which opt-outs: those of a span of time that fit all else that is given; or `undo`, an earlier batch."""

    begin: Moment | None = Field(None, alias="from", description="effective from then")
    end: Moment | None = Field(None, alias="to", description="and before then")
    methods: list[str] = Field(
        sorted(UNNAMED), min_length=1, description=f"any of {', '.join(sorted(METHODS))}; those here unless named"
    )
    user_agent: str | None = Field(None, min_length=1, max_length=_TEXT, description="a part of it")
    network: str | None = Field(None, max_length=100, examples=["192.0.2.0/24"])
    scope: Scope | None = None
    source: str | None = Field(None, max_length=_TEXT)
    import_id: str | None = Field(None, max_length=_TEXT)
    suspected: bool = Field(False, description="only those flagged as a scanner's")
    of_batch: Id | None = Field(None, description="the bulk action that did it")
    undo: Id | None = Field(None, description="the batch that shall itself be taken back")

    @model_validator(mode="after")
    def _one_way(self) -> "Wanted":
        span = self.begin is not None and self.end is not None
        if span == (self.undo is not None):
            raise ValueError("give either `from` and `to`, or `undo`")
        return self


class Approval(Wanted):
    """The same, with the digest of the list that was shown, and who approves it and why."""

    approve: str = Field(pattern="^[0-9a-f]{64}$")
    actor: str = _WHO
    reason: str = _WHO


class ReversedAnswer(BaseModel):
    """What was taken back; `recorded` by this call, the others by an earlier one that broke off."""

    batch: UUID
    events: int
    recorded: int


@router.post("/preview")
def preview(wanted: Wanted, ledger: Ledger, caller: _Admin) -> ListingSeen:
    """What would be taken back, exactly, and what it would make sendable. Changes nothing."""
    return seen(reversing(ledger).listing(caller.organization, _criteria(wanted)))


@router.post("")
def reverse(approval: Approval, ledger: Ledger, caller: _Admin) -> ReversedAnswer:
    """Takes back what was listed; another list than the one shown is refused with 409. Again is harmless."""
    done = reversing(ledger).reverse(
        caller.organization,
        _criteria(approval),
        approve=approval.approve,
        actor=approval.actor,
        reason=approval.reason,
        origin=f"{caller.name}/{uuid4()}",
    )
    return ReversedAnswer(batch=done.batch, events=done.events, recorded=done.recorded)


def _criteria(wanted: Wanted) -> Criteria | UUID:
    if wanted.begin is None or wanted.end is None:
        assert wanted.undo is not None
        return wanted.undo
    try:
        return Criteria(
            wanted.begin,
            wanted.end,
            frozenset(wanted.methods),
            wanted.user_agent,
            wanted.network,
            wanted.scope,
            wanted.source,
            wanted.import_id,
            wanted.suspected,
            str(wanted.of_batch) if wanted.of_batch is not None else None,
        )
    except ValueError as refused:
        raise invalid(field_error(str(refused))) from None
