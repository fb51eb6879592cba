"""How a forecast is shown: how far it is, what came of it, and everything it found as a file."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from entrypoints import forecasting
from entrypoints.console.rendering import HEADERS
from entrypoints.console.view import View
from entrypoints.files.cells import cell
from ledger.errors import MessageRefused, NotFound
from ledger.store import forecasts
from ledger.store.forecasts import Forecast, Kind, State

PAGE: Final = 50
_PORTION: Final = 2_000


class ForecastSeen(BaseModel):
    """A forecast. `part`: how much of it is done, from 0 to 1; `result`: what came of it."""

    id: UUID
    state: State
    part: float
    asked_at: datetime
    question: dict[str, Any]
    result: dict[str, Any] | None
    adopted_at: datetime | None


class Found(BaseModel):
    """A page of what was found; `after` asks for the next one."""

    changes: list[dict[str, Any]]
    after: str | None


def seen(one: Forecast) -> ForecastSeen:
    """The forecast as it is shown."""
    return ForecastSeen.model_validate(one, from_attributes=True)


def looked_at(view: View, forecast_id: UUID, kind: Kind) -> Forecast:
    """The forecast; that somebody saw its result is kept. Raises NotFound."""
    found = forecasting.get(view.ledger, view.organization, forecast_id)
    if found.kind != kind:
        raise NotFound("there is no forecast of this id")
    if view.twin == "html":
        forecasting.looked(view.ledger, found)
    return found


def found_by(view: View, one: Forecast, after: str | None, limit: int = PAGE) -> Found:
    """What it found, in the order of finding."""
    number = _number(after)
    with view.ledger.reading.connection() as connection:
        rows = forecasts.changes(connection, one.id, after=number, limit=limit + 1)
    more = str(rows[limit - 1][0]) if len(rows) > limit else None
    return Found(changes=[change for _, change in rows[:limit]], after=more)


def whole_file(
    view: View, one: Forecast, names: Sequence[str], row: Callable[[dict[str, Any]], Sequence[object]]
) -> StreamingResponse:
    """Everything it kept, as CSV."""
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{one.kind}-forecast.csv"'}
    return StreamingResponse(_lines(view, one, names, row), 200, headers, "text/csv; charset=utf-8")


def _lines(
    view: View, one: Forecast, names: Sequence[str], row: Callable[[dict[str, Any]], Sequence[object]]
) -> Iterator[str]:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(names)
    after = 0
    while True:
        with view.ledger.reading.connection() as connection:
            rows = forecasts.changes(connection, one.id, after=after, limit=_PORTION)
        writer.writerows([[cell(value) for value in row(change)] for _, change in rows])
        yield written.getvalue()
        written.seek(0)
        written.truncate()
        if len(rows) < _PORTION:
            return
        after = rows[-1][0]


def _number(after: str | None) -> int:
    if after is None:
        return 0
    if not after.isdecimal() or len(after) > 9:
        raise MessageRefused("invalid-request", "after: must be the `after` of an earlier page")
    return int(after)
