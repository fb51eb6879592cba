"""Unclassified replies: texts nobody has understood, and what a person says they mean."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Final, get_args
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from entrypoints import replies
from entrypoints.console.lists import State, done, given_reason, named_id, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.view import SOURCE, View, looking
from entrypoints.replies import MEANINGS, Meaning
from ledger.errors import MessageRefused

router = pages_router()
PLACE: Final = Place("replies", "nav.replies", "contacts", router)


class ReplyShown(BaseModel):
    """A reply that waits. `text` for who may read values."""

    event_id: UUID
    identifier_id: UUID
    sender: str
    received_at: datetime
    due_at: datetime
    overdue: bool
    text: str | None


class Replies(BaseModel):
    """A page, the longest waiting first."""

    replies: list[ReplyShown]
    after: str | None


@twins(router, "/{organization}/replies")
def listed(view: Annotated[View, Depends(looking("contacts"))], asked: Annotated[State, Query()]) -> Response:
    """Replies that wait for somebody to say what they mean."""
    page = replies.page(view.ledger, view.organization, after=asked.after, limit=asked.limit, values=view.values)
    shown = [
        ReplyShown(
            **{name: value for name, value in asdict(one.reply).items() if name in ReplyShown.model_fields},
            due_at=one.due_at,
            overdue=one.overdue,
            text=one.text,
        )
        for one in page.replies
    ]
    rows = [list(one.model_dump(mode="json").values()) for one in shown]
    data = Replies(replies=shown, after=page.after)
    return show_list(view, "replies", asked, data, (list(ReplyShown.model_fields), rows), meanings=MEANINGS)


@router.post("/{organization}/replies/meaning")
def meaning(view: Annotated[View, Depends(looking("replies"))], form: Form) -> RedirectResponse:
    """Records what a person takes a reply to mean."""
    said = form.get("meaning", "")
    if said not in get_args(Meaning):
        raise MessageRefused("invalid-request", f"meaning: one of {', '.join(MEANINGS)}")
    replies.read_by_person(
        view.ledger,
        view.organization,
        named_id(form, "reply"),
        said,  # type: ignore[arg-type]
        actor=f"person/{view.viewer.person}",
        reason=given_reason(form),
        source=SOURCE,
    )
    return done(view, "replies")
