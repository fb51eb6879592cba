"""Replies that wait for a person, and what a person says they mean."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from entrypoints import replies
from entrypoints.acting import API
from entrypoints.api.auth import Caller, Ledger, Values, needs
from entrypoints.api.models import Asked, InQuery
from entrypoints.replies import Meaning, Waiting
from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.rules.replies import State

router = APIRouter(prefix="/v1/organizations/{organization}/replies", tags=["replies"])


class RepliesQuestion(InQuery):
    """Which replies, and which page of them."""

    state: State = Field("open", description="open: nobody knows yet what it means")
    after: str | None = Field(None, max_length=200, description="the `after` of the page before")
    limit: int = Field(50, ge=1, le=200)


class ReplySeen(BaseModel):
    """A reply as it is read now. `text` only for those who may read values, and while its key exists."""

    event_id: UUID
    identifier_id: UUID
    sender: str
    received_at: datetime
    recorded_at: datetime
    due_at: datetime = Field(description="ten business days after the day of receipt")
    overdue: bool
    reply_class: ReplyClass
    confidence: Confidence
    matched: str | None
    keywords: str
    read_by: UUID
    read_at: datetime
    state: State
    text: str | None


class RepliesAnswer(BaseModel):
    """A page, the longest waiting first; `after` asks for the next one."""

    replies: list[ReplySeen]
    after: str | None


class ReplyMeaning(Asked):
    """What a person takes a reply to mean."""

    meaning: Meaning
    actor: str = Field(min_length=1, max_length=200, examples=["ann"])
    reason: str = Field(min_length=1, max_length=1000, description="kept sealed")


class ReadingAnswer(BaseModel):
    """`recorded` is false where a person has said the same before."""

    recorded: bool


@router.get("")
def list_replies(
    question: Annotated[RepliesQuestion, Query()],
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("contacts"))],
    values: Values,
) -> RepliesAnswer:
    """Replies in a state. Open ones are of subscribed numbers and answered no request: a person must read them."""
    found = replies.page(
        ledger, caller.organization, question.state, after=question.after, limit=question.limit, values=values
    )
    return RepliesAnswer(replies=[seen(one) for one in found.replies], after=found.after)


@router.post("/{event_id}/reading")
def read_reply(
    event_id: UUID, given: ReplyMeaning, ledger: Ledger, caller: Annotated[Caller, Depends(needs("replies"))]
) -> ReadingAnswer:
    """Records the reading, as of when the reply was received. A later one by a person takes its place."""
    new = replies.read_by_person(
        ledger,
        caller.organization,
        event_id,
        given.meaning,
        actor=given.actor,
        reason=given.reason,
        source=API,
    )
    return ReadingAnswer(recorded=new)


def seen(one: Waiting) -> ReplySeen:
    """A reply as it is shown."""
    row = {name: getattr(one.reply, name) for name in ReplySeen.model_fields if hasattr(one.reply, name)}
    return ReplySeen(**row, due_at=one.due_at, overdue=one.overdue, text=one.text)
