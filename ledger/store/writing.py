"""One transaction of the one writer: events, keys, rejections, deliveries, position, all or nothing."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import ClientCursor, Connection
from psycopg.rows import tuple_row

from ledger.acts import Rejection
from ledger.events.envelope import Recorded
from ledger.ids import Ids
from ledger.store import positions, rejections
from ledger.store.erasures import forget_deliveries
from ledger.store.keyring import Keyring, delete_keys, insert_keys
from ledger.store.positions import Advance
from ledger.store.reading import Newest, Reading
from ledger.store.recorder import copy_rows, reserve_positions
from ledger.store.sealing import SealedBatch, refuse_erased

Clock = Callable[[], datetime]

LONGEST = "30s"
"""A writer that is stopped while it holds the lock loses its connection after this, so that others go on."""

_BEGIN = """
BEGIN; SELECT at_position, at_time, begun_at, first_drawn, last_drawn FROM begin_writing(%s, %s)
"""
_COPY = """
COPY stored_events (originator_id, originator_version, topic, state, organization, event_id, act_id, digest,
                    notification_id, recorded_at) FROM STDIN (FORMAT binary)
"""
_TYPES = ("uuid", "int8", "text", "bytea", "text", "uuid", "uuid", "bytea", "int8", "timestamptz")

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
        self, connection: Connection[Any], keyring: Keyring, ids: Ids, clock: Clock | None, expected: int
    ) -> None:
        super().__init__(lambda: nullcontext(connection), keyring)
        self._connection = connection
        self._ids = ids
        self.before, self.recorded_at, self._drawn = _begin(connection, clock, expected)
        self._sealed_here: SealedBatch | None = None

    def changed_since(self, position: int, stream_ids: Collection[UUID]) -> set[UUID]:
        """Those of these streams that got events after `position`. Reads only the log's tail."""
        tail = self._connection.cursor(binary=True).execute(TAIL, (position,), prepare=True)
        return {row[0] for row in tail}.intersection(stream_ids)

    def seal(self, events: Sequence[Recorded], *, reopen: Collection[UUID] = ()) -> SealedBatch:
        """As `Reading.seal`; no key of the batch can be erased by others before it is appended here."""
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
        rows = ((*row, position, self.recorded_at) for row, position in zip(batch.rows(), reserved, strict=True))
        copy_rows(self._connection.cursor(), _COPY, _TYPES, rows)
        if batch.new_keys:
            insert_keys(self._connection, batch.new_keys.values())
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
            self._connection.execute(_DELIVERED, (list(identifier_ids), list(channels), list(newest.values())))

    def destroy_keys(self, stream_ids: Collection[UUID]) -> None:
        """Erases these streams' keys for good, rejected payloads naming them, and the newest deliveries to them."""
        self._sealed_here = None
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
    connection: Connection[Any], keyring: Keyring, ids: Ids, clock: Clock | None, expected: int = 0
) -> Iterator[Writing]:
    """One transaction holding the writer lock from its first statement to its end."""
    try:
        yield Writing(connection, keyring, ids, clock, expected)
    except BaseException:
        with suppress(psycopg.OperationalError):  # of a broken connection nothing stays either
            connection.rollback()
        raise
    connection.commit()


def _begin(connection: Connection[Any], clock: Clock | None, expected: int) -> tuple[Newest, datetime, range]:
    """The log's end, the time to record at (never below the newest, whatever the clock says), positions drawn.

    Both statements go to the server at once, so their parameters are filled in here.
    """
    cursor = ClientCursor(connection, row_factory=tuple_row)
    cursor.execute(_BEGIN, (LONGEST, expected))
    cursor.nextset()
    position, newest_at, now, first, last = cursor.fetchone() or ()
    recorded_at: datetime = clock() if clock is not None else now
    drawn = range(first, last + 1) if first is not None else range(0)
    return Newest(position or 0, newest_at), max(recorded_at, newest_at or recorded_at), drawn
