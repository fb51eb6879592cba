"""Rejections: messages that were not taken, listed by reason and producer, and replayed or dropped, one or many."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from entrypoints import replaying
from entrypoints.console.form_values import moment, named_id
from entrypoints.console.lists import State, done, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from entrypoints.replaying import Replayed
from ledger.errors import MessageRefused, NotFound
from ledger.store import rejections

router = pages_router()
PLACE: Final = Place("rejections", "nav.rejections", "settings", router)
Admin = Annotated[View, Depends(looking("settings"))]
MOST_AT_ONCE: Final = 200
"""Messages that are replayed in one request; each is a transaction."""
COUNTED_TO: Final = 1_000
"""Rejections of a reason that are counted; beyond it is `more than`."""


class Question(State):
    """Rejections of a state; `after` is the id of the last one of the page before."""

    state: Literal["open", "replayed", "dropped"] = "open"
    reason: str | None = Field(None, max_length=100)
    source: str | None = Field(None, max_length=500)
    since: str | None = Field(None, max_length=40)
    until: str | None = Field(None, max_length=40)


class RejectionShown(BaseModel):
    """A message that was not taken. `mended`: another was taken in its place."""

    id: UUID
    reason: str
    detail: str
    source: str | None
    origin: str | None
    received_at: datetime
    rejected_at: datetime
    expires_at: datetime
    state: str
    settled_at: datetime | None
    settled_by: str | None
    mended: bool


class Rejections(BaseModel):
    """A page, newest first. `counts`: reason → how many of the state there are, counted to 1,001."""

    rejections: list[RejectionShown]
    after: UUID | None
    counts: dict[str, int]
    sources: list[str]


class ManyReplayed(BaseModel):
    """What became of each, and whether more fit than were replayed at once."""

    results: list[Replayed]
    counts: dict[str, int]


@twins(router, "/{organization}/rejections")
def listed(view: Admin, asked: Annotated[Question, Query()]) -> Response:
    """The organization's rejections."""
    found = _found(view, asked, asked.limit + 1)
    shown = [RejectionShown.model_validate(one, from_attributes=True) for one in found[: asked.limit]]
    with view.ledger.reading.connection() as connection:
        counts = rejections.counts(connection, view.organization, asked.state, COUNTED_TO + 1)
        sources = rejections.sources(connection, view.organization, asked.state)
    after = shown[-1].id if len(found) > asked.limit else None
    rows = (list(one.model_dump(mode="json").values()) for one in shown)
    data = Rejections(rejections=shown, after=after, counts=counts, sources=sources)
    table = (list(RejectionShown.model_fields), rows)
    return show_list(view, "rejections", asked, data, table, counted_to=COUNTED_TO, most=MOST_AT_ONCE)


@router.post("/{organization}/rejections/replay")
def replay(view: Admin, form: Form) -> RedirectResponse:
    """Takes the message in again as it came. Raises MessageRefused where it is refused again."""
    rejection = open_one(view, named_id(form, "rejection"))
    became = replaying.replay(view.ledger, rejection.id, within=view.organization, by=view.hand().actor)
    if became.result == "refused":
        raise MessageRefused(became.reason or "refused", became.detail or "")
    return done(view, "rejections")


@router.post("/{organization}/rejections/drop")
def drop(view: Admin, form: Form) -> RedirectResponse:
    """Settles one, or those that are ticked, without taking it."""
    ids = [named_id(form, "rejection")] if "rejection" in form else _ticked(form)
    chosen = [open_one(view, one).id for one in ids]
    replaying.settle(view.ledger, chosen, "dropped", by=view.hand().actor)
    return done(view, "rejections")


@router.post("/{organization}/rejections/replay-many")
def replay_many(view: Admin, form: Form) -> Response:
    """Takes those that are ticked, or all open ones that fit, in again, and says what became of each."""
    if "all" in form:
        asked = Question.model_validate(
            {name: form.get(name, "") for name in ("reason", "source", "since", "until")}
        )
        chosen = [one.id for one in _found(view, asked, MOST_AT_ONCE)]
    else:
        chosen = [open_one(view, one).id for one in _ticked(form)]
    results = replaying.replay_all(view.ledger, chosen, within=view.organization, by=view.hand().actor)
    became = [one.result for one in results]
    data = ManyReplayed(results=results, counts={result: became.count(result) for result in sorted({*became})})
    rows = [[one.id, one.result, one.reason, one.detail] for one in results]
    here = f"/console/{view.organization}/rejections"
    table = (["id", "result", "reason", "detail"], rows)
    return show_list(
        view, "rejections", State(), data, table, template="rejections/replayed.html", here=here, most=MOST_AT_ONCE
    )


def own(view: View, rejection_id: UUID) -> rejections.Rejected:
    """The rejection, if it is the organization's. Raises NotFound."""
    found = replaying.get(view.ledger, rejection_id)
    if found.organization != view.organization:
        raise NotFound("there is no rejection of this id")
    return found


def open_one(view: View, rejection_id: UUID) -> rejections.Rejected:
    """The same, if nobody has settled it. Raises NotFound, MessageRefused."""
    found = own(view, rejection_id)
    if found.state != "open":
        raise MessageRefused("settled", f"rejection: was {found.state} already")
    return found


def _found(view: View, asked: Question, limit: int) -> list[rejections.Rejected]:
    last = own(view, named_id({"after": asked.after}, "after")) if asked.after else None
    since, until = (moment(view, name, getattr(asked, name)) for name in ("since", "until"))
    with view.ledger.reading.connection() as connection:
        return rejections.listed(
            connection,
            organization=view.organization,
            state=asked.state,
            reason=asked.reason,
            source=asked.source,
            since=since,
            until=until,
            after=last,
            limit=limit,
        )


def _ticked(form: Mapping[str, Any]) -> list[UUID]:
    """The rejections that are ticked. Raises MessageRefused where none is."""
    ids = [named_id({"id": name.removeprefix("id.")}, "id") for name in form if name.startswith("id.")]
    if not ids:
        raise MessageRefused("invalid-request", "rejection: tick at least one")
    return ids
