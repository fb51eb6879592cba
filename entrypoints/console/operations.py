"""Operations: what lags, what is rejected, which processes are there, and what is to be done."""

from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import Depends, Query, Response

from entrypoints import operating
from entrypoints.console.lists import State, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.view import View, looking

router = pages_router()
PLACE: Final = Place("operations", "nav.operations", "settings", router)
COLUMNS: Final = ("table", "name", "detail", "figure", "unit")


class Question(State):
    """`live`: whether the page keeps itself fresh."""

    live: bool = True


@twins(router, "/{organization}/operations")
def shown(view: Annotated[View, Depends(looking("settings"))], asked: Annotated[Question, Query()]) -> Response:
    """How everything stands now."""
    data = operating.operations(view.ledger, view.organization, view.request.app.state.kafka.now())
    return show_list(view, "operations", asked, data, (COLUMNS, list(_rows(data))))


def _rows(data: operating.Operations) -> Iterator[list[object]]:
    """The figures of the page, each with the table it stands in."""
    yield ["recorded", "last minute", None, data.last_minute, "events"]
    yield ["recorded", "last hour", None, data.last_hour, "events"]
    for one in data.projections:
        yield ["projections", one.projection, None, one.behind, "events"]
    for part in data.partitions:
        yield [
            "partitions",
            f"{part.topic}/{part.partition}",
            f"read up to {part.position}",
            part.behind,
            "messages",
        ]
    for flow in data.publishing:
        yield ["publishing", flow.topic, "more" if flow.more else None, flow.waiting, "waiting"]
    for why in data.rejections:
        yield ["rejections", why.reason, "own" if why.own else "of no known organization", why.number, "messages"]
    for there in data.processes:
        yield ["processes", there.process, there.state, there.seen_at.isoformat(), "seen"]
