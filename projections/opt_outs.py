"""`opt_outs`: one row an opt-out, and with `marks` beside it its clock: received, recorded, enforced, published.

An opt-out is an `OptedOut` of any method (deactivation by the carrier is one), a reply that is a stop, a reply read
as a stop later, and a ban. The row holds nothing of when it was worked on; that is joined from `marks`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.events.envelope import Recorded
from ledger.events.identifier import Banned, OptedOut, ReplyReceived, ReplyReclassified
from ledger.events.stored import stored_names
from ledger.events.vocabulary import ALL, KEYWORD_CHANNELS, ReplyClass
from ledger.store.connections import planned_once
from projections import by_day
from projections.marks import Stage
from projections.portion import Portion
from projections.projection import Projection
from projections.tables import Row, Rows, Table

TABLE: Final = Table(
    "opt_outs",
    key=("position",),
    columns={
        "position": "int8",
        "event_id": "uuid",
        "identifier_id": "uuid",
        "organization": "text",
        "name": "text",
        "method": "text",
        "channel": "text",
        "scope": "text",
        "occurred_at": "timestamptz",
        "received_at": "timestamptz",
        "recorded_at": "timestamptz",
    },
)
COUNTER: Final = "opt_outs_by_day"


class OptOuts(Projection):
    name = "opt_outs"
    tables = (TABLE,)
    counters = (COUNTER,)
    scanned = stored_names((OptedOut, ReplyReceived, ReplyReclassified, Banned))
    RECOUNT = by_day.recount(TABLE.name, COUNTER)

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        anew = {event.stream_id for event in portion.events if _is_stop_now(event)}
        replies = {reply.event_id: reply for stream in portion.read(anew).values() for reply in stream}
        return {TABLE.name: [row for event in portion.events for row in _rows(event, replies)]}

    def merge(self, connection: Connection[Any], position: int) -> None:
        by_day.count_new(connection, TABLE, COUNTER)
        super().merge(connection, position)


def _is_stop_now(event: Recorded) -> bool:
    return isinstance(event.body, ReplyReclassified) and event.body.reply_class is ReplyClass.STOP


def _rows(event: Recorded, replies: dict[UUID, Recorded]) -> Iterator[Row]:
    match event.body:
        case OptedOut(method=method, channel=channel, scope=scope):
            yield _row(event, method, channel, scope, event)
        case ReplyReceived(reply_class=ReplyClass.STOP, sender=sender):
            yield _row(event, "keyword", KEYWORD_CHANNELS[0], sender, event)
        case ReplyReclassified(reply_class=ReplyClass.STOP, reply_event_id=reply_id) if reply_id in replies:
            reply = replies[reply_id]
            if isinstance(reply.body, ReplyReceived) and reply.body.reply_class is not ReplyClass.STOP:
                yield _row(event, "keyword", KEYWORD_CHANNELS[0], reply.body.sender, reply)
        case Banned(scope=scope):
            yield _row(event, "ban", ALL, scope, event)
        case _:
            pass


def _row(event: Recorded, method: str, channel: str, scope: str, received: Recorded) -> Row:
    """`received`: the event with which the wish came in."""
    return (
        event.position,
        event.event_id,
        event.stream_id,
        event.envelope.organization,
        event.name,
        method,
        channel,
        scope,
        received.envelope.occurred_at,
        received.envelope.received_at,
        event.envelope.recorded_at,
    )


@dataclass(frozen=True, slots=True)
class Clocked:
    """An opt-out with its clock. Enforced or published without a time: before the clock was kept."""

    position: int
    event_id: UUID
    identifier_id: UUID
    organization: str
    name: str
    method: str
    channel: str
    scope: str
    occurred_at: datetime | None
    received_at: datetime
    recorded_at: datetime
    enforced: bool
    enforced_at: datetime | None
    published: bool
    published_at: datetime | None

    @property
    def place(self) -> "After":
        """Where the next page begins."""
        return self.received_at, self.position

    @property
    def taken(self) -> "Taken":
        """How long it took."""
        times = (self.recorded_at, self.enforced_at, self.published_at)
        return Taken(*[(at - self.received_at).total_seconds() if at else None for at in times])


class Taken(NamedTuple):
    """Seconds from the receipt of an opt-out to each stage; None where it has not come there or when is unknown."""

    recorded: float | None
    enforced: float | None
    published: float | None


After = tuple[datetime, int]
"""The last row of the page before: when it was received, and its position."""

_CLOCKED = """
SELECT o.*, enforced.position IS NOT NULL AS enforced, enforced.at AS enforced_at,
       published.position IS NOT NULL AS published, published.at AS published_at
