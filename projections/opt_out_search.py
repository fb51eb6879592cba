"""Opt-outs with where they came from, as auditors search them: `opt_outs` with its line of `audit_history`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from projections.opt_outs import After


@dataclass(frozen=True, slots=True)
class Asked:
    """Which opt-outs: received in [`since`, `until`), of an identifier, by a method or actor, concerning a scope.

    An opt-out concerns a scope if it was made there, above it (it covers the scope) or below it.
    """

    since: datetime | None = None
    until: datetime | None = None
    identifier: UUID | None = None
    method: str | None = None
    actor: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Traced:
    """An opt-out and where it came from; `sentence` and what follows it are of its line of the audit history."""

    position: int
    event_id: UUID
    identifier_id: UUID
    method: str
    channel: str
    scope: str
    received_at: datetime
    recorded_at: datetime
    sentence: str
    source: str
    actor: str | None
    origin: str | None
    flags: list[str]
    kind: str | None
    value: str | None
    person_id: UUID | None

    @property
    def place(self) -> After:
        """Where the next page begins."""
        return self.received_at, self.position


_SELECT: Final = """
SELECT o.position, o.event_id, o.identifier_id, o.method, o.channel, o.scope, o.received_at, o.recorded_at,
       h.sentence, h.source, h.actor, h.origin, h.flags, i.kind, i.value,
       coalesce(a.person_id, i.contact_id) AS person_id
FROM opt_outs o
    JOIN audit_history h ON h.position = o.position
    LEFT JOIN identifiers i ON i.id = o.identifier_id
    LEFT JOIN contact_aliases a ON a.contact_id = i.contact_id
WHERE o.organization = %(organization)s
  AND (o.received_at, o.position) < (%(received)s::timestamptz, %(position)s)
  AND o.received_at >= %(since)s::timestamptz AND o.received_at < %(until)s::timestamptz
"""
_CONDITIONS: Final = {
    "identifier": "AND o.identifier_id = %(identifier)s\n",
    "method": "AND o.method = %(method)s\n",
    "actor": "AND h.organization = %(organization)s AND h.actor = %(actor)s\n",
    "scope": """AND (o.scope COLLATE "C" = ANY(%(covering)s)
    OR o.scope COLLATE "C" >= %(below)s AND o.scope COLLATE "C" < %(beyond)s)\n""",
}
_PAGE: Final = "ORDER BY o.received_at DESC, o.position DESC LIMIT %(limit)s"


def opt_outs_of(
    connection: Connection[Any], organization: str, asked: Asked, *, after: After | None = None, limit: int = 50
) -> list[Traced]:
    """Opt-outs that fit, last received first; the next page is `after` the last row's place."""
    values: dict[str, Any] = {
        "organization": organization,
        "received": after[0] if after else "infinity",
        "position": after[1] if after else 0,
        "since": asked.since or "-infinity",
        "until": asked.until or "infinity",
        "identifier": asked.identifier,
        "method": asked.method,
        "actor": asked.actor,
        "limit": limit,
    }
    if asked.scope is not None:
        segments = asked.scope.split("/")
        values["covering"] = ["/".join(segments[:depth]) for depth in range(1, len(segments) + 1)]
        values["below"], values["beyond"] = f"{asked.scope}/", f"{asked.scope}0"
    conditions = [text for name, text in _CONDITIONS.items() if getattr(asked, name) is not None]
    query = _SELECT + "".join(conditions) + _PAGE
    return connection.cursor(row_factory=class_row(Traced)).execute(query, values, prepare=False).fetchall()
