"""Erasures over HTTP: previewed, done once for each request id, and proven."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from consumers.translators.translation import given_value
from entrypoints import erasing
from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import IdentifierGiven
from entrypoints.erasing import ErasureListed, ErasurePreview
from entrypoints.erasure_report import ErasureReport
from entrypoints.whom import Who

router = APIRouter(prefix="/v1/organizations/{organization}/erasures", tags=["erasures"])
_Eraser = Annotated[Caller, Depends(needs("erase"))]
_Reader = Annotated[Caller, Depends(needs("explain"))]


class ErasureAsked(IdentifierGiven):
    """Whom to erase, on which request. Without personal data in either text."""

    request_id: str = Field(min_length=1, max_length=200, examples=["DSR-17"])
    reason: str = Field(min_length=1, max_length=500, examples=["asked by letter"])


def who(asked: IdentifierGiven) -> Who:
    """The person asked about. Raises MessageRefused naming `value`."""
    if asked.id is not None:
        return asked.id
    assert asked.kind is not None
    assert asked.value is not None
    return given_value(asked.kind, asked.value, "value")


@router.post("/preview")
def preview(asked: IdentifierGiven, ledger: Ledger, caller: _Eraser) -> ErasurePreview:
    """Everything that would go, counted. `id`: of a contact or an identifier. Changes nothing."""
    return erasing.preview(ledger, caller.organization, who(asked))


@router.post("")
def erase(asked: ErasureAsked, ledger: Ledger, caller: _Eraser) -> ErasureReport:
    """Erases the person for good and reports. The same request id again only reports."""
    return erasing.erase(hand(ledger, caller), who(asked), request_id=asked.request_id, reason=asked.reason)


@router.get("")
def list_erasures(
    ledger: Ledger,
    caller: _Reader,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[ErasureListed]:
    """The newest first; the next page is asked for `before` the last one's position."""
    return erasing.listed(ledger, caller.organization, before=before, limit=limit)


@router.get("/{request_id}")
def erasure(request_id: str, ledger: Ledger, caller: _Reader) -> ErasureReport:
    """Every copy of one erasure, when it was cleared, and what stays by design."""
    return erasing.shown(ledger, caller.organization, request_id, places=caller.may("values"))
