"""Streams that nearly every request asks for, as an organization's own: read on from where this process was.

The log only grows, and a stream's versions come one after the other: what is known of a stream stays as it is.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from ledger.events.envelope import Recorded
from ledger.events.stored import decode

MOST: Final = 2_000
"""Streams that are kept in mind; beyond that they are read anew."""
SINCE: Final = """
SELECT originator_id, originator_version, notification_id, topic, state,
       organization, event_id, act_id, digest, recorded_at
FROM stored_events WHERE originator_id = %b AND originator_version > %b ORDER BY originator_version
"""
"""Of one stream: planned once, where a join with an array of them is planned each time, longer than it runs."""


class Growing:
    """What is known of streams, by whose eyes they were read: who sees one organization gets nothing by another's.

    Threads may share it: each puts a whole stream in place of a shorter one, or of one as long.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[tuple[str, UUID], tuple[Recorded, ...]] = {}

    def read(
        self, connection: Connection[Any], seen_as: str, stream_ids: Collection[UUID]
    ) -> dict[UUID, tuple[Recorded, ...]]:
        """These streams whole, in version order, their sealed fields closed; an empty one where there is none."""
        cursor, streams, grown = connection.cursor(binary=True), {}, False
        for stream in stream_ids:
            known = self._known.get((seen_as, stream), ())
            rows = cursor.execute(SINCE, (stream, known[-1].version if known else -1), prepare=True).fetchall()
            streams[stream] = (*known, *(decode(*row) for row in rows)) if rows else known
            grown = grown or bool(rows)
        if grown:
            if len(self._known) > self._most:
                self._known.clear()
            self._known |= {(seen_as, stream): events for stream, events in streams.items() if events}
        return streams
