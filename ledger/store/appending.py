"""Rows go into the log, with the keys made for them: few of them by one statement, many by COPY.

One statement is one wait for the server where COPY takes three, and three more for keys; COPY takes rows several
times faster.
"""

from datetime import datetime
from typing import Any, Final

from psycopg import Connection

from ledger.store.copying import copy_events
from ledger.store.keyring import insert_keys
from ledger.store.sealing import SealedBatch

FEW: Final = 100
"""Events that are written by one statement."""

_WITH_KEYS = """
WITH keys AS (
    INSERT INTO data_keys (stream_id, generation, wrapped)
    SELECT * FROM unnest(%b::uuid[], %b::integer[], %b::bytea[])
)
"""
_INSERT = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, organization, event_id, act_id, digest,
                           notification_id, recorded_at)
SELECT *, %b::timestamptz FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::text[], %b::uuid[],
                                      %b::uuid[], %b::bytea[], %b::bigint[])
"""


def append_rows(connection: Connection[Any], batch: SealedBatch, positions: range, recorded_at: datetime) -> None:
    """Writes the batch, which is not empty, at these positions, and its new keys."""
    if len(positions) > FEW:
        copy_events(connection.cursor(), batch.rows(), positions, recorded_at)
        if batch.new_keys:
            insert_keys(connection, batch.new_keys)
        return
    columns = [list(column) for column in zip(*batch.rows(), strict=True)]
    keys = batch.new_keys  # made with the rows
    made = ([key.owner for key in keys], [key.generation for key in keys], [key.wrapped for key in keys])
    cursor = connection.cursor(binary=True)
    values = (recorded_at, *columns, list(positions))
    if keys:
        cursor.execute(_WITH_KEYS + _INSERT, (*made, *values), prepare=True)
    else:
        cursor.execute(_INSERT, values, prepare=True)
