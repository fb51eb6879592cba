"""Pages that are a few tables to read: operations."""

from typing import Annotated, Any, Final

from fastapi import Depends, Query, Response
from pydantic import BaseModel

from entrypoints.console.lists import State, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.view import View, looking
from entrypoints.health import readiness
from ledger.store.positions import places

operations_router = pages_router()
OPERATIONS: Final = Place("operations", "nav.operations", "settings", operations_router)


class Section(BaseModel):
    """A table: the keys of its title and columns in the catalogue, its rows, and which rows stand out."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    marked: list[int] = []


class Tables(BaseModel):
    """The page. `state`: a word for how things stand, and why."""

    sections: list[Section]
    state: str | None = None
    reasons: list[str] = []


@twins(operations_router, "/{organization}/operations")
def operations(view: Annotated[View, Depends(looking("settings"))], asked: Annotated[State, Query()]) -> Response:
    """How far each projection lags behind the log, and where each topic's partitions were read to."""
    ready = readiness(view.ledger)
    with view.ledger.reading.connection() as connection:
        read = places(connection)
    sections = [
        Section(
            title="operations.projections",
            columns=["column.projection", "column.lag"],
            rows=[[name, lag] for name, lag in ready.lag.items()],
            marked=[number for number, lag in enumerate(ready.lag.values()) if lag],
        ),
        Section(
            title="operations.topics",
            columns=["column.topic", "column.partition", "column.position", "column.moved_at"],
            rows=[list(one) for one in read],
        ),
    ]
    data = Tables(sections=sections, state=ready.state, reasons=ready.reasons)
    return _shown(view, "operations", asked, data)


def _shown(view: View, path: str, asked: State, data: Tables, **shown: Any) -> Response:
    rows = [[one.title, *row] for one in data.sections for row in one.rows]
    widest = max((len(row) for row in rows), default=1)
    names = ["table", *[f"column_{number}" for number in range(1, widest)]]
    return show_list(view, path, asked, data, (names, rows), page=path, **shown)
