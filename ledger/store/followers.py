"""How far each follower of the log (or of a table written from it) has come, moved by compare-and-set."""

from typing import Any

from psycopg import Connection

from ledger.errors import PositionMoved

_REACH = """
INSERT INTO notification_tracking (application_name, notification_id) VALUES (%s, %s)
ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id
WHERE notification_tracking.notification_id = %s
"""


def reached(connection: Connection[Any], follower: str) -> int:
    """The number up to which the follower is done; 0 where it never began."""
    row = connection.execute(
        "SELECT notification_id FROM notification_tracking WHERE application_name = %s", (follower,)
    ).fetchone()
    return row[0] if row is not None else 0


def reach(connection: Connection[Any], follower: str, before: int, after: int) -> None:
    """Notes that the follower is done up to `after`. Raises PositionMoved where it was not at `before`."""
    if connection.execute(_REACH, (follower, after, before)).rowcount != 1:
        raise PositionMoved(f"{follower} is no longer at {before}: somebody else goes on from there")
