"""Attempts to sign in at an OpenID provider, by the hash of what they are known by. Act as `ledger_writer`."""

from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import Connection

LIVES: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""


def begin(connection: Connection[Any], attempt_hash: bytes, back: str, now: datetime) -> None:
    """Keeps where to go on to after the attempt; attempts that have ended are cleared away."""
    connection.execute("DELETE FROM sign_ons WHERE expires_at <= %s", (now,))
    connection.execute(
        "INSERT INTO sign_ons (attempt_hash, back, expires_at) VALUES (%s, %s, %s)",
        (attempt_hash, back, now + LIVES),
    )


def taken(connection: Connection[Any], attempt_hash: bytes, now: datetime) -> str | None:
    """Where to go on to; None where there is no such attempt, it has ended, or it was taken before."""
    row = connection.execute(
        "DELETE FROM sign_ons WHERE attempt_hash = %s AND expires_at > %s RETURNING back", (attempt_hash, now)
    ).fetchone()
    return str(row[0]) if row else None
