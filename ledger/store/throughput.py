"""How much the log has grown since a moment, found by halving: positions follow the time they were recorded at."""

from datetime import datetime
from typing import Any, Final

from psycopg import Connection

_SINCE: Final = """
WITH RECURSIVE halving (low, high) AS (
    SELECT 0::bigint, coalesce((SELECT max(notification_id) FROM stored_events), 0) + 1
    UNION ALL
    SELECT CASE WHEN found.earlier THEN middle ELSE low END, CASE WHEN found.earlier THEN high ELSE middle END
    FROM halving, LATERAL (SELECT (low + high) / 2 AS middle) AS half, LATERAL (
        SELECT coalesce((SELECT recorded_at < %(since)s FROM stored_events WHERE notification_id <= middle
                         ORDER BY notification_id DESC LIMIT 1), true) AS earlier
    ) AS found
    WHERE high - low > 1
)
SELECT coalesce((SELECT max(notification_id) FROM stored_events), 0) - low FROM halving WHERE high - low <= 1
"""


def recorded_since(connection: Connection[Any], since: datetime) -> int:
    """Positions given to events since a moment: their number, and a little more where writes were given up."""
    row = connection.execute(_SINCE, {"since": since}).fetchone()
    assert row is not None
    return max(int(row[0]), 0)
