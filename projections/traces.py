"""What the tables people read hold of a person: counted before an erasure, and after it as its proof."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

GOING: Final = {
    "all_contacts": "SELECT count(*) FROM all_contacts WHERE id = ANY(%(contacts)s)",
    "contact_search": "SELECT count(*) FROM contact_search WHERE id = ANY(%(contacts)s)",
    "identifiers": "SELECT count(*) FROM identifiers WHERE id = ANY(%(identifiers)s) AND value IS NOT NULL",
    "sms_contacts": "SELECT count(*) FROM sms_contacts WHERE identifier_id = ANY(%(identifiers)s)"
    " AND (phone <> '' OR email <> '')",
}
"""Table → how many of its rows hold values of these contacts and identifiers. None are left once it is cleared."""
STAYING: Final = {
    "channel_status": "SELECT count(*) FROM channel_status WHERE identifier_id = ANY(%(identifiers)s)"
    " AND channel = ANY(%(channels)s)",
    "audit_history": "SELECT count(*) FROM audit_history WHERE stream_id = ANY(%(streams)s)",
    "contact_aliases": "SELECT count(*) FROM contact_aliases WHERE contact_id = ANY(%(contacts)s)",
}
"""Table → how many of its rows are about these ids and hold no value: they stay, as the keyed opt-outs do.

Each row of `channel_status` becomes a tombstone in Kafka.
"""


def counted(
    connection: Connection[Any],
    queries: dict[str, str],
    contacts: Collection[UUID],
    identifiers: Collection[UUID],
    channels: Collection[str] = (),
) -> dict[str, int]:
    """What each of these queries finds of a person. `channels`: those its identifiers may have a status for."""
    asked = {
        "contacts": list(contacts),
        "identifiers": list(identifiers),
        "streams": [*identifiers, *contacts],
        "channels": list(channels),
    }
    found = {}
    for name, query in queries.items():
        row = connection.execute(query.encode(), asked).fetchone()
        assert row is not None
        found[name] = int(row[0])
    return found
