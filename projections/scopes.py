"""`scopes`: the merchants, senders and lists of an organization as their events leave them.

What scopes events name at all, created or not, is counted beside `audit_history` in `scopes_seen`: so nothing is
looked up while messages are recorded.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.rules.scopes import SCOPE_EVENTS, Scope, scope_of
from projections.portion import Portion
from projections.projection import Projection
from projections.tables import Row, Rows, Table

TABLE: Final = Table(
    "scopes",
    key=("organization", "scope"),
    columns={
        "organization": "text",
        "scope": "text",
        "level": "text",
        "display_name": "text",
        "created_at": "timestamptz",
        "retired_at": "timestamptz",
    },
)


class Scopes(Projection):
    name = "scopes"
    tables = (TABLE,)
    scanned = tuple(event.NAME for event in SCOPE_EVENTS)

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        touched = {event.stream_id for event in portion.events if isinstance(event.body, SCOPE_EVENTS)}
        streams = portion.read(touched).values()
        return {TABLE.name: [_row(one) for events in streams if (one := scope_of(events)) is not None]}


def _row(scope: Scope) -> Row:
    organization = scope.scope.partition("/")[0]
    name = scope.display_name.replace("\0", "")
    return organization, scope.scope, scope.level, name, scope.created_at, scope.retired_at


_MERCHANTS = """
SELECT DISTINCT ON (merchant) merchant, display_name FROM (
    SELECT scope AS merchant, display_name FROM scopes
    WHERE organization = %(organization)s AND level = 'merchant' AND retired_at IS NULL
    UNION ALL
    SELECT split_part(scope, '/', 1) || '/' || split_part(scope, '/', 2), NULL FROM scopes_seen
    WHERE organization = %(organization)s AND split_part(scope, '/', 2) NOT IN ('', '-')
) AS named ORDER BY merchant, display_name
"""
_PLACES = """
SELECT scope, max(display_name) FROM (
    (SELECT scope, display_name FROM scopes
     WHERE organization = %(organization)s AND retired_at IS NULL ORDER BY scope LIMIT %(limit)s)
    UNION ALL
    (SELECT scope, NULL FROM scopes_seen WHERE organization = %(organization)s ORDER BY scope LIMIT %(limit)s)
) AS known GROUP BY scope ORDER BY scope LIMIT %(limit)s
"""
_NAMES = "SELECT scope, display_name FROM scopes WHERE organization = ANY(%s) AND scope = ANY(%s)"


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A scope, and how many events name it. Without `display_name`: it was seen but nobody created it."""

    scope: str
    display_name: str | None
    created_at: datetime | None
    retired_at: datetime | None
    events: int
    first_seen: datetime | None
    last_seen: datetime | None


_CREATED = """
SELECT scope, display_name, created_at, retired_at, coalesce(events, 0) AS events, first_seen, last_seen
FROM scopes LEFT JOIN scopes_seen USING (organization, scope)
WHERE organization = %s AND scope > %s AND (%s::boolean IS NULL OR (retired_at IS NOT NULL) = %s)
ORDER BY scope LIMIT %s
"""
_UNKNOWN = """
SELECT scope, NULL AS display_name, NULL AS created_at, NULL AS retired_at,
       events, first_seen, last_seen
FROM scopes_seen s
WHERE organization = %s AND scope > %s
  AND NOT EXISTS (SELECT FROM scopes c WHERE (c.organization, c.scope) = (s.organization, s.scope))
ORDER BY scope LIMIT %s
"""
_SEEN = "SELECT events, first_seen, last_seen FROM scopes_seen WHERE organization = %s AND scope = %s"
_SUBSCRIBED = """
SELECT channel, purpose, sum(listed) FROM status_counters
WHERE organization = %(organization)s AND consent = 'subscribed'
  AND (scope = %(scope)s OR starts_with(scope, %(below)s))
GROUP BY channel, purpose ORDER BY channel, purpose
"""


def created(
    connection: Connection[Any],
    organization: str,
    *,
    retired: bool | None = None,
    after: str = "",
    limit: int = 100,
) -> list[ScopeRow]:
    """Scopes that were created, by code; `retired`: only those that are, or are not. The next page is `after` the
    last scope of this one.
    """
    asked = (organization, after, retired, retired, limit)
    return connection.cursor(row_factory=class_row(ScopeRow)).execute(_CREATED, asked, prepare=False).fetchall()


def unknown(connection: Connection[Any], organization: str, *, after: str = "", limit: int = 100) -> list[ScopeRow]:
    """Scopes that events name and nobody created, likewise."""
    asked = (organization, after, limit)
    return connection.cursor(row_factory=class_row(ScopeRow)).execute(_UNKNOWN, asked, prepare=False).fetchall()


def seen(
    connection: Connection[Any], organization: str, scope: str
) -> tuple[int, datetime | None, datetime | None]:
    """How many events name this very scope, and the first and the latest moment of theirs."""
    row = connection.execute(_SEEN, (organization, scope)).fetchone()
    return row if row is not None else (0, None, None)


def subscribed(connection: Connection[Any], organization: str, scope: str) -> dict[tuple[str, str], int]:
    """(channel, purpose) → how many subscriptions stand at the scope and below it."""
    asked = {"organization": organization, "scope": scope, "below": f"{scope}/"}
    rows = connection.execute(_SUBSCRIBED, asked, prepare=False)
    return {(channel, purpose): int(listed) for channel, purpose, listed in rows}


def merchants(connection: Connection[Any], organization: str) -> dict[str, str | None]:
    """Merchant → display name, of those that were created or that events name."""
    return dict(connection.execute(_MERCHANTS, {"organization": organization}))


def names(connection: Connection[Any], organizations: Collection[str]) -> dict[str, str]:
    """Organization → display name."""
    asked = (list(organizations), list(organizations))
    return dict(connection.execute(_NAMES, asked))


def places(connection: Connection[Any], organization: str, *, limit: int = 300) -> dict[str, str | None]:
    """Scope → display name, of the first of those that were created or that events name."""
    return dict(connection.execute(_PLACES, {"organization": organization, "limit": limit}, prepare=False))
