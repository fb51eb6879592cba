"""Unclassified replies: texts nobody has understood, and what a person says they mean."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from entrypoints import replies
from entrypoints.console.form_values import given_reason, named_id
from entrypoints.console.lists import State, done, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import SOURCE, View, looking
from entrypoints.replies import MEANINGS, Meaning
from ledger.errors import MessageRefused

router = pages_router()
PLACE: Final = Place("replies", "nav.replies", "contacts", router)
Reader = Annotated[View, Depends(looking("replies"))]
TICKED: Final = "reply-"
"""Before the id, the name of the box by which a reply is ticked."""


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
    rows = (list(one.model_dump(mode="json").values()) for one in shown)
    data = Replies(replies=shown, after=page.after)
    return show_list(view, "replies", asked, data, (list(ReplyShown.model_fields), rows), meanings=MEANINGS)


@router.post("/{organization}/replies/meaning")
def meaning(view: Reader, form: Form) -> RedirectResponse:
    """Records what a person takes a reply to mean."""
    said, reason = _meaning(form), given_reason(form)
    _record(view, named_id(form, "reply"), said, reason)
    return done(view, "replies", form, "meaning")


@router.post("/{organization}/replies/meanings")
def meanings(view: Reader, form: Form) -> RedirectResponse:
    """The same of every reply that is ticked; a run that breaks off leaves the rest in the list."""
    ticked = [UUID(name.removeprefix(TICKED)) for name in form if _is_ticked(name)]
    if not ticked:
        raise MessageRefused("invalid-request", TEXTS["replies.none_ticked"])
    said, reason = _meaning(form), given_reason(form)
    for reply in ticked:
        _record(view, reply, said, reason)
    return done(view, "replies", form, "meanings")


def _record(view: View, reply: UUID, said: Meaning, reason: str) -> None:
    actor = f"person/{view.viewer.person}"
    replies.read_by_person(view.ledger, view.organization, reply, said, actor=actor, reason=reason, source=SOURCE)


def _meaning(form: Form) -> Meaning:
    said = next((one for one in MEANINGS if one == form.get("meaning")), None)
    if said is None:
        raise MessageRefused("invalid-request", TEXTS["replies.no_meaning"])
    return said


def _is_ticked(name: str) -> bool:
    try:
        return name.startswith(TICKED) and bool(UUID(name.removeprefix(TICKED)))
    except ValueError:
        return False
