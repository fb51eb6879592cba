"""When API keys were used last, one row a key."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

NOTED: Final = timedelta(minutes=1)
"""How exactly it is known: at most one write a key in this time."""


def note(connection: Connection[Any], organization: str, key_id: UUID, at: datetime) -> bool:
    """Notes that the key was used; False where that is known closely enough. Connections act as `ledger_writer`."""
    noted = connection.execute(
        """
        INSERT INTO key_uses AS known (key_id, organization, used_at) VALUES (%s, %s, %s)
        ON CONFLICT (key_id) DO UPDATE SET used_at = excluded.used_at WHERE known.used_at <= excluded.used_at - %s
        """,
        (key_id, organization, at, NOTED),
    )
    return noted.rowcount == 1


def uses(connection: Connection[Any], organization: str) -> dict[UUID, datetime]:
    """Key → when it was used last, of the organization's keys that ever were."""
    rows = connection.execute("SELECT key_id, used_at FROM key_uses WHERE organization = %s", (organization,))
    return dict(rows.fetchall())