FROM opt_outs o
    LEFT JOIN LATERAL (SELECT position, at FROM marks WHERE stage = 'enforced' AND position >= o.position
                       ORDER BY position LIMIT 1) AS enforced ON true
    LEFT JOIN LATERAL (SELECT position, at FROM marks WHERE stage = 'published' AND position >= o.position
                       ORDER BY position LIMIT 1) AS published ON true
"""
_RECEIVED_LAST = """
WHERE organization = %(organization)s AND received_at >= %(since)s::timestamptz
  AND (received_at, o.position) < (%(received)s::timestamptz, %(position)s)
ORDER BY received_at DESC, o.position DESC LIMIT %(limit)s
"""
_NEWEST = _CLOCKED + _RECEIVED_LAST
# Where a stage has not come to an opt-out yet, no mark is looked for.
_TAKEN = """
SELECT extract(epoch FROM recorded_at - received_at)::float8,
       CASE WHEN o.position <= (SELECT max(position) FROM marks WHERE stage = 'enforced') THEN (
           SELECT extract(epoch FROM at - o.received_at)::float8 FROM marks m
           WHERE stage = 'enforced' AND m.position >= o.position ORDER BY m.position LIMIT 1) END,
       CASE WHEN o.position <= (SELECT max(position) FROM marks WHERE stage = 'published') THEN (
           SELECT extract(epoch FROM at - o.received_at)::float8 FROM marks m
           WHERE stage = 'published' AND m.position >= o.position ORDER BY m.position LIMIT 1) END
FROM opt_outs o
{received_last}
""".replace("{received_last}", _RECEIVED_LAST)
_LATEST = _CLOCKED + "ORDER BY o.position DESC LIMIT %s"
_OF_THESE = _CLOCKED + "WHERE o.position = ANY(%s) ORDER BY received_at, o.position"
# As one value: under row-level security no index is asked for what an expression comes to.
_REACHED = """(SELECT LEAST(
    coalesce((SELECT max(position) FROM marks WHERE stage = 'enforced'), 0),
    coalesce((SELECT max(position) FROM marks WHERE stage = 'published'), 0)))"""
# What took more than ten days took more than five before it was recorded, or since; or it still waits.
_SLOW = """
SELECT received_at, position FROM (
    SELECT received_at, position FROM opt_outs
    WHERE organization = %(organization)s AND recorded_at - received_at > interval '5 days'
    UNION
    SELECT received_at, position FROM opt_outs JOIN LATERAL (
        SELECT position AS upto, coalesce((
            SELECT max(before.position) FROM marks before
            WHERE before.stage = slow.stage AND before.position < slow.position), 0) AS beyond
        FROM marks slow WHERE at - oldest > interval '5 days'
    ) AS late ON position > beyond AND position <= upto
    WHERE organization = %(organization)s
    UNION
    SELECT received_at, position FROM opt_outs
    WHERE organization = %(organization)s AND received_at < %(cutoff)s AND position > {reached}
) AS slow
WHERE received_at >= %(since)s::timestamptz AND received_at < %(cutoff)s
  AND (received_at, position) > (%(received)s::timestamptz, %(position)s)
