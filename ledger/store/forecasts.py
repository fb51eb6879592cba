"""What adopting something would change, as a process of its own works it out: asked, told, found, adopted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ledger.errors import NotFound

Kind = Literal["policy", "keywords", "identity"]
State = Literal["running", "done", "failed"]
KEPT: Final = timedelta(days=30)
"""For how long a forecast is kept that led to no adoption."""
SILENT: Final = timedelta(minutes=2)
"""A process that has said nothing for so long is taken for dead."""
MOST_RUNNING: Final = 4
"""Forecasts that run at once on the platform, and one of them in an organization."""

_PURGE: Final = "DELETE FROM forecasts WHERE adopted_at IS NULL AND asked_at < %s"
_RUNNING: Final = "SELECT organization FROM forecasts WHERE state = 'running' AND told_at > %s"
_ASK: Final = """
INSERT INTO forecasts (id, organization, kind, question, asked_by, asked_at, told_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_SELECT: Final = """
SELECT id, organization, kind, question, asked_by, asked_at, state, part, told_at, result, looked_at, adopted_by,
       adopted_at
FROM forecasts
"""
_GET: Final = _SELECT + "WHERE id = %s AND organization = %s"
_LATEST: Final = _SELECT + "WHERE organization = %s AND kind = %s ORDER BY asked_at DESC, id DESC LIMIT %s"
_TELL: Final = "UPDATE forecasts SET part = %s, told_at = %s WHERE id = %s"
_FOUND: Final = "INSERT INTO forecast_changes (forecast_id, number, change) VALUES (%s, %s, %s)"
_END: Final = "UPDATE forecasts SET state = %s, part = 1, told_at = %s, result = %s WHERE id = %s"
_LOOKED: Final = "UPDATE forecasts SET looked_at = %s WHERE id = %s AND looked_at IS NULL"
_ADOPT: Final = "UPDATE forecasts SET adopted_by = %s, adopted_at = %s WHERE id = %s"
_CHANGES: Final = """
SELECT number, change FROM forecast_changes WHERE forecast_id = %s AND number > %s ORDER BY number LIMIT %s
"""


class Busy(Exception):
    """As many forecasts run as may."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A row. `part` is how much is done, from 0 to 1; `result` what its kind makes of it."""

    id: UUID
    organization: str
    kind: Kind
    question: dict[str, Any]
    asked_by: str
    asked_at: datetime
    state: State
    part: float
    told_at: datetime
    result: dict[str, Any] | None
    looked_at: datetime | None
    adopted_by: str | None
    adopted_at: datetime | None

    def stands(self, now: datetime) -> State:
        """Its state; one whose process has fallen silent has failed."""
        return "failed" if self.state == "running" and now - self.told_at > SILENT else self.state


def ask(
    connection: Connection[Any],
    organization: str,
    kind: Kind,
    question: Mapping[str, Any],
    *,
    asked_by: str,
    now: datetime,
) -> UUID:
    """A new forecast, which is then to be run; old ones that led to nothing go. Raises Busy."""
    made = uuid4()
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('forecasts'))")
        connection.execute(_PURGE, (now - KEPT,))
        running = [row[0] for row in connection.execute(_RUNNING, (now - SILENT,))]
        if organization in running or len(running) >= MOST_RUNNING:
            raise Busy
        connection.execute(_ASK, (made, organization, kind, _json(question), asked_by, now, now))
    return made


def get(connection: Connection[Any], organization: str, forecast_id: UUID) -> Forecast:
    """One forecast of the organization. Raises NotFound."""
    found = connection.cursor(row_factory=class_row(Forecast)).execute(_GET, (forecast_id, organization)).fetchone()
    if found is None:
        raise NotFound("there is no forecast of this id; those that led to nothing are kept for 30 days")
    return found


def latest(connection: Connection[Any], organization: str, kind: Kind, limit: int = 10) -> list[Forecast]:
    """The organization's forecasts of a kind, latest first."""
    cursor = connection.cursor(row_factory=class_row(Forecast))
    return cursor.execute(_LATEST, (organization, kind, limit)).fetchall()


def tell(connection: Connection[Any], forecast_id: UUID, part: float, now: datetime) -> None:
    """Says that it goes on, and how much of it is done."""
    connection.execute(_TELL, (part, now, forecast_id))


def found(connection: Connection[Any], forecast_id: UUID, first: int, changes: Sequence[Mapping[str, Any]]) -> None:
    """Keeps changes that were found, numbered from `first` on."""
    rows = [(forecast_id, first + number, _json(change)) for number, change in enumerate(changes)]
    if rows:
        connection.cursor().executemany(_FOUND, rows)


def end(connection: Connection[Any], forecast_id: UUID, result: Mapping[str, Any] | None, now: datetime) -> None:
    """Says what came of it; None: it failed."""
    state = "done" if result is not None else "failed"
    connection.execute(_END, (state, now, None if result is None else _json(result), forecast_id))


def looked(connection: Connection[Any], forecast_id: UUID, now: datetime) -> None:
    """Keeps that the result was seen."""
    connection.execute(_LOOKED, (now, forecast_id))


def adopted(connection: Connection[Any], forecast_id: UUID, by: str, now: datetime) -> None:
    """Keeps who adopted what it foresaw; why is in the event."""
    connection.execute(_ADOPT, (by, now, forecast_id))


def changes(
    connection: Connection[Any], forecast_id: UUID, *, after: int = 0, limit: int = 100
) -> list[tuple[int, dict[str, Any]]]:
    """(number, change) of those kept, in their order, from behind `after` on."""
    return connection.execute(_CHANGES, (forecast_id, after, limit)).fetchall()


def _json(value: object) -> Jsonb:
    return Jsonb(value, dumps=lambda one: orjson.dumps(one, default=str).decode())
