"""Contacts deleted, softly, and restored: one with a reason; many listed first, approved by digest (Y6, Y9)."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, model_validator

from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import Asked, Id
from entrypoints.deletion import change, deleting, fitting
from entrypoints.wiring import Service
from ledger.deleting import DeletionList
from projections.contact_query import Filter

MAX_CONTACTS = 20_000

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["contacts"])
_Deleter = Annotated[Caller, Depends(needs("deletion"))]
_Admin = Annotated[Caller, Depends(needs("reverse"))]


class ChangeReason(Asked):
    """Why a contact is deleted or restored."""

    reason: str = Field(min_length=1, max_length=500, examples=["asked by phone"])


class Changed(BaseModel):
    """`changed` is false where nothing was new: restored though not deleted, or the same request again."""

    changed: bool


class ManyWanted(Asked):
    """Whom to delete: contacts by any ids of theirs, or everyone with a status."""

    contacts: list[Id] | None = Field(None, min_length=1, max_length=MAX_CONTACTS)
    mark: str | None = Field(None, max_length=50, pattern="^[a-z_.]+$", examples=["email.unsubscribed"])

    @model_validator(mode="after")
    def _one_way(self) -> "ManyWanted":
        if (self.contacts is None) == (self.mark is None):
            raise ValueError("give either `contacts` or `mark`")
        return self


class Approval(Asked):
    """The digest of the list that was shown, who approves it, and why."""

    approve: str = Field(pattern="^[0-9a-f]{64}$")
    actor: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=500)


class ManyApproved(ManyWanted, Approval):
    """The same people, approved."""


class DeletionListed(BaseModel):
    """Who would be deleted, and the digest by which it is approved. `stays`: contact → why it is not deleted."""

    digest: str
    count: int
    contacts: list[UUID]
    stays: dict[UUID, str]


class Deleted(BaseModel):
    """How many were deleted by this call."""

    deleted: int


@router.post("/contacts/{contact_id}/delete")
def delete_contact(contact_id: UUID, asked: ChangeReason, ledger: Ledger, caller: _Deleter) -> Changed:
    """Deletes one contact: it stays findable, and what it holds is blocked until it is restored."""
    return Changed(changed=change(hand(ledger, caller), "delete", contact_id, asked.reason))


@router.post("/contacts/{contact_id}/restore")
def restore_contact(contact_id: UUID, asked: ChangeReason, ledger: Ledger, caller: _Deleter) -> Changed:
    """Restores a deleted contact and lifts the blocks its deletion placed."""
    return Changed(changed=change(hand(ledger, caller), "restore", contact_id, asked.reason))


@router.post("/deletions/preview")
def preview_deletions(wanted: ManyWanted, ledger: Ledger, caller: _Admin) -> DeletionListed:
    """Who would be deleted, exactly: only people of no use to senders (Y6). Changes nothing."""
    return listed(_listing(ledger, caller.organization, wanted))


@router.post("/deletions")
def delete_many(approved: ManyApproved, ledger: Ledger, caller: _Admin) -> Deleted:
    """Deletes who was listed. Another list than the one shown is refused with 409: so is the same a second time."""
    return carried_out(ledger, caller, _listing(ledger, caller.organization, approved), approved)


def listed(listing: DeletionList) -> DeletionListed:
    """A list as it is shown before it is approved."""
    stays = {one.person_id: one.refused for one in listing.people if one.refused is not None}
    return DeletionListed(
        digest=listing.digest, count=len(listing.deletable), contacts=listing.deletable, stays=stays
    )


def carried_out(ledger: Service, caller: Caller, listing: DeletionList, approval: Approval) -> Deleted:
    """Deletes who is on an approved list, with the key in the record. Raises DeletionListChanged."""
    done = deleting(ledger).delete(
        caller.organization,
        listing,
        approve=approval.approve,
        actor=approval.actor,
        reason=approval.reason,
        origin=f"{caller.name}/{uuid4()}",
    )
    return Deleted(deleted=done)


def _listing(ledger: Service, organization: str, wanted: ManyWanted) -> DeletionList:
    people = wanted.contacts
    if people is None:
        people = list(fitting(ledger, organization, Filter(mark=wanted.mark)))
    return deleting(ledger).listing(organization, people)
