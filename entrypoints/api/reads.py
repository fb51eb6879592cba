"""Who saw personal values after giving a reason."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from entrypoints import reads
from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.models import InQuery

router = APIRouter(prefix="/v1/organizations/{organization}/reads", tags=["settings"])


class ReadsQuestion(InQuery):
    """Which page."""

    before: int | None = Field(None, ge=1, lt=2**63, description="the `before` of the page before")
    limit: int = Field(50, ge=1, le=200)


@router.get("")
def list_reads(
    question: Annotated[ReadsQuestion, Query()],
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("reads"))],
) -> reads.ReadsPage:
    """Looks at personal values that a reason was given for, the latest first."""
    return reads.page(ledger, caller.organization, before=question.before, limit=question.limit)
