"""`channel_status`: the status of every place that an identifier's events name, one partition a channel.

Every row equals the pure rules for its channel, scope and purpose (DESIGN §6). Whether a message may be sent
is never read from here but from the log.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.rules.deliverability import platform_key
from projections.marks import mark_enforced
from projections.portion import IDENTIFIER_NAMES, Judged, Portion
from projections.projection import Projection
from projections.tables import Row, Rows, Table

_JUDGED: Final = {
    "consent": "text",
    "consent_event": "uuid",
    "consent_since": "timestamptz",
    "consent_method": "text",
    "first_subscribed_at": "timestamptz",
    "latest_subscribed_at": "timestamptz",
    "deliverability": "text",
    "deliverability_event": "uuid",
    "deliverability_since": "timestamptz",
    "soft_bounces": "int4",
    "hold": "text",
    "hold_event": "uuid",
    "hold_since": "timestamptz",
    "hold_until": "timestamptz",
    "erased": "bool",
    "erased_event": "uuid",
    "sendable": "bool",
    "reasons": "text[]",
    "deciding_event": "uuid",
    "changes_at": "timestamptz",
}
"""Columns that are fields of the rules' `Status`, under the same names."""
TABLE: Final = Table(
    "channel_status",
    key=("channel", "identifier_id", "scope", "purpose"),
    columns={
        "channel": "text",
        "identifier_id": "uuid",
        "scope": "text",
        "purpose": "text",
        "organization": "text",
        **_JUDGED,
        "platform_key": "uuid",
        "policies": "text[]",
    },
)

_CHANGED = """
INSERT INTO outbox (organization, identifier_id, channel, scope, purpose, payload, position)
SELECT s.organization, s.identifier_id, s.channel, s.scope, s.purpose,
       CASE WHEN NOT s.erased THEN to_jsonb(s) - ARRAY['erased', 'erased_event', 'platform_key'] END, %s
FROM staged_channel_status s LEFT JOIN channel_status t USING (channel, identifier_id, scope, purpose)
WHERE ROW(s.*) IS DISTINCT FROM ROW(t.*)
ORDER BY s.identifier_id, s.channel, s.scope, s.purpose
"""
_COUNT = """
INSERT INTO status_counters AS kept
SELECT organization, channel, scope, purpose, consent, sum(n) FROM (
    SELECT organization, channel, scope, purpose, consent, 1 AS n FROM staged_channel_status
    UNION ALL
    SELECT t.organization, channel, scope, purpose, t.consent, -1
    FROM staged_channel_status JOIN channel_status t USING (channel, identifier_id, scope, purpose)
) AS moved
GROUP BY organization, channel, scope, purpose, consent HAVING sum(n) <> 0
ON CONFLICT (organization, channel, scope, purpose, consent) DO UPDATE SET listed = kept.listed + excluded.listed
"""


class ChannelStatus(Projection):
    name = "channel_status"
    tables = (TABLE,)
    counters = ("status_counters",)
    scanned = IDENTIFIER_NAMES
    DUE = "SELECT DISTINCT identifier_id FROM channel_status WHERE changes_at <= %s"
    CROWD = "SELECT changes_at FROM channel_status WHERE changes_at <= %s ORDER BY changes_at OFFSET %s LIMIT 1"
    LISTED = "SELECT DISTINCT identifier_id FROM channel_status WHERE platform_key = ANY(%s)"
    RECOUNT = """
        INSERT INTO status_counters
        SELECT organization, channel, scope, purpose, consent, count(*) FROM channel_status
        GROUP BY organization, channel, scope, purpose, consent
    """
    DIFFERENT = """
        INSERT INTO outbox (organization, identifier_id, channel, scope, purpose, payload, position)
        SELECT coalesce(s.organization, t.organization), identifier_id, channel, scope, purpose,
               CASE WHEN NOT s.erased THEN to_jsonb(s) - ARRAY['erased', 'erased_event', 'platform_key'] END, %s
        FROM projections_fresh.channel_status s
            FULL JOIN channel_status t USING (channel, identifier_id, scope, purpose)
        WHERE ROW(s.*) IS DISTINCT FROM ROW(t.*)
        ORDER BY identifier_id, channel, scope, purpose
    """

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        touched = portion.identifiers() | set(also)
        portion.read_identifiers(touched)
        streams = portion.read(touched)
        rows: list[Row] = []
        for identifier_id, events in streams.items():
            key = platform_key(events)
            organization = events[0].envelope.organization
            rows += [_row(identifier_id, organization, key, one) for one in portion.judged(identifier_id)]
        return {TABLE.name: rows}

    def merge(self, connection: Connection[Any], position: int) -> None:
        connection.execute(_CHANGED, (position,))
        connection.execute(_COUNT)
        connection.execute("DELETE FROM status_counters WHERE listed = 0")
        super().merge(connection, position)

    def reached(self, connection: Connection[Any], position: int) -> None:
        mark_enforced(connection, position)


