"""Conflicts of message ids that were recorded all the same."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from entrypoints import conflicts
from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.models import InQuery
from entrypoints.conflicts import ConflictsPage

router = APIRouter(prefix="/v1/organizations/{organization}/conflicts", tags=["messages"])


class ConflictsQuestion(InQuery):
    """Which page of them."""

    before: int | None = Field(None, ge=1, description="the `before` of the page before")
    limit: int = Field(50, ge=1, le=1_000)


@router.get("")
def list_conflicts(
    question: Annotated[ConflictsQuestion, Query()],
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("settings"))],
) -> ConflictsPage:
    """What restricts and was recorded although its message id had been used for something else, newest first."""
    return conflicts.page(ledger, caller.organization, before=question.before, limit=question.limit)
