"""What a batch of acts asks first, in one statement: how far the log is, and what of these acts it has already."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import tuple_row

from ledger.store.id_array import IdArray

FIRST: Final = """
SELECT at_position, act_id, digest, event_id, originator_id
FROM (SELECT coalesce(max(at_position), 0) AS at_position FROM log_end()) AS log LEFT JOIN (
    SELECT act_id, digest, NULL::uuid AS event_id, NULL::uuid AS originator_id
    FROM stored_events WHERE act_id = ANY(%b)
    UNION
    SELECT NULL, NULL, event_id, originator_id FROM stored_events WHERE event_id = ANY(%b)
) AS found ON true
"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """`position`: the log's end, 0 when it is empty. `known`: act id → the digests it is in the log with.
    `places`: event id → its stream. What the log has not is left out.
    """

    position: int
    known: dict[UUID, frozenset[bytes]] = field(default_factory=dict)
    places: dict[UUID, UUID] = field(default_factory=dict)


def ask_first(connection: Connection[Any], act_ids: Collection[UUID], event_ids: Collection[UUID]) -> Beginning:
    """How far the log is, which of these acts it has, and where these events are, all at one moment."""
    cursor = connection.cursor(binary=True, row_factory=tuple_row)
    rows = cursor.execute(FIRST, (IdArray(act_ids), IdArray(event_ids)), prepare=True).fetchall()
    begun = Beginning(rows[0][0])
    for _, act_id, digest, event_id, stream_id in rows:
        if act_id is not None:
            begun.known[act_id] = begun.known.get(act_id, frozenset()) | {digest}
        elif event_id is not None:
            begun.places[event_id] = stream_id
    return begun
