"""`outbox`: statuses that changed, in the order in which they became visible, for `contact-ledger.status`.

Written by `channel_status` in its own transaction, under its watermark's lock: so change numbers become
visible in their order, and whoever reads on after the last number it has seen misses nothing.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Change:
    """A status as it became at a log position; payload None: the identifier was erased."""

    change: int
    organization: str
    identifier_id: UUID
    channel: str
    scope: str
    purpose: str
    payload: dict[str, Any] | None
    position: int


def after(connection: Connection[Any], change: int, limit: int) -> list[Change]:
    """The next changes after a number, in order."""
    return (
        connection.cursor(row_factory=class_row(Change))
        .execute(
            "SELECT change, organization, identifier_id, channel, scope, purpose, payload, position FROM outbox"
            " WHERE change > %s ORDER BY change LIMIT %s",
            (change, limit),
        )
        .fetchall()
    )


def forget(connection: Connection[Any], change: int) -> int:
    """Deletes the changes up to a number, which everybody has seen; returns how many."""
    return connection.execute("DELETE FROM outbox WHERE change <= %s", (change,)).rowcount


def waiting(connection: Connection[Any], change: int, most: int) -> int:
    """How many changes come after a number, counted no further than `most`."""
    row = connection.execute(
        "SELECT count(*) FROM (SELECT FROM outbox WHERE change > %s ORDER BY change LIMIT %s) AS waiting",
        (change, most),
    ).fetchone()
    assert row is not None
    return int(row[0])
