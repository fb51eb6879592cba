"""`replies`: one row an inbound text: how it is read now, and whether it waits for a person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.events.identifier import ReplyReceived
from ledger.rules.replies import ReadReply, read_replies
from projections.portion import IDENTIFIER_NAMES, Portion
from projections.projection import Projection
from projections.tables import Row, Rows, Table

TABLE: Final = Table(
    "replies",
    key=("event_id",),
    columns={
        "event_id": "uuid",
        "organization": "text",
        "identifier_id": "uuid",
        "sender": "text",
        "received_at": "timestamptz",
        "recorded_at": "timestamptz",
        "reply_class": "text",
        "confidence": "text",
        "matched": "text",
        "keywords": "text",
        "read_by": "uuid",
        "read_at": "timestamptz",
        "state": "text",
    },
)


class Replies(Projection):
    name = "replies"
    tables = (TABLE,)
    scanned = IDENTIFIER_NAMES

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        """All replies of the identifiers touched: what else happened to a number may settle a reply, or not."""
        streams = portion.read(portion.identifiers() | set(also))
        return {
            TABLE.name: [
                _row(reply)
                for key, events in streams.items()
                if any(type(event.body) is ReplyReceived for event in events)
                for reply in read_replies(events, portion.line(key), portion.policies_of(key))
            ]
        }


def _row(reply: ReadReply) -> Row:
    event = reply.event
    return (
        event.event_id,
        event.envelope.organization,
        event.stream_id,
        reply.sender,
        event.envelope.received_at,
        event.envelope.recorded_at,
        reply.reply_class,
        reply.confidence,
        reply.matched,
        reply.keywords,
        reply.read_by,
        reply.read_at,
        reply.state,
    )


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A row as it is read."""

    event_id: UUID
    organization: str
    identifier_id: UUID
    sender: str
    received_at: datetime
    recorded_at: datetime
    reply_class: str
    confidence: str
    matched: str | None
    keywords: str
    read_by: UUID
    read_at: datetime
    state: str


_SELECT: Final = """
SELECT event_id, organization, identifier_id, sender, received_at, recorded_at, reply_class, confidence, matched,
       keywords, read_by, read_at, state
FROM replies
"""
_PAGE: Final = (
    _SELECT
    + """
WHERE organization = %(organization)s AND state = %(state)s
  AND (received_at, event_id) > (%(received_at)s, %(event_id)s)
ORDER BY received_at, event_id LIMIT %(limit)s
"""
)
_OF_IDENTIFIER: Final = (
    _SELECT + "WHERE identifier_id = %s AND organization = %s ORDER BY received_at DESC, event_id LIMIT %s"
)
_ORGANIZATIONS: Final = """
WITH RECURSIVE every AS (
    (SELECT organization FROM replies ORDER BY organization LIMIT 1)
    UNION ALL
    SELECT (SELECT r.organization FROM replies r WHERE r.organization > every.organization ORDER BY 1 LIMIT 1)
    FROM every WHERE organization IS NOT NULL
)
SELECT organization FROM every
WHERE EXISTS (SELECT FROM replies r WHERE r.organization = every.organization AND r.state = %(state)s)
"""
_FIRST: Final = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


def replies(
    connection: Connection[Any],
    organization: str,
    state: str = "open",
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[ReplyRow]:
    """Replies in a state (`ledger.rules.replies.State`), the longest waiting first.

    The next page is `after` the last row's received time and event id.
    """
    received_at, event_id = after or _FIRST
    asked = {
        "organization": organization,
        "state": state,
        "received_at": received_at,
        "event_id": event_id,
        "limit": limit,
    }
    return connection.cursor(row_factory=class_row(ReplyRow)).execute(_PAGE, asked).fetchall()


def of_identifier(
    connection: Connection[Any], organization: str, identifier_id: UUID, *, limit: int = 50
) -> list[ReplyRow]:
    """The latest replies of one number, in any state."""
    cursor = connection.cursor(row_factory=class_row(ReplyRow))
    return cursor.execute(_OF_IDENTIFIER, (identifier_id, organization, limit)).fetchall()


def organizations(connection: Connection[Any], state: str = "open") -> list[str]:
    """Organizations that have replies in a state."""
    return [row[0] for row in connection.execute(_ORGANIZATIONS, {"state": state})]


def reply(connection: Connection[Any], organization: str, event_id: UUID) -> ReplyRow | None:
    """One reply of the organization; None where this projection has none of this id."""
    cursor = connection.cursor(row_factory=class_row(ReplyRow))
    return cursor.execute(
        _SELECT + "WHERE event_id = %s AND organization = %s", (event_id, organization)
    ).fetchone()
