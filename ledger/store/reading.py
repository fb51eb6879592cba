"""Every read of the log, each a statement of its own: the log only grows, so `upto` fixes what is seen."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection, Cursor

from ledger.events.envelope import Recorded
from ledger.events.stored import decode, listing_of
from ledger.store.id_array import IdArray
from ledger.store.keyring import Keyring
from ledger.store.reached import LINKS, LINKS_AND_IDENTIFIERS, reached
from ledger.store.sealing import SealedBatch, open_sealed, seal

END = 2**63 - 1
"""A position beyond every log."""
_LOWEST = UUID(int=0)

_EVENTS = """
SELECT originator_id, originator_version, notification_id, topic, state,
       organization, event_id, act_id, digest, recorded_at
FROM stored_events
"""
_STREAMS = _EVENTS + "WHERE originator_id = ANY(%b)"

LINKED = reached(_EVENTS, LINKS)
WHOLE = reached(_EVENTS, LINKS_AND_IDENTIFIERS)
_LESS = _EVENTS + "WHERE originator_id = ANY(%b) AND notification_id <= %b AND topic <> ALL(%b)"
LISTINGS = """
SELECT DISTINCT ON (originator_id) originator_id, state FROM stored_events
WHERE originator_id = ANY(%(ids)b) AND notification_id <= %(upto)b AND topic = 'identifier.claimed.v1'
  AND EXISTS (SELECT FROM stored_events WHERE topic = 'platform.blacklisted.v1' AND notification_id <= %(upto)b)
ORDER BY originator_id, originator_version
"""
_FOLLOW = _EVENTS + "WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s"
_EVENT = _EVENTS + "WHERE event_id = %s"
_SOME = _EVENTS + "WHERE event_id = ANY(%b)"
_SCAN = (
    _EVENTS
    + """
WHERE originator_id >= %(low)s AND (%(high)s::uuid IS NULL OR originator_id < %(high)s)
  AND notification_id <= %(upto)s AND (%(names)s::text[] IS NULL OR topic = ANY(%(names)s))
  AND (%(organization)s::text IS NULL OR organization = %(organization)s)
ORDER BY originator_id, originator_version
"""
)
_ADOPTIONS = (
    _EVENTS
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
    _EVENTS
    + """
WHERE organization = %s AND recorded_at >= %s AND notification_id <= %s
  AND topic IN ('identifier.opted-out.v1', 'identifier.reply-received.v1', 'identifier.complained.v1',
                'identifier.banned.v1', 'identifier.event-reversed.v1')
ORDER BY recorded_at, notification_id
"""
)
_ACT = _EVENTS + "WHERE act_id = %s ORDER BY notification_id"
ERASURES = (
    _EVENTS
    + """
WHERE organization = %s AND notification_id < %s
  AND topic IN ('identifier.erased.v1', 'contact.erased.v1')
ORDER BY notification_id DESC LIMIT %s
"""
)
_END = "SELECT at_position, at_time FROM log_end()"

Connect = Callable[[], AbstractContextManager[Connection[Any]]]


@dataclass(frozen=True, slots=True)
class Newest:
    """The log's end; position 0 when it is empty."""

    position: int
    recorded_at: datetime | None


class Wanted(NamedTuple):
    """Streams with an event of a name in `ever`, or one in `lately` that was recorded at `since` or later."""

    ever: Collection[str]
    lately: Collection[str]
    since: datetime


