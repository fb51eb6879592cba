"""Reads that look through the log: its end, what comes after a position, every stream of a range of ids."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection, Cursor

from ledger.events.envelope import Recorded
from ledger.events.stored import decode

END = 2**63 - 1
"""A position beyond every log."""
_LOWEST = UUID(int=0)

EVENTS = """
SELECT originator_id, originator_version, notification_id, topic, state,
       organization, event_id, act_id, digest, recorded_at
FROM stored_events
"""
"""What `decode` takes of an event."""
_FOLLOW = EVENTS + "WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s"
_SCAN = (
    EVENTS
    + """
WHERE originator_id >= %(low)s AND (%(high)s::uuid IS NULL OR originator_id < %(high)s)
  AND notification_id <= %(upto)s AND (%(names)s::text[] IS NULL OR topic = ANY(%(names)s))
  AND (%(organization)s::text IS NULL OR organization = %(organization)s)
ORDER BY originator_id, originator_version
"""
)
_ADOPTIONS = (
    EVENTS
    + "WHERE topic = 'organization.policy-adopted.v1' AND notification_id > %s AND notification_id <= %s"
    + " ORDER BY notification_id"
)
_HAVING = """
SELECT DISTINCT originator_id FROM stored_events
WHERE organization = %(organization)s AND notification_id <= %(upto)s AND originator_id >= %(low)s
  AND (%(high)s::uuid IS NULL OR originator_id < %(high)s)
  AND (topic = ANY(%(ever)s) OR (topic = ANY(%(lately)s) AND recorded_at >= %(since)s))
ORDER BY originator_id
"""
REVERSIBLE_IN_BULK = (
    EVENTS
    + """
WHERE organization = %s AND recorded_at >= %s AND notification_id <= %s
  AND topic IN ('identifier.opted-out.v1', 'identifier.reply-received.v1', 'identifier.complained.v1',
                'identifier.banned.v1', 'identifier.event-reversed.v1')
ORDER BY recorded_at, notification_id
"""
)
ERASURES = (
    EVENTS
    + """
WHERE organization = %s AND notification_id < %s
  AND topic IN ('identifier.erased.v1', 'contact.erased.v1')
ORDER BY notification_id DESC LIMIT %s
"""
)
_END = "SELECT at_position, at_time FROM log_end()"

Connect = Callable[[], AbstractContextManager[Connection[Any]]]
"""Lends a connection."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The log's end; position 0 when it is empty."""

    position: int
    recorded_at: datetime | None


class Having(NamedTuple):
    """Streams with an event of a name in `ever`, or one in `lately` that was recorded at `since` or later."""

    ever: Collection[str]
    lately: Collection[str]
    since: datetime


class Scanning:
    """Looks through the log over the connections it is given: the store's pool, or one open transaction."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def newest(self) -> Newest:
        """Position and recorded time of the log's last event."""
        with self._connect() as connection:
            row = cursor_of(connection).execute(_END, prepare=True).fetchone()
        return Newest(*row) if row is not None else Newest(0, None)

    def follow(self, after: int, limit: int, *, upto: int | None = None) -> list[Recorded]:
        """The next events after a position, in log order."""
        with self._connect() as connection:
            asked = (after, END if upto is None else upto, limit)
            return [decode(*row) for row in cursor_of(connection).execute(_FOLLOW, asked, prepare=True)]

    def scan(
        self,
        low: UUID,
        high: UUID | None,
        *,
        upto: int,
        names: Sequence[str] | None = None,
        organization: str | None = None,
    ) -> Iterator[list[Recorded]]:
        """Every stream with low <= id < high, whole up to `upto`, in the order of ids: one list a stream.

        `names`: only events of these stored names; `organization`: only its own. For rebuilds and exports; rows
        come in portions, not all at once.
        """
        asked = {
            "low": low,
            "high": high,
            "upto": upto,
            "names": list(names) if names is not None else None,
            "organization": organization,
        }
        with self._connect() as connection, connection.transaction(), connection.cursor("scan") as cursor:
            connection.execute("SET LOCAL cursor_tuple_fraction = 1")  # all rows will be read
            cursor.execute(_SCAN, asked, binary=True)
            portions = iter(lambda: cursor.fetchmany(10_000), [])
            events = (decode(*row) for portion in portions for row in portion)
            for _, stream in groupby(events, key=attrgetter("stream_id")):
                yield list(stream)

    def having(
        self, organization: str, wanted: Having, *, upto: int, low: UUID = _LOWEST, high: UUID | None = None
    ) -> list[UUID]:
        """The organization's streams low <= id < high that have such an event, in order. Looks at all of it."""
        asked = {
            "organization": organization,
            "upto": upto,
            "low": low,
            "high": high,
            "ever": list(wanted.ever),
            "lately": list(wanted.lately),
            "since": wanted.since,
        }
        with self._connect() as connection:
            return [stream for (stream,) in cursor_of(connection).execute(_HAVING, asked)]

    def adoptions(self, upto: int, *, after: int = 0) -> dict[str, list[Recorded]]:
        """Organization → the events by which it adopted policies, up to a position, in log order."""
        adopted: dict[str, list[Recorded]] = {}
        with self._connect() as connection:
            for row in cursor_of(connection).execute(_ADOPTIONS, (after, upto), prepare=True):
                event = decode(*row)
                adopted.setdefault(event.envelope.organization, []).append(event)
        return adopted

    def reversible_in_bulk(self, organization: str, since: datetime, *, upto: int) -> Iterator[list[Recorded]]:
        """The organization's opt-outs, replies, complaints, bans and reversals recorded since then, in portions.

        What took effect in a span of time was recorded after its beginning, however late.
        """
        with self._connect() as connection, connection.transaction(), connection.cursor("reversible") as cursor:
            cursor.execute(REVERSIBLE_IN_BULK, (organization, since, upto), binary=True)
            while rows := cursor.fetchmany(2_000):
                yield [decode(*row) for row in rows]

    def erasures(self, organization: str, *, before: int = END, limit: int = 1_000) -> list[Recorded]:
        """The organization's erasures of contacts and identifiers, newest first."""
        with self._connect() as connection:
            rows = cursor_of(connection).execute(ERASURES, (organization, before, limit), prepare=True)
            return [decode(*row) for row in rows]


def cursor_of(connection: Connection[Any]) -> Cursor[tuple[Any, ...]]:
    """Its rows come in PostgreSQL's binary form, which is read faster."""
    return connection.cursor(binary=True)