def _row(identifier_id: UUID, organization: str, key: UUID | None, judged: Judged) -> Row:
    consent, reached, held = judged.consent, judged.deliverability, judged.hold
    return (
        judged.channel,
        identifier_id,
        judged.scope,
        judged.purpose,
        organization,
        consent.consent.value,
        consent.event,
        consent.since,
        consent.method,
        consent.first_subscribed_at,
        consent.latest_subscribed_at,
        reached.deliverability.value,
        reached.event,
        reached.since,
        reached.soft_bounces,
        held.hold.value,
        held.event,
        held.since,
        held.until,
        consent.erased_event is not None,
        consent.erased_event,
        not judged.reasons,
        judged.reasons,
        judged.deciding_event,
        judged.changes_at,
        key,
        judged.policies,
    )


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A row as it is read. `changes_at`: compare it with the clock, time alone changes the row then."""

    channel: str
    identifier_id: UUID
    scope: str
    purpose: str
    organization: str
    consent: str
    consent_event: UUID | None
    consent_since: datetime | None
    consent_method: str | None
    first_subscribed_at: datetime | None
    latest_subscribed_at: datetime | None
    deliverability: str
    deliverability_event: UUID | None
    deliverability_since: datetime | None
    soft_bounces: int
    hold: str
    hold_event: UUID | None
    hold_since: datetime | None
    hold_until: datetime | None
    erased: bool
    erased_event: UUID | None
    sendable: bool
    reasons: list[str]
    deciding_event: UUID | None
    changes_at: datetime | None
    policies: list[str]


_SELECT = """
SELECT channel, identifier_id, scope, purpose, organization, consent, consent_event, consent_since, consent_method,
       first_subscribed_at, latest_subscribed_at, deliverability, deliverability_event, deliverability_since,
       soft_bounces, hold, hold_event, hold_since, hold_until, erased, erased_event, sendable, reasons,
       deciding_event, changes_at, policies
FROM channel_status
"""
_OF_IDENTIFIER = _SELECT + "WHERE identifier_id = %s ORDER BY channel, scope, purpose"
_OF_IDENTIFIERS = _SELECT + "WHERE identifier_id = ANY(%s) ORDER BY scope, channel, purpose, identifier_id"
_MEMBERS = (
    _SELECT
    + """
WHERE organization = %(organization)s AND channel = %(channel)s AND scope = %(scope)s AND consent = %(consent)s
  AND (consent_since, identifier_id, purpose) < (%(since)s::timestamptz, %(identifier)s, %(purpose)s)
ORDER BY consent_since DESC, identifier_id DESC, purpose DESC LIMIT %(limit)s
"""
)


def of_identifier(connection: Connection[Any], identifier_id: UUID) -> list[StatusRow]:
    """Every row of an identifier, by channel, scope and purpose."""
    return connection.cursor(row_factory=class_row(StatusRow)).execute(_OF_IDENTIFIER, (identifier_id,)).fetchall()


def of_identifiers(connection: Connection[Any], identifier_ids: Collection[UUID]) -> list[StatusRow]:
    """Every row of these identifiers, by scope, channel and purpose."""
    cursor = connection.cursor(row_factory=class_row(StatusRow))
    return cursor.execute(_OF_IDENTIFIERS, (list(identifier_ids),)).fetchall()


def members(
    connection: Connection[Any],
    organization: str,
    channel: str,
    scope: str,
    consent: str,
    *,
    after: StatusRow | None = None,
    limit: int = 100,
) -> list[StatusRow]:
    """Who is listed at exactly this list with this consent (not `never`), latest first (S2, S4).

    The next page is `after` the last row of this one.
    """
    asked = {
        "organization": organization,
        "channel": channel,
        "scope": scope,
        "consent": consent,
        "since": after.consent_since if after else "infinity",
        "identifier": after.identifier_id if after else UUID(int=0),
        "purpose": after.purpose if after else "",
        "limit": limit,
    }
    cursor = connection.cursor(row_factory=class_row(StatusRow))
    return cursor.execute(_MEMBERS, asked, prepare=False).fetchall()
