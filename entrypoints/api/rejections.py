"""Messages that were not taken: listed, opened for a reason, mended, replayed and dropped."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, Field

from entrypoints import reads, replaying
from entrypoints.api.auth import Caller, Ledger, needs, no_more_than
from entrypoints.api.models import Asked, InQuery, Moment
from entrypoints.roles import needed_for
from entrypoints.wiring import Service
from ledger.acts.act import Act
from ledger.errors import KeyDestroyed, MessageRefused, NotFound
from ledger.store import rejections

router = APIRouter(prefix="/v1/organizations/{organization}/rejections", tags=["messages"])
_Admin = Annotated[Caller, Depends(needs("settings"))]
_COUNTED_TO = 1_000


class RejectionsQuestion(InQuery):
    """Which rejections, and which page of them."""

    state: Literal["open", "replayed", "dropped"] = "open"
    reason: str | None = Field(None, max_length=100, examples=["unknown_scope"])
    source: str | None = Field(None, max_length=500, description="the producer")
    since: Moment | None = None
    until: Moment | None = None
    after: UUID | None = Field(None, description="the `after` of the page before")
    limit: int = Field(50, ge=1, le=1_000)


class RejectionSeen(BaseModel):
    """A message that was not taken. `mended`: another was taken in its place."""

    id: UUID
    reason: str
    detail: str = Field(description="the field, and how to mend it")
    source: str | None
    origin: str | None
    received_at: datetime
    rejected_at: datetime
    expires_at: datetime = Field(description="until when the message itself is kept")
    state: str
    settled_at: datetime | None
    settled_by: str | None
    mended: bool


class RejectionsPage(BaseModel):
    """A page, newest first; `counts`: reason → how many of the state, 1,001 standing for more than 1,000."""

    rejections: list[RejectionSeen]
    after: UUID | None
    counts: dict[str, int]


class RejectionWhole(BaseModel):
    """A rejection; `message` for who gives a reason (Ledger-Reason), as long as it is kept."""

    rejection: RejectionSeen
    message: str | None


class Mended(Asked):
    """What is to be taken in: the message as it came, or a whole CloudEvent in its place."""

    message: dict[str, Any] | None = Field(None, description="must name the organization of the rejection")


class ReplayAnswer(BaseModel):
    """What became of it: recorded, duplicate, unchanged or conflict."""

    result: str
    event_ids: list[UUID]


@router.get("")
def list_rejections(
    question: Annotated[RejectionsQuestion, Query()], ledger: Ledger, caller: _Admin
) -> RejectionsPage:
    """Messages of the organization that were not taken, newest first."""
    asked = question.model_dump(exclude={"after", "limit"})
    last = _own(ledger, caller, question.after) if question.after else None
    with ledger.reading.connection() as connection:
        found = rejections.listed(
            connection, organization=caller.organization, after=last, limit=question.limit + 1, **asked
        )
        counts = rejections.counts(connection, caller.organization, question.state, _COUNTED_TO + 1)
    shown = [_seen(one) for one in found[: question.limit]]
    after = shown[-1].id if len(found) > question.limit else None
    return RejectionsPage(rejections=shown, after=after, counts=counts)


@router.get("/{rejection_id}")
def show_rejection(
    rejection_id: UUID,
    ledger: Ledger,
    caller: _Admin,
    ledger_reason: Annotated[
        str | None, Header(max_length=reads.LONGEST_REASON, description="why the message has to be seen; recorded")
    ] = None,
) -> RejectionWhole:
    """One rejection; with the message for a reason."""
    rejected = _own(ledger, caller, rejection_id)
    message = None
    if ledger_reason:
        reads.record(
            ledger,
            caller.organization,
            actor=caller.name,
            what="GET /rejections/{rejection_id}",
            subject=rejection_id,
            reason=ledger_reason,
        )
        try:
            message = replaying.structured(ledger.writing.rejection_payload(rejection_id))
        except KeyDestroyed:
            message = None
    return RejectionWhole(rejection=_seen(rejected), message=message)


@router.post("/{rejection_id}/replay")
def replay_rejection(rejection_id: UUID, asked: Mended, ledger: Ledger, caller: _Admin) -> ReplayAnswer:
    """Takes the message in again, as it came or mended; refused again it is a problem document that says why.

    What needs a permission of its own in `POST messages` needs it here too.
    """
    rejected = _open(ledger, caller, rejection_id)
    mended = orjson.dumps(asked.message) if asked.message is not None else None
    became = replaying.replay(
        ledger,
        rejected.id,
        mended,
        within=caller.organization,
        by=caller.name,
        permitted=lambda act: _refuse_unless_permitted(caller, act),
    )
    if became.result == "refused":
        raise MessageRefused(became.reason or "refused", became.detail or "")
    return ReplayAnswer(result=became.result, event_ids=list(became.event_ids))


@router.post("/{rejection_id}/drop")
def drop_rejection(rejection_id: UUID, ledger: Ledger, caller: _Admin) -> RejectionSeen:
    """Settles it without taking it."""
    rejected = _open(ledger, caller, rejection_id)
    replaying.settle(ledger, [rejected.id], "dropped", by=caller.name)
    return _seen(_own(ledger, caller, rejection_id))


def _refuse_unless_permitted(caller: Caller, act: Act) -> None:
    needed = needed_for(act)
    if needed != "messages":
        no_more_than(caller, [needed])


def _own(ledger: Service, caller: Caller, rejection_id: UUID) -> rejections.Rejected:
    found = replaying.get(ledger, rejection_id)
    if found.organization != caller.organization:
        raise NotFound("there is no rejection of this id")
    return found


def _open(ledger: Service, caller: Caller, rejection_id: UUID) -> rejections.Rejected:
    found = _own(ledger, caller, rejection_id)
    if found.state != "open":
        raise MessageRefused("settled", f"rejection_id: was {found.state} already")
    return found


def _seen(one: rejections.Rejected) -> RejectionSeen:
    return RejectionSeen.model_validate(one, from_attributes=True)