class Reading:
    """Reads the log over the connections it is given: the store's pool, or one open transaction."""

    def __init__(self, connect: Connect, keyring: Keyring) -> None:
        self._connect = connect
        self._keyring = keyring

    def newest(self) -> Newest:
        """Position and recorded time of the log's last event."""
        with self._connect() as connection:
            row = _cursor(connection).execute(_END, prepare=True).fetchone()
        return Newest(*row) if row is not None else Newest(0, None)

    def read(
        self, stream_ids: Iterable[UUID], *, upto: int | None = None, opened: bool = False
    ) -> dict[UUID, list[Recorded]]:
        """These streams whole (or up to a position), in version order; an empty list where there is none.

        `opened`: sealed fields are filled in where the key still exists; else they stay None.
        """
        wanted = list(dict.fromkeys(stream_ids))
        if not wanted:
            return {}
        end = END if upto is None else upto
        with self._connect() as connection:
            rows = _cursor(connection).execute(_STREAMS, (IdArray(wanted),), prepare=True).fetchall()
            events = [decode(*row) for row in rows if row[2] <= end]
            if opened:
                events = open_sealed(connection, self._keyring, events)
        return _streams(wanted, events)

    def read_linked(self, contact_ids: Collection[UUID]) -> dict[UUID, list[Recorded]]:
        """The streams of these contacts and of all that were ever linked with them, over any number of links."""
        with self._connect() as connection:
            rows = _cursor(connection).execute(LINKED, (IdArray(contact_ids),), prepare=True).fetchall()
        return _streams(contact_ids, [decode(*row) for row in rows])

    def read_whole(self, contact_ids: Collection[UUID]) -> dict[UUID, list[Recorded]]:
        """As `read_linked`, with the streams of all identifiers that were ever attached to any of them."""
        with self._connect() as connection:
            rows = _cursor(connection).execute(WHOLE, (IdArray(contact_ids),), prepare=True).fetchall()
        return _streams(contact_ids, [decode(*row) for row in rows])

    def read_less(
        self, stream_ids: Iterable[UUID], less: Sequence[str], *, upto: int = END
    ) -> dict[UUID, list[Recorded]]:
        """These streams up to a position without the events of the names in `less`, in no order.

        For questions in bulk that those events have no bearing on; streams with no others are left out.
        """
        streams: dict[UUID, list[Recorded]] = {}
        with self._connect() as connection:
            asked = IdArray(stream_ids), upto, list(less)
            rows = _cursor(connection).execute(_LESS, asked, prepare=True).fetchall()
        for row in rows:
            streams.setdefault(row[0], []).append(decode(*row))
        return streams

    def listings(self, stream_ids: Iterable[UUID], *, upto: int) -> dict[UUID, UUID]:
        """Identifier → where the platform's listing of it would be; of none where the platform lists nobody."""
        asked = {"ids": IdArray(stream_ids), "upto": upto}
        with self._connect() as connection:
            rows = _cursor(connection).execute(LISTINGS, asked, prepare=True).fetchall()
        return {stream: listing for stream, state in rows if (listing := listing_of(state)) is not None}

    def reversible_in_bulk(self, organization: str, since: datetime, *, upto: int) -> Iterator[list[Recorded]]:
        """The organization's opt-outs, replies, complaints, bans and reversals recorded since then, in portions.

        What took effect in a span of time was recorded after its beginning, however late.
        """
        with self._connect() as connection, connection.transaction(), connection.cursor("reversible") as cursor:
            cursor.execute(REVERSIBLE_IN_BULK, (organization, since, upto), binary=True)
            while rows := cursor.fetchmany(2_000):
                yield [decode(*row) for row in rows]

    def follow(self, after: int, limit: int, *, upto: int | None = None) -> list[Recorded]:
        """The next events after a position, in log order."""
        with self._connect() as connection:
            asked = (after, END if upto is None else upto, limit)
            return [decode(*row) for row in _cursor(connection).execute(_FOLLOW, asked, prepare=True)]

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

    def adoptions(self, upto: int, *, after: int = 0) -> dict[str, list[Recorded]]:
        """Organization → the events by which it adopted policies, up to a position, in log order."""
        adopted: dict[str, list[Recorded]] = {}
        with self._connect() as connection:
            for row in _cursor(connection).execute(_ADOPTIONS, (after, upto), prepare=True):
                event = decode(*row)
                adopted.setdefault(event.envelope.organization, []).append(event)
        return adopted

    def having(
        self, organization: str, wanted: Wanted, *, upto: int, low: UUID = _LOWEST, high: UUID | None = None
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
            return [stream for (stream,) in _cursor(connection).execute(_HAVING, asked)]

    def known_acts(self, act_ids: Collection[UUID]) -> dict[UUID, frozenset[bytes]]:
        """Acts already in the log → the digests they are there with."""
        known: dict[UUID, frozenset[bytes]] = {}
        with self._connect() as connection:
            rows = _cursor(connection).execute(
                "SELECT DISTINCT act_id, digest FROM stored_events WHERE act_id = ANY(%b)",
                (list(act_ids),),
                prepare=True,
            )
            for act_id, digest in rows:
                known[act_id] = known.get(act_id, frozenset()) | {digest}
        return known

    def places(self, event_ids: Collection[UUID]) -> dict[UUID, UUID]:
        """Event id → its stream, of those of these events that the log has."""
        with self._connect() as connection:
            rows = _cursor(connection).execute(
                "SELECT event_id, originator_id FROM stored_events WHERE event_id = ANY(%b)",
                (list(event_ids),),
                prepare=True,
            )
            return dict(rows)

    def act_events(self, act_ids: Collection[UUID], digest: bytes) -> list[UUID]:
        """Ids of the events that an act of this content made, in log order, under any of these act ids."""
        with self._connect() as connection:
            rows = _cursor(connection).execute(
                "SELECT event_id FROM stored_events"
                " WHERE act_id = ANY(%b) AND digest = %s ORDER BY notification_id",
                (list(act_ids), digest),
            )
            return [event_id for (event_id,) in rows]

    def act(self, act_id: UUID) -> list[Recorded]:
        """Everything one act did, in log order."""
        with self._connect() as connection:
            return [decode(*row) for row in _cursor(connection).execute(_ACT, (act_id,), prepare=True)]

    def erasures(self, organization: str, *, before: int = END, limit: int = 1_000) -> list[Recorded]:
        """The organization's erasures of contacts and identifiers, newest first."""
        with self._connect() as connection:
            rows = _cursor(connection).execute(ERASURES, (organization, before, limit), prepare=True)
            return [decode(*row) for row in rows]

    def find_event(self, event_id: UUID) -> Recorded | None:
        """The event of this id, sealed; None where the log has none."""
        with self._connect() as connection:
            row = _cursor(connection).execute(_EVENT, (event_id,), prepare=True).fetchone()
        return decode(*row) if row is not None else None

    def find_events(self, event_ids: Collection[UUID]) -> dict[UUID, Recorded]:
        """Those of these events that the log has, sealed, by their ids."""
        with self._connect() as connection:
            rows = _cursor(connection).execute(_SOME, (list(event_ids),), prepare=True)
            return {event.event_id: event for event in (decode(*row) for row in rows)}

    def deliveries(self, identifier_ids: Collection[UUID]) -> dict[tuple[UUID, str], datetime]:
        """The newest delivery known of each (identifier, channel) of these."""
        with self._connect() as connection:
            rows = _cursor(connection).execute(
                "SELECT identifier_id, channel, delivered_at FROM deliveries WHERE identifier_id = ANY(%b)",
                (IdArray(identifier_ids),),
                prepare=True,
            )
            return {(identifier_id, channel): at for identifier_id, channel, at in rows}

    def open(self, events: Sequence[Recorded]) -> list[Recorded]:
        """The same events with sealed fields filled in where the key still exists."""
        with self._connect() as connection:
            return open_sealed(connection, self._keyring, events)

    def seal(self, events: Sequence[Recorded], *, reopen: Collection[UUID] = ()) -> SealedBatch:
        """Rows ready to be appended, in the order of the events; see `sealing.seal` for erased streams."""
        with self._connect() as connection:
            return seal(connection, self._keyring, events, reopen)


def _streams(stream_ids: Iterable[UUID], events: Iterable[Recorded]) -> dict[UUID, list[Recorded]]:
    """The events by stream, in version order; an empty list for a stream that has none."""
    streams: dict[UUID, list[Recorded]] = {stream_id: [] for stream_id in stream_ids}
    for event in events:
        streams.setdefault(event.stream_id, []).append(event)
    for stream in streams.values():
        stream.sort(key=attrgetter("version"))
    return streams


def _cursor(connection: Connection[Any]) -> Cursor[tuple[Any, ...]]:
    return connection.cursor(binary=True)
