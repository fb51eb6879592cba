"""The library's process recorder with COPY instead of its pipelined insert (DESIGN §5).

The pipeline hangs for good once a batch outgrows the socket's buffer. Positions are reserved under the
writer lock, which the insert trigger takes for everyone, before any position is drawn.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresProcessRecorder
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, tuple_row
from psycopg.sql import SQL

from ledger.errors import SchemaOutOfDate, SettingsRefused
from ledger.store.connections import LedgerDatastore

CHANNEL = "stored_events"
"""LISTEN here to learn that the log has grown."""

_RESERVE = "SELECT first_drawn, last_drawn FROM draw_positions(%s)"
_COPY_PLAIN = """
COPY stored_events (originator_id, originator_version, topic, state, notification_id)
FROM STDIN (FORMAT binary)
"""
_PLAIN_TYPES = ("uuid", "int8", "text", "bytea", "int8")


class LedgerRecorder(PostgresProcessRecorder):
    """Records and reads stored events; the schema is made by migrations only."""

    datastore: LedgerDatastore

    def __init__(self, datastore: LedgerDatastore) -> None:
        if datastore.enable_db_functions:
            raise SettingsRefused("POSTGRES_ENABLE_DB_FUNCTIONS must be off: followers would miss events")
        if not datastore.single_row_tracking:
            raise SettingsRefused("SINGLE_ROW_TRACKING must be on: the tracking table has one row a follower")
        if datastore.originator_id_type != "uuid":
            raise SettingsRefused("ORIGINATOR_ID_TYPE must be uuid: stream ids are UUIDs")
        super().__init__(datastore)

    def create_table(self) -> NoReturn:
        """Refuses: only migrations create, since several processes at once would crash here."""
        raise SchemaOutOfDate("tables are made by `contact-ledger migrate` only")

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Inserts the library's plain events, and its tracking, in one transaction. Returns their positions."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_events(cursor, stored_events, **kwargs)
            if not stored_events:
                return None
            self._lock_table(cursor)
            positions = reserve_positions(cursor.connection, len(stored_events))
            rows = (
                (event.originator_id, event.originator_version, event.topic, event.state, position)
                for event, position in zip(stored_events, positions, strict=True)
            )
            copy_rows(cursor, _COPY_PLAIN, _PLAIN_TYPES, rows)
        return list(positions)

    def _lock_table(self, curs: Cursor[DictRow]) -> None:
        curs.execute("SELECT take_writer_lock()")


def reserve_positions(connection: Connection[Any], count: int) -> range:
    """The next `count` positions of the log; whoever listens is woken at commit.

    Only under the writer lock are they in one piece.
    """
    cursor = connection.cursor(row_factory=tuple_row)
    row = cursor.execute(_RESERVE, (count,), prepare=True).fetchone()
    assert row is not None
    return range(row[0], row[1] + 1)


def copy_rows(
    cursor: Cursor[Any], statement: str, types: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """COPY of rows in binary form: one statement, however many rows."""
    with cursor.copy(SQL(statement)) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
