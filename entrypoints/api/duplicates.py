"""Values that several people have alike, and their removal: listed first, approved by digest (Y10-Y13)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from entrypoints import duplicates
from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.deletion import Approval, Deleted, DeletionListed, carried_out, listed
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


class RemovalApproval(Removal, Approval):
    """The same, with the digest of the list that was shown, and who approves it and why."""


@router.get("")
def list_duplicates(
    ledger: Ledger,
    caller: _Reader,
    channel: Channel = "email",
    after: Annotated[str | None, Query(max_length=6000, description="sealed: it tells no value")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> duplicates.SharedPage:
    """Values that several people have, alphabetical, with how many there are."""
    values = caller.may("values")
    return duplicates.page(ledger, caller.organization, channel, after=after, limit=limit, values=values)


@router.post("/holders")
def list_holders(question: HoldersQuestion, ledger: Ledger, caller: _Reader) -> list[duplicates.HolderSeen]:
    """The people who have a value or one alike, oldest first. By body, so that the value shows in no URL."""
    values = caller.may("values")
    return duplicates.holders(ledger, caller.organization, question.channel, question.value, values=values)


@router.post("/preview")
def preview_removal(removal: Removal, ledger: Ledger, caller: _Admin) -> DeletionListed:
    """Who would be removed, exactly. Changes nothing."""
    return listed(_listing(ledger, caller.organization, removal))


@router.post("/removals")
def remove(approval: RemovalApproval, ledger: Ledger, caller: _Admin) -> Deleted:
    """Deletes, softly, who was listed; another list than the one shown is refused with 409."""
    return carried_out(ledger, caller, _listing(ledger, caller.organization, approval), approval)


def _listing(ledger: Service, organization: str, removal: Removal) -> DeletionList:
    wanted = duplicates.removable(ledger, organization, removal.channel, removal.created)
    return deleting(ledger).listing(organization, wanted, gated=False)
