"""`cleared`: when each projection's tables had taken in an erasure. No rebuild makes it again."""

from datetime import datetime
from typing import Any

from psycopg import Connection

from projections.watermarks import watermarks

_CLEARED = """
SELECT DISTINCT ON (projection) projection, at FROM cleared WHERE position >= %s ORDER BY projection, position
"""


def note_cleared(connection: Connection[Any], projection: str, position: int) -> None:
    """Notes, in a step's own transaction, that the erasures up to its position are in the tables."""
    connection.execute(
        "INSERT INTO cleared (projection, position) VALUES (%s, %s) ON CONFLICT DO NOTHING", (projection, position)
    )


def cleared(connection: Connection[Any], position: int) -> dict[str, tuple[bool, datetime | None]]:
    """Projection → whether its tables have taken in an erasure at this position, and when (None: by a rebuild)."""
    at = dict(connection.execute(_CLEARED, (position,)).fetchall())
    return {
        projection: (mark.position >= position, at.get(projection) if mark.position >= position else None)
        for projection, mark in sorted(watermarks(connection).items())
    }
