"""Bulk actions over HTTP: asked for on a frozen list, looked at, approved by its digest (Y5, Y6)."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.contacts import PeopleSearched, filter_of
from entrypoints.api.models import Asked, Channel, Scope
from entrypoints.batches import asking, seeing
from entrypoints.batches.asking import BulkAction
from entrypoints.batches.seeing import BatchesPage, BatchWhole, MembersPage
from ledger.batching import Wanted
from ledger.events.vocabulary import ALL
from ledger.store.batches import PersonState

_WHY: Final = Field(min_length=1, max_length=asking.LONGEST, examples=["the shop was sold"])

router = APIRouter(prefix="/v1/organizations/{organization}/batches", tags=["bulk actions"])
_Admin = Annotated[Caller, Depends(needs("reverse"))]


class BatchAsked(Asked):
    """What is to be done to everyone who fits now."""

    people: PeopleSearched = Field(default_factory=PeopleSearched, description="absent: everyone")
    action: BulkAction = Field(examples=["unsubscribe"])
    channel: Channel | None = Field(None, description="on this channel only; absent: on every one")
    scope: Scope | None = Field(None, description="absent: the whole organization")
    reason: str = _WHY


class BatchApproval(Asked):
    """The digest of the list that was shown, and why it is approved."""

    digest: str = Field(pattern="^[0-9a-f]{64}$")
    reason: str = _WHY


class Withdrawn(BaseModel):
    """The list is empty now."""

    withdrawn: bool = True


@router.post("")
def ask(asked: BatchAsked, ledger: Ledger, caller: _Admin, request: Request) -> BatchWhole:
    """Freezes the list of who fits now. Nobody is acted on until it is approved, within seven days."""
    wanted = Wanted(asked.action, asked.channel or ALL, asked.scope or caller.organization)
    which = [f"{name}: {value}" for name, value in asked.people.model_dump(exclude_defaults=True).items()]
    batch = asking.ask(hand(ledger, caller), wanted, filter_of(asked.people), asked.reason, which=which)
    request.app.state.batches.wake()
    return seeing.get(ledger, caller.organization, batch)


@router.get("")
def list_batches(
    ledger: Ledger,
    caller: _Admin,
    after: Annotated[str | None, Query(max_length=200, description="the `after` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> BatchesPage:
    """A page of bulk actions, the latest asked for first."""
    return seeing.page(ledger, caller.organization, after=after, limit=limit)


@router.get("/{batch_id}")
def get_batch(batch_id: UUID, ledger: Ledger, caller: _Admin) -> BatchWhole:
    """One bulk action: its list's size, what would happen or has happened to how many, who asked and approved."""
    return seeing.get(ledger, caller.organization, batch_id)


@router.get("/{batch_id}/people")
def list_people(
    batch_id: UUID,
    ledger: Ledger,
    caller: _Admin,
    state: PersonState | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> MembersPage:
    """People of the list in the order of ids, each with what would happen or has happened, and why not."""
    return seeing.members(ledger, caller.organization, batch_id, state=state, after=after, limit=limit)


@router.post("/{batch_id}/approve")
def approve(
    batch_id: UUID, approval: BatchApproval, ledger: Ledger, caller: _Admin, request: Request
) -> BatchWhole:
    """Approves the list. Above 1,000 people a second person must, in the console: a key names nobody."""
    asking.approve(hand(ledger, caller), batch_id, digest=approval.digest, reason=approval.reason)
    request.app.state.batches.wake()
    return seeing.get(ledger, caller.organization, batch_id)


@router.post("/{batch_id}/withdraw")
def withdraw(batch_id: UUID, ledger: Ledger, caller: _Admin) -> Withdrawn:
    """Gives up a list that was not approved."""
    asking.withdraw(hand(ledger, caller), batch_id)
    return Withdrawn()
