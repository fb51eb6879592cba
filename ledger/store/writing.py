"""One transaction of the one writer: events, keys, rejections, deliveries, position, all or nothing."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import ClientCursor, Connection, Cursor
from psycopg.rows import tuple_row

from ledger.acts.act import Rejection
from ledger.events.envelope import Recorded
from ledger.ids import Ids
from ledger.store import positions, rejections
from ledger.store.appending import FEW, append_rows
from ledger.store.erasures import forget_deliveries
from ledger.store.id_array import IdArray
from ledger.store.keyring import KEYS, Keyring, delete_keys, keys_found
from ledger.store.positions import Advance
from ledger.store.reading import Reading
from ledger.store.recorder import reserve_positions
from ledger.store.scanning import Newest
from ledger.store.sealing import SealedBatch, refuse_erased

Clock = Callable[[], datetime]

LONGEST = "30s"
"""A writer that is stopped while it holds the lock loses its connection after this, so that others go on."""

_BEGIN = """
BEGIN; SELECT at_position, at_time, begun_at, first_drawn, last_drawn FROM begin_writing(%s, %s)
"""
_WITH_KEYS = _BEGIN + ";" + KEYS
TAIL = "SELECT DISTINCT originator_id FROM stored_events WHERE notification_id > %s"

_DELIVERED = """
INSERT INTO deliveries (identifier_id, channel, delivered_at)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[])
ON CONFLICT (identifier_id, channel) DO UPDATE SET delivered_at = excluded.delivered_at
WHERE deliveries.delivered_at < excluded.delivered_at
"""


class Writing(Reading):
    """What can be written under the writer lock. Its reads see the log's very end, on the same connection.

    `before` is that end as the lock was taken, `recorded_at` the time everything written is recorded at.
    """

    def __init__(
        self,
        connection: Connection[Any],
        keyring: Keyring,
        ids: Ids,
        clock: Clock | None,
        expected: Sequence[Recorded],
    ) -> None:
        super().__init__(lambda: nullcontext(connection), keyring)
        self._connection = connection
        self._ids = ids
        streams = {event.stream_id for event in expected} if len(expected) <= FEW else set()
        cursor = _begin(connection, len(expected), streams)
        row = cursor.fetchone()
        assert row is not None
        position, newest_at, now, first, last = row
        self.before = Newest(position or 0, newest_at)
        recorded_at = clock() if clock is not None else now
        self.recorded_at: datetime = max(recorded_at, newest_at or recorded_at)  # whatever the clock says
        self._sealed_here: SealedBatch | None = None
        self._drawn = range(first, last + 1) if first is not None else range(0)
        self._keys = keys_found(keyring, streams, cursor) if cursor.nextset() else None

    def changed_since(self, position: int, stream_ids: Collection[UUID]) -> set[UUID]:
        """Those of these streams that got events after `position`. Reads only the log's tail."""
        tail = self._connection.cursor(binary=True).execute(TAIL, (position,), prepare=True)
        return {row[0] for row in tail}.intersection(stream_ids)

    def seal(self, events: Sequence[Recorded], *, reopen: Collection[UUID] = ()) -> SealedBatch:
        """As `Reading.seal`; no key of the batch can be erased by others before it is appended here."""
        keys = self._keys
        if keys is not None and all(event.stream_id in keys.asked for event in events):
            self._sealed_here = SealedBatch(events, self._keyring, keys.standing, keys.erased, reopen)
        else:
            self._sealed_here = super().seal(events, reopen=reopen)
        return self._sealed_here

    def append(self, batch: SealedBatch) -> range:
        """Appends the batch and returns its positions. May be called again; followers are woken at commit.

        Raises KeyDestroyed where a key was erased since the batch was sealed, and psycopg's UniqueViolation
        where an event or version is there already: the caller did not ask `changed_since`.
        """
        if not batch.events:
            return range(0)
        if batch is not self._sealed_here:
            refuse_erased(self._connection, batch.used)
        reserved = self._positions(len(batch.events))
        append_rows(self._connection, batch, reserved, self.recorded_at)
        self._keys = None  # it may have made some
        return reserved

    def _positions(self, count: int) -> range:
        """The next positions: those drawn already while they suffice, else new ones. They only grow."""
        if count > len(self._drawn):
            self._drawn = reserve_positions(self._connection, count)
        taken, self._drawn = self._drawn[:count], self._drawn[count:]
        return taken

    def reject(self, rejected: Sequence[Rejection]) -> list[UUID]:
        """Writes the rejections, payloads sealed, and returns their ids."""
        return rejections.insert(self._connection, self._keyring, self._ids, rejected, self.recorded_at)

    def note_deliveries(self, newest: Mapping[tuple[UUID, str], datetime]) -> None:
        """Keeps each (identifier, channel)'s delivery where it is newer than the one known."""
        if newest:
            identifier_ids, channels = zip(*newest, strict=True)
            values = IdArray(identifier_ids), list(channels), list(newest.values())
            self._connection.execute(_DELIVERED, values)

    def destroy_keys(self, stream_ids: Collection[UUID]) -> None:
        """Erases these streams' keys for good, rejected payloads naming them, and the newest deliveries to them."""
        self._sealed_here = self._keys = None
        delete_keys(self._connection, list(stream_ids), self.recorded_at)
        rejections.forget(self._connection, stream_ids)
        forget_deliveries(self._connection, list(stream_ids))

    def settle(self, rejection_ids: Collection[UUID], state: rejections.State) -> None:
        """Marks rejections as replayed or dropped, in the transaction that makes it so."""
        rejections.settle(self._connection, rejection_ids, state)

    def advance(self, step: Advance) -> None:
        """Moves a partition's position. Raises PositionMoved, and then nothing of this transaction stays."""
        positions.advance(self._connection, step)


@contextmanager
def writing(
    connection: Connection[Any], keyring: Keyring, ids: Ids, clock: Clock | None, expected: Sequence[Recorded]
) -> Iterator[Writing]:
    """One transaction holding the writer lock from its first statement to its end."""
    try:
        yield Writing(connection, keyring, ids, clock, expected)
    except BaseException:
        with suppress(psycopg.OperationalError):  # of a broken connection nothing stays either
            connection.rollback()
        raise
    connection.commit()


def _begin(connection: Connection[Any], expected: int, streams: Collection[UUID]) -> Cursor[Any]:
    """A cursor at the answer of the beginning; after it come the keys of `streams`, if any.

    All goes to the server in one message, so parameters are filled in here. Keys are read once the lock is had.
    """
    cursor = ClientCursor(connection, row_factory=tuple_row)
    if streams:
        cursor.execute(_WITH_KEYS, (LONGEST, expected, list(streams)))
    else:
        cursor.execute(_BEGIN, (LONGEST, expected))
    cursor.nextset()
    return cursor
