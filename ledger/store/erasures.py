"""Erasures in the log: listed, and done again where a backup has brought back what they destroyed.

The log is never rewritten and knows every erasure; `data_keys`, `erased_keys`, `rejections` and `deliveries` may
come out of an older backup than the log.
"""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import Connection

from ledger.errors import LogUnavailable
from ledger.events.contact import ContactErased
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierErased
from ledger.store.connections import acting_as
from ledger.store.keyring import Keyring, delete_again
from ledger.store.reading import Reading

# Erasures whose mark among the erased keys is gone, or whose key is there.
UNDONE: Final = """
SELECT DISTINCT originator_id FROM stored_events AS erasure
WHERE topic IN ('identifier.erased.v1', 'contact.erased.v1')
  AND (NOT EXISTS (SELECT FROM erased_keys AS e
                   WHERE e.stream_id = erasure.originator_id AND e.erased_at = erasure.recorded_at)
       OR EXISTS (SELECT FROM erased_keys AS e JOIN data_keys AS k USING (stream_id)
                  WHERE e.stream_id = erasure.originator_id AND k.generation <= e.generation))
"""
# Kept payloads that name somebody who was erased after they had been rejected.
_NAMING: Final = """
SELECT id FROM rejections
WHERE payload IS NOT NULL
  AND EXISTS (SELECT FROM erased_keys WHERE stream_id = ANY (identifier_ids) AND erased_at >= rejected_at)
"""
_PAYLOADS: Final = """
UPDATE rejections SET wrapped = NULL, payload = NULL, identifier_ids = '{}' WHERE id = ANY(%s)
"""
_DELIVERIES: Final = """
DELETE FROM deliveries USING erased_keys WHERE stream_id = identifier_id AND delivered_at <= erased_at
"""


def replay(url: str, keyring: Keyring) -> int:
    """Destroys again what erasures had destroyed and a backup brought back; returns how many keys it was.

    To be called before anything is decrypted; where nothing came back it only looks. Raises LogUnavailable.
    """
    try:
        with psycopg.connect(url) as connection:
            acting_as("ledger_writer")(connection)
            if connection.execute(UNDONE).fetchone() is None and connection.execute(_NAMING).fetchone() is None:
                return 0
            connection.execute("SELECT take_writer_lock()")
            streams = [row[0] for row in connection.execute(UNDONE)]
            events = Reading(lambda: nullcontext(connection), keyring).read(streams).values()
            gone = delete_again(connection, [one for stream in events for one in erasures(stream)])
            connection.execute(_PAYLOADS, ([row[0] for row in connection.execute(_NAMING)],))
            connection.execute(_DELIVERIES)
            return gone
    except psycopg.OperationalError as error:
        raise LogUnavailable("PostgreSQL does not answer: see LEDGER_DATABASE_URL") from error


def erasures(stream: Iterable[Recorded]) -> list[tuple[UUID, int, datetime]]:
    """Stream, generation and time of each erasure in a stream: the newest key used before it, 0 for none."""
    found, newest = [], 0
    for event in stream:
        if isinstance(event.body, IdentifierErased | ContactErased):
            assert event.envelope.recorded_at is not None
            found.append((event.stream_id, newest, event.envelope.recorded_at))
        newest = max(newest, event.generation or 0)
    return found


def forget_deliveries(connection: Connection[Any], identifier_ids: list[UUID]) -> None:
    """Takes the newest deliveries to these addresses out of the side table."""
    connection.execute("DELETE FROM deliveries WHERE identifier_id = ANY(%s)", (identifier_ids,))
