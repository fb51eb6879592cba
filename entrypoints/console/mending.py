"""One rejection: its message opened for a reason, mended, looked at before and after, and taken in that way."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import ndiff
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from entrypoints import replaying
from entrypoints.console import reasons
from entrypoints.console.forms import keep
from entrypoints.console.lists import State, done, show_list
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.rejections import Admin, RejectionShown, open_one, own
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View
from ledger.acts.act import Rejection
from ledger.errors import KeyDestroyed, MessageRefused
from ledger.store.rejections import Payload, Rejected

router = pages_router()
LONGEST: Final = 128 * 1024
"""Bytes of a message that can be mended here; what is larger goes by the command line."""


class Line(BaseModel):
    """A line of the message before and after it was mended."""

    mark: Literal["same", "gone", "new"]
    text: str


class Reading(BaseModel):
    """What the message would be taken as."""

    type: str
    source: str
    message_id: str
    occurred_at: datetime | None


class RejectionWhole(BaseModel):
    """A rejection. `message`: null where no reason was given, or once it has expired or was erased.

    `reading` and `difference`: of the message as it was mended.
    """

    rejection: RejectionShown
    opened: bool
    message: str | None
    reading: Reading | None = None
    difference: list[Line] = []


@twins(router, "/{organization}/rejections/{rejection_id}")
def one(rejection_id: UUID, view: Admin, asked: Annotated[State, Query()]) -> Response:
    """One rejection; with the message for a reason, which is recorded."""
    return _page(view, own(view, rejection_id), asked)


@router.post("/{organization}/rejections/{rejection_id}/check")
def check(rejection_id: UUID, view: Admin, form: Form) -> Response:
    """Shows what was changed and what the message would be taken as. Changes nothing."""
    rejected = open_one(view, rejection_id)
    reading = _read(view, rejected, form.get("message", ""))
    keep(view.request, form)
    return _page(view, rejected, State(), reading)


@router.post("/{organization}/rejections/{rejection_id}/mend")
def mend(rejection_id: UUID, view: Admin, form: Form) -> Response:
    """Takes the mended message in, in place of the one that was rejected."""
    rejected, text = open_one(view, rejection_id), form.get("message", "")
    _read(view, rejected, text)
    became = replaying.replay(
        view.ledger, rejection_id, text.encode(), within=view.organization, by=view.hand().actor
    )
    if became.result == "refused":
        raise MessageRefused(became.reason or "refused", became.detail or "")
    return done(view, f"rejections/{rejection_id}")


def _page(view: View, rejected: Rejected, asked: State, reading: Reading | None = None) -> Response:
    opened = reasons.looked(view.request, view.ledger, view.viewer, view.organization)
    message = _message(view, rejected.id) if opened else None
    shown = RejectionShown.model_validate(rejected, from_attributes=True)
    path = f"rejections/{rejected.id}"
    home = f"/console/{view.organization}/{path}"
    form = view.returned.of(f"{home}/check", f"{home}/mend")
    mended = form.fields.get("message")
    data = RejectionWhole(
        rejection=shown,
        opened=opened,
        message=message,
        reading=reading,
        difference=list(_difference(message, mended)) if message is not None and mended is not None else [],
    )
    table = (list(RejectionShown.model_fields), [list(shown.model_dump(mode="json").values())])
    return show_list(
        view,
        path,
        asked,
        data,
        table,
        template="rejection.html",
        form=form,
        here=home,
        small=message is not None and len(message.encode()) <= LONGEST,
    )


def _message(view: View, rejection_id: UUID) -> str | None:
    try:
        return replaying.structured(view.ledger.writing.rejection_payload(rejection_id))
    except KeyDestroyed:
        return None


def _read(view: View, rejected: Rejected, text: str) -> Reading:
    """What the text would be taken as. Raises MessageRefused, naming the field."""
    message = text.encode("utf-8", "replace")
    if len(message) > LONGEST:
        raise MessageRefused("too_large", f"message: {TEXTS['mending.too_large']}")
    act = replaying.taken(rejected, Payload((), message), view.organization)
    if isinstance(act, Rejection):
        raise MessageRefused(act.reason, act.detail)
    return Reading(type=act.type, source=act.source, message_id=act.message_id, occurred_at=act.occurred_at)


def _difference(before: str, after: str) -> Iterator[Line]:
    lines: Sequence[str] = list(ndiff(before.splitlines(), after.replace("\r\n", "\n").splitlines()))
    marks: dict[str, Literal["same", "gone", "new"]] = {"  ": "same", "- ": "gone", "+ ": "new"}
    for line in lines:
        if line[:2] in marks:
            yield Line(mark=marks[line[:2]], text=line[2:])
