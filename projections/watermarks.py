"""How far each projection has come: the log's position and the moment its rows are judged at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Watermark:
    """A projection's tables are rules(events <= position, at = swept_to). Before the first event: 0, None."""

    position: int
    swept_to: datetime | None


def watermarks(connection: Connection[Any]) -> dict[str, Watermark]:
    """Every projection's watermark. The log's newest position less its position is its lag in events."""
    rows = connection.execute("SELECT projection, position, swept_to FROM watermarks")
    return {projection: Watermark(position, swept_to) for projection, position, swept_to in rows}


def watermark(connection: Connection[Any], projection: str, *, lock: bool = False) -> Watermark:
    """One projection's watermark; with `lock` nobody else moves it until the transaction ends."""
    query = "SELECT position, swept_to FROM watermarks WHERE projection = %s"
    row = connection.execute(query + " FOR UPDATE" if lock else query, (projection,)).fetchone()
    assert row is not None, "migrations make a row for each projection"
    return Watermark(*row)


def move(connection: Connection[Any], projection: str, before: Watermark, after: Watermark) -> bool:
    """Moves the watermark if it still is where the work began; else another one was faster, and False."""
    moved = connection.execute(
        "UPDATE watermarks SET position = %s, swept_to = %s"
        " WHERE projection = %s AND position = %s AND swept_to IS NOT DISTINCT FROM %s",
        (after.position, after.swept_to, projection, before.position, before.swept_to),
    )
    return moved.rowcount == 1
