"""Rejections: messages that were not taken, replayed as they came or dropped."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from entrypoints import replaying
from entrypoints.console.lists import State, done, named_id, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from ledger.errors import KeyDestroyed, MessageRefused, NotFound
from ledger.store import rejections

router = pages_router()
PLACE: Final = Place("rejections", "nav.rejections", "settings", router)
Admin = Annotated[View, Depends(looking("settings"))]


class Question(State):
    """Rejections of a state; `after` is the id of the last one of the page before."""

    state: Literal["open", "replayed", "dropped"] = "open"


class RejectionShown(BaseModel):
    """A message that was not taken."""

    id: UUID
    reason: str
    detail: str
    source: str | None
    origin: str | None
    received_at: datetime
    rejected_at: datetime
    expires_at: datetime
    state: str


class RejectionWhole(BaseModel):
    """A rejection and its message; null once the message has expired or was erased."""

    rejection: RejectionShown
    message: str | None


class Rejections(BaseModel):
    """A page, newest first."""

    rejections: list[RejectionShown]
    after: UUID | None


@twins(router, "/{organization}/rejections")
def listed(view: Admin, asked: Annotated[Question, Query()]) -> Response:
    """The organization's rejections."""
    last = _own(view, named_id({"after": asked.after}, "after")) if asked.after else None
    with view.ledger.reading.connection() as connection:
        found = rejections.listed(
            connection, organization=view.organization, state=asked.state, after=last, limit=asked.limit + 1
        )
    shown = [RejectionShown.model_validate(one, from_attributes=True) for one in found[: asked.limit]]
    after = shown[-1].id if len(found) > asked.limit else None
    rows = [list(one.model_dump(mode="json").values()) for one in shown]
    data = Rejections(rejections=shown, after=after)
    return show_list(view, "rejections", asked, data, (list(RejectionShown.model_fields), rows))


@twins(router, "/{organization}/rejections/{rejection_id}")
def one(rejection_id: UUID, view: Admin, asked: Annotated[State, Query()]) -> Response:
    """One rejection with the message as it came, for who may read values and as long as it is kept."""
    found = RejectionShown.model_validate(_own(view, rejection_id), from_attributes=True)
    message = None
    if view.values:
        try:
            message = view.ledger.writing.rejection_payload(rejection_id).value.decode(errors="replace")
        except KeyDestroyed:
            message = None
    data = RejectionWhole(rejection=found, message=message)
    table = (list(RejectionShown.model_fields), [list(found.model_dump(mode="json").values())])
    return show_list(view, f"rejections/{rejection_id}", asked, data, table, template="rejection.html")


@router.post("/{organization}/rejections/replay")
def replay(view: Admin, form: Form) -> RedirectResponse:
    """Takes the message in again as it came. Raises MessageRefused where it is refused again."""
    became = replaying.replay(view.ledger, _own(view, named_id(form, "rejection")).id)
    if became.result == "refused":
        raise MessageRefused(became.reason or "refused", became.detail or "")
    return done(view, "rejections")


@router.post("/{organization}/rejections/drop")
def drop(view: Admin, form: Form) -> RedirectResponse:
    """Settles it without taking it."""
    replaying.settle(view.ledger, [_own(view, named_id(form, "rejection")).id], "dropped")
    return done(view, "rejections")


def _own(view: View, rejection_id: UUID) -> rejections.Rejected:
    """The rejection, if it is the organization's. Raises NotFound."""
    found = replaying.get(view.ledger, rejection_id)
    if found.organization != view.organization:
        raise NotFound("there is no rejection of this id")
    return found
