"""`identifiers`: one row each: the address itself, who holds it, whether it can be reached, what holds it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ledger.events.envelope import Recorded
from ledger.events.identifier import HoldPlaced, IdentifierClaimed, IdentifierReassigned
from ledger.events.vocabulary import CHANNELS_OF, Hold
from ledger.rules.deliverability import deliverability, platform_key
from ledger.rules.erasure import closed_since
from ledger.rules.hold import hold
from ledger.rules.identity import holder
from projections.portion import IDENTIFIER_NAMES, Portion
from projections.projection import Projection
from projections.tables import Row, Rows, Table

TABLE: Final = Table(
    "identifiers",
    key=("id",),
    columns={
        "id": "uuid",
        "organization": "text",
        "kind": "text",
        "value": "text",
        "valid": "bool",
        "contact_id": "uuid",
        "epoch": "int4",
        "deliverability": "jsonb",
        "holds": "jsonb",
        "erased": "bool",
        "first_event_at": "timestamptz",
        "last_event_at": "timestamptz",
        "platform_key": "uuid",
        "changes_at": "timestamptz",
    },
)


class Identifiers(Projection):
    name = "identifiers"
    tables = (TABLE,)
    scanned = IDENTIFIER_NAMES
    DUE = "SELECT id FROM identifiers WHERE changes_at <= %s"
    CROWD = "SELECT changes_at FROM identifiers WHERE changes_at <= %s ORDER BY changes_at OFFSET %s LIMIT 1"
    LISTED = "SELECT id FROM identifiers WHERE platform_key = ANY(%s)"

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        touched = portion.identifiers() | set(also)
        portion.read_identifiers(touched)
        streams = portion.read(touched)
        values = portion.values(touched)
        return {TABLE.name: [_row(portion, key, events, values.get(key)) for key, events in streams.items()]}


def _row(portion: Portion, identifier_id: UUID, events: Sequence[Recorded], value: str | None) -> Row:
    claims = [event.body for event in events if isinstance(event.body, IdentifierClaimed)]
    kind = claims[-1].kind if claims else None
    reached, moments = _deliverability(portion, identifier_id, kind)
    holds, ending = _holds(portion, identifier_id)
    moments_seen = [event.effective_at for event in events]
    return (
        identifier_id,
        events[0].envelope.organization,
        kind,
        value,
        claims[-1].valid if claims else True,
        holder(events),
        1 + sum(isinstance(e.body, IdentifierReassigned) and e.body.cause == "recycled" for e in events),
        _json(reached),
        _json(holds),
        closed_since(events) is not None,
        min(moments_seen),
        max(moments_seen),
        platform_key(events),
        min((*moments, *ending), default=None),
    )


def _deliverability(
    portion: Portion, identifier_id: UUID, kind: str | None
) -> tuple[dict[str, Any], list[datetime]]:
    """How each channel can be reached, and when another policy weighs its bounces anew."""
    line, platform = portion.line(identifier_id), portion.platform(identifier_id)
    history = portion.policies_of(identifier_id)
    judged = {
        channel: deliverability(line, platform, channel, history) for channel in CHANNELS_OF.get(kind or "", ())
    }
    change = history.next_change(portion.at) if any(one.weighed for one in judged.values()) else None
    shown = {
        channel: {"status": one.deliverability, "since": one.since, "soft_bounces": one.soft_bounces}
        for channel, one in judged.items()
    }
    return shown, [change] if change is not None else []


def _holds(portion: Portion, identifier_id: UUID) -> tuple[dict[str, Any], list[datetime]]:
    """What holds it at each scope a hold names, and when time alone will change that."""
    line = portion.line(identifier_id)
    scopes = sorted({event.body.scope for event in line.events if isinstance(event.body, HoldPlaced)})
    history = portion.policies_of(identifier_id)
    judged = {scope: hold(line, scope, history) for scope in scopes}
    standing = {
        scope: {"hold": one.hold, "since": one.since, "until": one.until}
        for scope, one in judged.items()
        if one.hold is not Hold.NONE
    }
    return standing, [moment for one in judged.values() for moment in one.moments]


def _json(value: object) -> Jsonb:
    return Jsonb(value, dumps=orjson.dumps)


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """A row as it is read, with the person its contact belongs to."""

    id: UUID
    organization: str
    kind: str | None
    value: str | None
    valid: bool
    contact_id: UUID | None
    person_id: UUID | None
    epoch: int
    deliverability: dict[str, Any]
    holds: dict[str, Any]
    erased: bool
    first_event_at: datetime
    last_event_at: datetime
    changes_at: datetime | None


_SELECT = """
SELECT i.id, i.organization, i.kind, i.value, i.valid, i.contact_id, coalesce(person_id, contact_id) AS person_id,
       i.epoch, i.deliverability, i.holds, i.erased, i.first_event_at, i.last_event_at, i.changes_at
FROM identifiers i LEFT JOIN contact_aliases a USING (contact_id)
"""
_ONE = _SELECT + "WHERE i.organization = %s AND i.id = %s"
_MANY = _SELECT + "WHERE i.organization = %s AND i.id = ANY(%s) ORDER BY i.first_event_at, i.id"


def identifier(connection: Connection[Any], organization: str, identifier_id: UUID) -> IdentifierRow | None:
    """One identifier of the organization; None where this projection has none of this id."""
    cursor = connection.cursor(row_factory=class_row(IdentifierRow))
    return cursor.execute(_ONE, (organization, identifier_id)).fetchone()


def identifiers(
    connection: Connection[Any], organization: str, identifier_ids: Collection[UUID]
) -> list[IdentifierRow]:
    """Those of these identifiers that the organization has, in the order in which they were first heard of."""
    cursor = connection.cursor(row_factory=class_row(IdentifierRow))
    return cursor.execute(_MANY, (organization, list(identifier_ids))).fetchall()
