"""Sessions of people who are logged in, by the hash of their token."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

IDLE: Final = timedelta(minutes=60)
"""A session that asked for nothing for so long has ended."""
LONGEST: Final = timedelta(hours=12)
NOTED: Final = timedelta(minutes=1)
"""How exactly it is known when a session last asked: at most one write in this time."""


def begin(connection: Connection[Any], token_hash: bytes, person_id: UUID, now: datetime) -> None:
    """Begins a session; those that have ended are cleared away."""
    connection.execute("DELETE FROM sessions WHERE expires_at <= %s", (now,))
    connection.execute(
        """
        INSERT INTO sessions (token_hash, person_id, began_at, seen_at, expires_at) VALUES (%s, %s, %s, %s, %s)
        """,
        (token_hash, person_id, now, now, now + LONGEST),
    )


def holder(connection: Connection[Any], token_hash: bytes, now: datetime) -> tuple[UUID, datetime] | None:
    """(person, when last seen) of a session that goes on. A reader may ask this."""
    row = connection.execute(
        "SELECT person_id, seen_at FROM sessions WHERE token_hash = %s AND expires_at > %s AND seen_at > %s",
        (token_hash, now, now - IDLE),
    ).fetchone()
    return (row[0], row[1]) if row else None


def seen(connection: Connection[Any], token_hash: bytes, now: datetime) -> None:
    """Notes that the session asked for something now."""
    connection.execute("UPDATE sessions SET seen_at = %s WHERE token_hash = %s", (now, token_hash))


def end(connection: Connection[Any], token_hash: bytes) -> None:
    """Ends one session; again is harmless."""
    connection.execute("DELETE FROM sessions WHERE token_hash = %s", (token_hash,))
