"""Merge candidates over HTTP: listed, dismissed. Accepting one is making a link of the two (`contact-links`)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from entrypoints import candidates
from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import Asked, Id, InQuery
from entrypoints.api.once import own_name

router = APIRouter(prefix="/v1/organizations/{organization}/candidates", tags=["links of contacts"])
_Reader = Annotated[Caller, Depends(needs("contacts"))]
_Linker = Annotated[Caller, Depends(needs("linking"))]


class CandidatesQuestion(InQuery):
    """Which page."""

    before: int | None = Field(None, ge=1, le=2**63 - 1, description="the `before` of the page before")
    limit: int = Field(100, ge=1, le=1000)


class DismissalAsked(Asked):
    """Two contacts, and why they are two people."""

    left_id: Id
    right_id: Id
    reason: str = Field(min_length=1, max_length=500)
    id: str | None = Field(None, min_length=1, max_length=200, description="idempotency key")


class DismissalAnswer(BaseModel):
    """Whether this call dismissed them; false: they were before."""

    dismissed: bool


@router.get("")
def list_candidates(
    question: Annotated[CandidatesQuestion, Query()], ledger: Ledger, caller: _Reader
) -> candidates.CandidatesPage:
    """Pairs that may be one person and that nobody has decided on, newest first."""
    return candidates.page(ledger, caller.organization, **question.model_dump())


@router.post("/dismiss")
def dismiss_candidate(asked: DismissalAsked, ledger: Ledger, caller: _Linker) -> DismissalAnswer:
    """Says that the two are two people: they are not listed again for the same cause."""
    done = candidates.dismiss(
        hand(ledger, caller),
        asked.left_id,
        asked.right_id,
        asked.reason,
        message_id=own_name(caller.request, asked.id),
    )
    return DismissalAnswer(dismissed=done)
