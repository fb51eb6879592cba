"""Conflicts: events recorded although their message's id had been used for something else (DESIGN §3).

They are rows of `audit_history`, found by an index of their own. What was refused for that reason is a
rejection.
"""

from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from projections.audit_history import SELECT, Entry

_CONFLICTS = (
    SELECT
    + "WHERE organization = %s AND 'conflict' = ANY (flags) AND position < %s "
    + "AND name LIKE 'identifier.%%' AND name <> 'identifier.claimed.v1' ORDER BY position DESC LIMIT %s"
)
"""What the message says; that it made the identifier known, and its contact, is no matter of its id."""


def conflicts(
    connection: Connection[Any], organization: str, *, before: int | None = None, limit: int = 100
) -> list[Entry]:
    """Newest first; the next page is `before` the last row's position."""
    asked = (organization, before if before is not None else 2**63 - 1, limit)
    return connection.cursor(row_factory=class_row(Entry)).execute(_CONFLICTS, asked, prepare=False).fetchall()
