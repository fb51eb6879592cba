"""`processes`: which processes of the service there are, and when each was last heard of. No projection's table."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

_KEPT: Final = timedelta(days=7)
_BEGAN: Final = """
WITH old AS (DELETE FROM processes WHERE seen_at < clock_timestamp() - %(kept)s::interval)
INSERT INTO processes (id, process, host, pid) VALUES (%(id)s, %(process)s, %(host)s, %(pid)s)
"""
_LISTED: Final = """
SELECT process, host, pid, started_at, seen_at, ended_at, trouble,
       extract(epoch FROM clock_timestamp() - seen_at)::float8 AS silent
FROM processes ORDER BY ended_at IS NOT NULL, process, seen_at DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A process as it was last heard of, `silent` seconds ago by the database's clock."""

    process: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    trouble: str | None
    silent: float


def note_start(connection: Connection[Any], process_id: UUID, process: str, host: str, pid: int) -> None:
    """A process begins; those not heard of for a week are forgotten."""
    asked = {"id": process_id, "process": process, "host": host, "pid": pid, "kept": _KEPT}
    connection.execute(_BEGAN, asked)


def note_presence(connection: Connection[Any], process_id: UUID, trouble: str | None) -> None:
    """It is still there, and this is what it cannot do."""
    connection.execute(
        "UPDATE processes SET seen_at = clock_timestamp(), trouble = %s WHERE id = %s", (trouble, process_id)
    )


def note_end(connection: Connection[Any], process_id: UUID, trouble: str | None) -> None:
    """It ends, because it was told to or because of `trouble`."""
    note_presence(connection, process_id, trouble)
    connection.execute("UPDATE processes SET ended_at = seen_at WHERE id = %s", (process_id,))


def listed(connection: Connection[Any], limit: int = 100) -> list[Seen]:
    """Those that have not ended first, by name."""
    return connection.cursor(row_factory=class_row(Seen)).execute(_LISTED, (limit,)).fetchall()
