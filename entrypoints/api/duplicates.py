"""Values that several people have alike, and their removal: listed first, approved by digest (Y10-Y13)."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from entrypoints import duplicates
from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.models import MAX_VALUE, Asked
from entrypoints.deletion import deleting
from entrypoints.wiring import Service
from ledger.deleting import DeletionList

router = APIRouter(prefix="/v1/organizations/{organization}/duplicates", tags=["contacts"])
_Reader = Annotated[Caller, Depends(needs("contacts"))]
_Admin = Annotated[Caller, Depends(needs("reverse"))]
Channel = Literal["email", "phone"]


class HoldersQuestion(Asked):
    """Who has this value or one alike?"""

    channel: Channel = "email"
    value: str = Field(min_length=1, max_length=MAX_VALUE, examples=["ann@example.com"])


class Removal(Asked):
    """Of each shared value those created `earlier`, or `later`, are removed; one always stays."""

    channel: Channel = "email"
    created: Literal["earlier", "later"]


class RemovalApproval(Removal):
    """The same, with the digest of the list that was shown, and who approves it and why."""

    approve: str = Field(pattern="^[0-9a-f]{64}$")
    actor: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=500)


class RemovalListed(BaseModel):
    """Who would be deleted, and the digest by which it is approved. `stays`: contact → why it is not deleted."""

    digest: str
    count: int
    contacts: list[UUID]
    stays: dict[UUID, str]


class Removed(BaseModel):
    """How many were deleted by this call."""

    deleted: int


@router.get("")
def list_duplicates(
    ledger: Ledger,
    caller: _Reader,
    channel: Channel = "email",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> duplicates.SharedPage:
    """The first values that several people have, alphabetical, with how many there are."""
    values = caller.may("values")
    return duplicates.page(ledger, caller.organization, channel, after=None, limit=limit, values=values)


@router.post("/holders")
def list_holders(question: HoldersQuestion, ledger: Ledger, caller: _Reader) -> list[duplicates.HolderSeen]:
    """The people who have a value or one alike, oldest first. By body, so that the value shows in no URL."""
    values = caller.may("values")
    return duplicates.holders(ledger, caller.organization, question.channel, question.value, values=values)


@router.post("/preview")
def preview_removal(removal: Removal, ledger: Ledger, caller: _Admin) -> RemovalListed:
    """Who would be removed, exactly. Changes nothing."""
    listing = _listing(ledger, caller.organization, removal)
    stays = {one.person_id: one.refused for one in listing.people if one.refused is not None}
    return RemovalListed(
        digest=listing.digest, count=len(listing.deletable), contacts=listing.deletable, stays=stays
    )


@router.post("/removals")
def remove(approval: RemovalApproval, ledger: Ledger, caller: _Admin) -> Removed:
    """Deletes, softly, who was listed; another list than the one shown is refused with 409."""
    done = deleting(ledger).delete(
        caller.organization,
        _listing(ledger, caller.organization, approval),
        approve=approval.approve,
        actor=approval.actor,
        reason=approval.reason,
    )
    return Removed(deleted=done)


def _listing(ledger: Service, organization: str, removal: Removal) -> DeletionList:
    wanted = duplicates.removable(ledger, organization, removal.channel, removal.created)
    return deleting(ledger).listing(organization, wanted, gated=False)