ORDER BY received_at, position LIMIT %(limit)s
""".replace("{reached}", _REACHED)
_WAITING = """
SELECT count(*), min(received_at) FROM (
    SELECT received_at FROM opt_outs
    WHERE position > coalesce((SELECT max(position) FROM marks WHERE stage = %s), 0) ORDER BY position LIMIT 10000
) AS waiting
"""
_WAITING_OF = """
SELECT count(*) FROM (
    SELECT FROM opt_outs
    WHERE organization = %(organization)s AND position > {reached}{since}
    ORDER BY position LIMIT 10000
) AS waiting
""".replace("{reached}", _REACHED)
_SINCE = " AND received_at >= %(since)s::timestamptz"
_ORGANIZATIONS = """
WITH RECURSIVE found AS (
    (SELECT organization FROM opt_outs ORDER BY organization LIMIT 1)
    UNION ALL
    SELECT (SELECT o.organization FROM opt_outs o WHERE o.organization > found.organization ORDER BY 1 LIMIT 1)
    FROM found WHERE organization IS NOT NULL
)
SELECT organization FROM found WHERE organization IS NOT NULL
"""


def newest(
    connection: Connection[Any],
    organization: str,
    *,
    since: datetime | None = None,
    after: After | None = None,
    limit: int = 100,
) -> list[Clocked]:
    """Opt-outs received since a moment, last received first; the next page is `after` the last row."""
    with planned_once(connection):
        return _rows_of(connection, _NEWEST, _asked(organization, since, after, limit), prepare=True)


def newest_taken(
    connection: Connection[Any], organization: str, *, since: datetime | None = None, limit: int
) -> list[Taken]:
    """How long the opt-outs took that were received last, since a moment."""
    with planned_once(connection):
        rows = connection.execute(_TAKEN.encode(), _asked(organization, since, None, limit), prepare=True)
    return [Taken(*row) for row in rows]


def slow(
    connection: Connection[Any],
    organization: str,
    cutoff: datetime,
    *,
    since: datetime | None = None,
    after: After | None = None,
    limit: int = 100,
) -> list[Clocked]:
    """Opt-outs received before `cutoff` (ten days ago, or more) of which some stage may have taken more than ten
    days, first received first. Every overdue one is among them; which are, the calendar says.
    """
    asked = {
        "organization": organization,
        "cutoff": cutoff,
        "since": since or "-infinity",
        "received": after[0] if after else "-infinity",
        "position": after[1] if after else 0,
        "limit": limit,
    }
    found = connection.execute(_SLOW, asked).fetchall()
    return _rows_of(connection, _OF_THESE, ([position for _, position in found],)) if found else []


def latest(connection: Connection[Any], limit: int) -> list[Clocked]:
    """The opt-outs recorded last, of all organizations."""
    return _rows_of(connection, _LATEST, (limit,))


def waiting(connection: Connection[Any], stage: Stage) -> tuple[int, datetime | None]:
    """How many opt-outs have not come to a stage (counted to 10,000), and when the oldest of them was received."""
    row = connection.execute(_WAITING, (stage,)).fetchone()
    assert row is not None
    return row[0], row[1]


def waiting_of(connection: Connection[Any], organization: str, *, since: datetime | None = None) -> int:
    """How many of an organization's opt-outs have not come to both stages (counted to 10,000)."""
    query = _WAITING_OF.format(since=_SINCE if since else "")
    with planned_once(connection):
        asked = {"organization": organization, "since": since}
        row = connection.execute(query.encode(), asked, prepare=True).fetchone()
    assert row is not None
    return int(row[0])


def organizations(connection: Connection[Any]) -> list[str]:
    """Organizations that have opt-outs."""
    return [row[0] for row in connection.execute(_ORGANIZATIONS)]


def _asked(organization: str, since: datetime | None, after: After | None, limit: int) -> dict[str, Any]:
    return {
        "organization": organization,
        "since": since or "-infinity",
        "received": after[0] if after else "infinity",
        "position": after[1] if after else 0,
        "limit": limit,
    }


def _rows_of(connection: Connection[Any], query: str, asked: Any, *, prepare: bool = False) -> list[Clocked]:
    return connection.cursor(row_factory=class_row(Clocked)).execute(query, asked, prepare=prepare).fetchall()
