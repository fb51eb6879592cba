"""How far each follower of the log (or of a table written from it) has come, moved by compare-and-set."""

from typing import Any

from psycopg import Connection

from ledger.errors import PositionMoved

_REACH = """
INSERT INTO notification_tracking (application_name, notification_id) VALUES (%s, %s)
ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id
WHERE notification_tracking.notification_id = %s
"""
_TERM = "SELECT notification_id FROM notification_tracking WHERE application_name = %s FOR SHARE"
_LEAD = """
INSERT INTO notification_tracking (application_name, notification_id) VALUES (%s, 1)
ON CONFLICT (application_name) DO UPDATE SET notification_id = notification_tracking.notification_id + 1
RETURNING notification_id
"""


def lead(connection: Connection[Any], follower: str) -> int:
    """Begins a new term of whoever works as this follower, and returns its number: see `reach`."""
    row = connection.execute(_LEAD, (_term(follower),)).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def reached(connection: Connection[Any], follower: str) -> int:
    """The number up to which the follower is done; 0 where it never began."""
    row = connection.execute(
        "SELECT notification_id FROM notification_tracking WHERE application_name = %s", (follower,)
    ).fetchone()
    return row[0] if row is not None else 0


def reach(connection: Connection[Any], follower: str, before: int, after: int, *, term: int) -> None:
    """Notes, in the caller's transaction, that the follower is done up to `after`.

    Raises PositionMoved where it was not at `before`, or where a later term than `term` has begun: then what
    was done may have been done again since, and in part only.
    """
    newest = connection.execute(_TERM, (_term(follower),)).fetchone()
    if newest != (term,) or connection.execute(_REACH, (follower, after, before)).rowcount != 1:
        raise PositionMoved(f"{follower} is no longer at {before}: somebody else goes on from there")


def _term(follower: str) -> str:
    return f"{follower}/term"
