"""Reads of personal values that had to be given a reason; append-only by the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class Read:
    """`id` grows with time; `what` is a route or page, `subject` the contact or identifier where it was one."""

    id: int
    read_at: datetime
    actor: str
    what: str
    subject: UUID | None
    reason: str


def record(
    connection: Connection[Any],
    organization: str,
    at: datetime,
    *,
    actor: str,
    what: str,
    subject: UUID | None,
    reason: str,
) -> None:
    """Keeps one read for good."""
    connection.execute(
        """
        INSERT INTO reads (organization, read_at, actor, what, subject, reason) VALUES (%s, %s, %s, %s, %s, %s)
        """,
        (organization, at, actor, what, subject, reason),
    )


def reads(connection: Connection[Any], organization: str, *, before: int | None, limit: int) -> list[Read]:
    """The organization's reads, the latest first, from those below `before` on."""
    rows = connection.execute(
        """
        SELECT id, read_at, actor, what, subject, reason FROM reads
        WHERE organization = %s AND id < %s ORDER BY id DESC LIMIT %s
        """,
        (organization, before if before is not None else 2**63 - 1, limit),
    )
    return [Read(*row) for row in rows]
