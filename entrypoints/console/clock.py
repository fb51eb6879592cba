"""The compliance clock: each opt-out from receipt to Kafka, what is overdue, how fast it goes."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Response
from pydantic import Field

from entrypoints import compliance
from entrypoints.compliance import ClockPage, ClockSummary, OptOutSeen
from entrypoints.console.lists import State, moment, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.view import View, looking

router = pages_router()
PLACE: Final = Place("clock", "nav.clock", "explain", router)


class Question(State):
    """Which opt-outs: all, or overdue ones; received since a day."""

    show: Literal["all", "overdue"] = "all"
    since: str | None = Field(None, max_length=40)


class Clock(ClockPage):
    """The page; `summary` on the first one."""

    summary: ClockSummary | None


@twins(router, "/{organization}/clock")
def clock(view: Annotated[View, Depends(looking("explain"))], asked: Annotated[Question, Query()]) -> Response:
    """The list, last received first; overdue ones, first received first."""
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
    summary = compliance.summary(view.ledger, view.organization, since=since) if first else None
    names = [name for name in OptOutSeen.model_fields if name != "position"]
    data = Clock(**page.model_dump(), summary=summary)
    return show_list(view, "clock", asked, data, (names, list(_rows(page.opt_outs, names))))


def _rows(shown: Sequence[OptOutSeen], names: Sequence[str]) -> Iterator[list[object]]:
    for one in shown:
        said = one.model_dump(mode="json")
        yield [" ".join(value) if isinstance(value := said[name], list) else value for name in names]
