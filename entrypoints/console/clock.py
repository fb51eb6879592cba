"""The compliance clock: each opt-out from receipt to Kafka, what is overdue, how fast it goes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from entrypoints import compliance, replies
from entrypoints.compliance import ClockPage, ClockSummary, OptOutSeen
from entrypoints.console.form_values import moment
from entrypoints.console.lists import State, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.view import View, looking

router = pages_router()
PLACE: Final = Place("clock", "nav.clock", "explain", router)
_FIRST_LATE: Final = 10
_REPLIES_COUNTED: Final = 100
_COUNTED: Final = 1_000
"""Opt-outs whose times the page sums up; the API does up to 10,000."""


class Question(State):
    """Which opt-outs: all, or overdue ones; received since a day."""

    show: Literal["all", "overdue"] = "all"
    since: str | None = Field(None, max_length=40)


class Waiting(BaseModel):
    """Replies nobody has understood: each may be an opt-out. The clock of the first runs out at `first_due_at`."""

    replies: int
    more: bool
    first_due_at: datetime | None
    overdue: bool


class Clock(ClockPage):
    """The page. On the first: `summary`, the first `late` ones where all are listed, the replies `waiting`."""

    summary: ClockSummary | None
    late: list[OptOutSeen]
    waiting: Waiting | None


@twins(router, "/{organization}/clock")
def clock(view: Annotated[View, Depends(looking("explain"))], asked: Annotated[Question, Query()]) -> Response:
    """The list, last received first, below those that are overdue; overdue ones alone, first received first."""
    with view.ledger.held() as ledger:
        return _shown(replace(view, ledger=ledger), asked)


def _shown(view: View, asked: Question) -> Response:
    since = moment(view, "since", asked.since)
    page = compliance.page(
        view.ledger,
        view.organization,
        overdue=asked.show == "overdue",
        since=since,
        after=asked.after,
        limit=asked.limit,
    )
    first = asked.after is None and view.twin != "csv"
    all_overdue = len(page.opt_outs) if asked.show == "overdue" and page.after is None else None
    summary = _summary(view, since, all_overdue) if first else None
    late = _late(view) if first and asked.show == "all" and summary and summary.overdue else []
    names = [name for name in OptOutSeen.model_fields if name != "position"]
    waiting = _waiting(view) if first else None
    data = Clock(**dict(page), summary=summary, late=late, waiting=waiting)
    return show_list(view, "clock", asked, data, (names, _rows(page.opt_outs, names)))


def _summary(view: View, since: datetime | None, overdue: int | None) -> ClockSummary:
    return compliance.summary(view.ledger, view.organization, since=since, counted_to=_COUNTED, overdue=overdue)


def _late(view: View) -> list[OptOutSeen]:
    """The overdue ones received first."""
    return compliance.page(view.ledger, view.organization, overdue=True, limit=_FIRST_LATE).opt_outs


def _waiting(view: View) -> Waiting:
    found = replies.page(view.ledger, view.organization, limit=_REPLIES_COUNTED)
    first = found.replies[0] if found.replies else None
    return Waiting(
        replies=len(found.replies),
        more=found.after is not None,
        first_due_at=first.due_at if first else None,
        overdue=first is not None and first.overdue,
    )


def _rows(shown: Sequence[OptOutSeen], names: Sequence[str]) -> Iterator[list[object]]:
    for one in shown:
        said = one.model_dump(mode="json")
        yield [" ".join(value) if isinstance(value := said[name], list) else value for name in names]
