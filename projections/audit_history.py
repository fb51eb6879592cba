"""`audit_history`: one row an event: what happened in a plain sentence, when by both clocks, who says so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.events.envelope import Recorded
from projections.portion import Portion
from projections.projection import Projection
from projections.sentences import sentence
from projections.tables import Row, Rows, Table

TABLE: Final = Table(
    "audit_history",
    key=("position",),
    columns={
        "position": "int8",
        "event_id": "uuid",
        "stream_id": "uuid",
        "organization": "text",
        "name": "text",
        "sentence": "text",
        "effective_at": "timestamptz",
        "occurred_at": "timestamptz",
        "received_at": "timestamptz",
        "recorded_at": "timestamptz",
        "source": "text",
        "actor": "text",
        "origin": "text",
        "method": "text",
        "channel": "text",
        "scope": "text",
        "purposes": "text[]",
        "flags": "text[]",
    },
)


_COUNT = """
INSERT INTO scopes_seen AS kept
SELECT organization, scope, count(*), min(effective_at), max(effective_at) FROM staged_audit_history
WHERE name LIKE 'identifier.%' AND scope IS NOT NULL GROUP BY organization, scope
ON CONFLICT (organization, scope) DO UPDATE SET
    events = kept.events + excluded.events,
    first_seen = least(kept.first_seen, excluded.first_seen),
    last_seen = greatest(kept.last_seen, excluded.last_seen)
"""


class AuditHistory(Projection):
    """Its rows never change, so what counts them only ever adds."""

    name = "audit_history"
    tables = (TABLE,)
    counters = ("scopes_seen",)
    RECOUNT = """
        INSERT INTO scopes_seen
        SELECT organization, scope, count(*), min(effective_at), max(effective_at) FROM audit_history
        WHERE name LIKE 'identifier.%' AND scope IS NOT NULL GROUP BY organization, scope
    """

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        return {TABLE.name: [_row(event) for event in portion.events]}

    def merge(self, connection: Connection[Any], position: int) -> None:
        connection.execute(_COUNT)
        super().merge(connection, position)


def _row(event: Recorded) -> Row:
    envelope, said = event.envelope, event.body.__dict__
    return (
        event.position,
        event.event_id,
        event.stream_id,
        envelope.organization,
        event.name,
        sentence(event.body),
        event.effective_at,
        envelope.occurred_at,
        envelope.received_at,
        envelope.recorded_at,
        envelope.source,
        envelope.actor or said.get("override_actor"),
        envelope.origin,
        said.get("method"),
        said.get("channel"),
        said.get("scope") or said.get("sender"),
        list(said.get("purposes", ())),
        list(envelope.flags),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it is read."""

    position: int
    event_id: UUID
    stream_id: UUID
    organization: str
    name: str
    sentence: str
    effective_at: datetime
    occurred_at: datetime | None
    received_at: datetime
    recorded_at: datetime
    source: str
    actor: str | None
    origin: str | None
    method: str | None
    channel: str | None
    scope: str | None
    purposes: list[str]
    flags: list[str]


SELECT: Final = """
SELECT position, event_id, stream_id, organization, name, sentence, effective_at, occurred_at, received_at,
       recorded_at, source, actor, origin, method, channel, scope, purposes, flags
FROM audit_history
"""
_HISTORY = """
SELECT position, event_id, stream_id, organization, name, sentence, effective_at, occurred_at, received_at,
       recorded_at, source, actor, origin, method, channel, scope, purposes, flags
FROM unnest(%(streams)s::uuid[]) AS s (id) CROSS JOIN LATERAL (
    SELECT * FROM audit_history
    WHERE stream_id = s.id AND organization = %(organization)s
      AND (effective_at, position) < (%(effective)s::timestamptz, %(position)s)
      AND (%(names)s::text[] IS NULL OR name = ANY(%(names)s))
    ORDER BY effective_at DESC, position DESC LIMIT %(limit)s
) AS h
ORDER BY effective_at DESC, position DESC LIMIT %(limit)s
"""
"""Of each stream no more than a page is read, however long it is."""


def history(
    connection: Connection[Any],
    organization: str,
    stream_ids: Collection[UUID],
    *,
    names: Collection[str] | None = None,
    after: Entry | tuple[datetime, int] | None = None,
    limit: int = 100,
) -> list[Entry]:
    """What happened to these identifiers and contacts, latest first; the next page is `after` the last row, or its
    (`effective_at`, `position`). `names`: only events of these stored names.

    A person's history is that of its `contact_ids` and `identifier_ids` in `all_contacts`.
    """
    place = (after.effective_at, after.position) if isinstance(after, Entry) else after or ("infinity", 0)
    asked = {
        "streams": list(dict.fromkeys(stream_ids)),
        "names": list(names) if names is not None else None,
        "organization": organization,
        "effective": place[0],
        "position": place[1],
        "limit": limit,
    }
    return connection.cursor(row_factory=class_row(Entry)).execute(_HISTORY, asked, prepare=False).fetchall()
