"""`marks`: when the tables, and Kafka, had come to a position of the log. The compliance clock is read off them.

They are told apart from the projections' tables because they hold times of work: no rebuild makes them again, and
none is needed. A mark is written in the transaction that it speaks of, so that one that dies leaves none. Where
marks are thin, an event finds a later one: the clock may be late by a moment, never early.
"""

from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

from psycopg import Connection

Stage = Literal["enforced", "published"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

_MARK = """
WITH last AS (SELECT position, at FROM marks WHERE stage = %(stage)s ORDER BY position DESC LIMIT 1),
moment AS (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS at),
replaced AS (
    DELETE FROM marks USING last, moment
    WHERE stage = %(stage)s AND marks.position = last.position AND last.position < %(position)s
      AND date_bin('100 milliseconds', last.at, %(epoch)s) = date_bin('100 milliseconds', moment.at, %(epoch)s)
    RETURNING oldest
)
INSERT INTO marks (stage, position, at, oldest)
SELECT %(stage)s, %(position)s, moment.at, coalesce((SELECT oldest FROM replaced), (
    SELECT recorded_at FROM stored_events
    WHERE notification_id > coalesce(last.position, 0) ORDER BY notification_id LIMIT 1
))
FROM moment LEFT JOIN last ON true
WHERE %(position)s > coalesce(last.position, 0)
"""
# What waits first in the outbox is of one step, which may be half published: what counts is the step before.
PUBLISHED: Final = """
WITH next AS (SELECT position FROM outbox WHERE change > %s ORDER BY change LIMIT 1),
reached AS (
    SELECT CASE WHEN EXISTS (SELECT FROM next)
        THEN (SELECT max(marks.position) FROM marks, next
              WHERE stage = 'enforced' AND marks.position < next.position)
        ELSE (SELECT position FROM watermarks WHERE projection = 'channel_status') END AS position
)
SELECT position FROM reached
WHERE position > coalesce((SELECT max(position) FROM marks WHERE stage = 'published'), 0)
"""
_THIN = """
WITH kept AS (
    SELECT stage, date_bin('10 seconds', at, %(epoch)s) AS bin, max(position) AS position, min(oldest) AS oldest
    FROM marks WHERE at < %(before)s GROUP BY 1, 2 HAVING count(*) > 1
), gone AS (
    DELETE FROM marks USING kept
    WHERE marks.stage = kept.stage AND marks.position < kept.position
      AND date_bin('10 seconds', at, %(epoch)s) = kept.bin
)
UPDATE marks SET oldest = kept.oldest FROM kept
WHERE marks.stage = kept.stage AND marks.position = kept.position
"""
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def mark_enforced(connection: Connection[Any], position: int, at: datetime | None = None) -> None:
    """Notes, in the step's transaction, how far the statuses have come. `at`: absent, PostgreSQL's clock."""
    _mark(connection, "enforced", position, at)


def mark_published(connection: Connection[Any], change: int, at: datetime | None = None) -> None:
    """Notes how far the statuses are published, now that every change up to `change` is; or that nothing is new."""
    row = connection.execute(PUBLISHED, (change,)).fetchone()
    if row is not None:
        _mark(connection, "published", row[0], at)


def _mark(connection: Connection[Any], stage: Stage, position: int, at: datetime | None) -> None:
    connection.execute(_MARK, {"stage": stage, "position": position, "at": at, "epoch": _EPOCH})


def published_at(connection: Connection[Any], position: int) -> datetime | None:
    """When the statuses up to a position had been taken by Kafka; None where they have not."""
    row = connection.execute(
        "SELECT at FROM marks WHERE stage = 'published' AND position >= %s ORDER BY position LIMIT 1", (position,)
    ).fetchone()
    return row[0] if row is not None else None


def thin(connection: Connection[Any], before: datetime) -> None:
    """Leaves, of the marks made before a moment, the last one in any ten seconds."""
    connection.execute(_THIN, {"before": before, "epoch": _EPOCH})
