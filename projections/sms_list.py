"""Reading `sms_contacts`: a tab of a sender in any of its orders, its lists, and what is known of one number.

Paging is by key, never by offset; each order has an index of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.events.scope import covers
from projections.contact_list import HOLDS
from projections.sms_contacts import Tab

Order = Literal["phone", "email", "moment", "list", "reason", "message"]
COLUMN: Final[Mapping[Order, str]] = {
    "phone": "phone",
    "email": "email",
    "moment": "moment",
    "list": "scope",
    "reason": "reason",
    "message": "message_at",
}
"""Order → the column by which it is."""
_TYPE: Final = {"moment": "timestamptz", "message_at": "timestamptz"}
_FIRST: Final = UUID(int=0)
After = tuple[str, UUID, str]
"""The last row of the page before: its value in the order's column, as text; its identifier and scope."""


@dataclass(frozen=True, slots=True)
class SmsRow:
    """A phone on a tab. `moment`: when it subscribed, opted out or declined; `reason` by what."""

    identifier_id: UUID
    scope: str
    phone: str
    email: str
    moment: datetime
    reason: str
    message_at: datetime
    person_id: UUID | None
    emails: list[str]
    list_name: str | None
    holds: dict[str, dict[str, Any]] | None

    @property
    def hold(self) -> str | None:
        """The most serious hold that covers the place."""
        found = {one["hold"] for at, one in (self.holds or {}).items() if covers(at, self.scope)}
        return next((hold for hold in HOLDS if hold in found), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which phones of a sender's tab: of one list, for one reason, with part of a number; and in which order."""

    sender: str
    tab: Tab
    scope: str | None = None
    reason: str | None = None
    digits: str | None = None
    order: Order = "moment"
    descending: bool = True


_FOUND: Final = """
SELECT identifier_id, scope, organization, phone, email, moment, reason, message_at FROM sms_contacts
WHERE organization = %(organization)s AND sender = %(sender)s AND tab = %(tab)s
"""
_FOUND_BY_LIST: Final = (
    "SELECT s.* FROM unnest(%(places)s::text[]) WITH ORDINALITY AS p (place, number) CROSS JOIN LATERAL (",
    """AND scope = p.place AND (p.number > 1 OR identifier_id > %(id)s)
ORDER BY identifier_id LIMIT %(limit)s) AS s ORDER BY p.number, s.identifier_id""",
)
"""The same list by list, beginning behind `id` on the first of the places."""
_SHOWN: Final = """
SELECT s.identifier_id, s.scope, s.phone, s.email, s.moment, s.reason, s.message_at,
       coalesce(a.person_id, i.contact_id) AS person_id, coalesce(c.emails, '{}') AS emails,
       named.display_name AS list_name, i.holds
FROM found s
    LEFT JOIN identifiers i ON i.id = s.identifier_id
    LEFT JOIN contact_aliases a ON a.contact_id = i.contact_id
    LEFT JOIN all_contacts c ON c.id = CASE WHEN a.person_id IS NULL THEN i.contact_id ELSE a.person_id END
    LEFT JOIN scopes named ON named.organization = s.organization AND named.scope = s.scope
"""
_CONDITIONS: Final = {
    "scope": "AND scope = %(scope)s\n",
    "reason": "AND reason = %(reason)s\n",
    "digits": "AND phone LIKE %(digits)s\n",
}
_SENDERS: Final = """
SELECT DISTINCT ON (sender) sender, display_name FROM (
    SELECT scope AS sender, display_name FROM scopes WHERE organization = %(organization)s AND level = 'sender'
    UNION ALL
    SELECT split_part(scope, '/', 1) || '/' || split_part(scope, '/', 2) || '/' || split_part(scope, '/', 3), NULL
    FROM status_counters
    WHERE organization = %(organization)s AND channel = 'sms' AND split_part(scope, '/', 3) NOT IN ('', '-')
) AS named ORDER BY sender, display_name
"""
_PLACES: Final = """
SELECT scope FROM (
    SELECT %(sender)s AS scope
    UNION
    SELECT scope FROM status_counters
    WHERE organization = %(organization)s AND channel = 'sms' AND starts_with(scope, %(below)s)
) AS known LEFT JOIN (
    SELECT scope, display_name FROM scopes WHERE organization = %(organization)s AND starts_with(scope, %(below)s)
) AS named USING (scope)
ORDER BY lower(coalesce(nullif(display_name, ''), substr(scope, length(%(below)s) + 1))), scope
"""
_LISTS: Final = """
SELECT DISTINCT ON (scope) scope, display_name FROM (
    SELECT scope, display_name FROM scopes
    WHERE organization = %(organization)s AND starts_with(scope, %(below)s) AND retired_at IS NULL
    UNION ALL
    SELECT scope, NULL FROM status_counters
    WHERE organization = %(organization)s AND channel = 'sms' AND starts_with(scope, %(below)s)
) AS named ORDER BY scope, display_name
"""


def phones(
    connection: Connection[Any], organization: str, asked: Asked, *, after: After | None = None, limit: int = 50
) -> list[SmsRow]:
    """Phones of a tab in the order asked for, by list: by its name (S6); the next page is `after` the last row's
    `place`.
    """
    values: dict[str, Any] = {
        "organization": organization,
        "sender": asked.sender,
        "tab": asked.tab,
        "scope": asked.scope,
        "reason": asked.reason,
        "digits": f"%{asked.digits}%",
        "limit": limit,
    }
    found = _FOUND + "".join(text for name, text in _CONDITIONS.items() if getattr(asked, name) is not None)
    if asked.order == "list":
        values |= _places(connection, organization, asked, after)
        found = found.join(_FOUND_BY_LIST)
        order = "ORDER BY array_position(%(places)s::text[], s.scope), s.identifier_id"
    else:
        found, order = _in_order(found, asked, after, values)
    query = f"WITH found AS MATERIALIZED ({found} LIMIT %(limit)s)\n{_SHOWN}{order}"
    return (
        connection.cursor(row_factory=class_row(SmsRow)).execute(query.encode(), values, prepare=False).fetchall()
    )


def _in_order(found: str, asked: Asked, after: After | None, values: dict[str, Any]) -> tuple[str, str]:
    """The rows by the column of the order, and how they are then shown."""
    column, way, beyond = COLUMN[asked.order], *(("DESC", "<") if asked.descending else ("ASC", ">"))
    if after is not None:
        values |= {"key": after[0], "id": after[1], "place": after[2]}
        kind = _TYPE.get(column, "text")
        found += f"AND ({column}, identifier_id, scope) {beyond} (%(key)s::{kind}, %(id)s, %(place)s)\n"
    order = f"ORDER BY {{0}}{column} {way}, {{0}}identifier_id {way}, {{0}}scope {way}"
    return found + order.format(""), order.format("s.")


def _places(connection: Connection[Any], organization: str, asked: Asked, after: After | None) -> dict[str, Any]:
    """The lists of the sender that are to be gone through, by name, and behind which number on the first."""
    known = {"organization": organization, "sender": asked.sender, "below": f"{asked.sender}/"}
    places = [scope for (scope,) in connection.execute(_PLACES, known, prepare=False)]
    if asked.descending:
        places.reverse()
    if after is None:
        return {"places": places, "id": _FIRST}
    begun = places.index(after[2]) if after[2] in places else len(places)
    return {"places": places[begun:], "id": after[1]}


def place(row: SmsRow, order: Order) -> After:
    """Where a row stands in the order, to go on after it."""
    key = getattr(row, COLUMN[order])
    return key.isoformat() if isinstance(key, datetime) else key, row.identifier_id, row.scope


def senders(connection: Connection[Any], organization: str) -> dict[str, str | None]:
    """Sender → display name, by name, of those that were created or that texts are consented to (S1)."""
    return _by_name(connection.execute(_SENDERS, {"organization": organization}, prepare=False))


def lists(connection: Connection[Any], organization: str, sender: str) -> dict[str, str | None]:
    """Lists of the sender that were created or that anybody ever stood on → display name, by name (S4)."""
    asked = {"organization": organization, "below": f"{sender}/"}
    return _by_name(connection.execute(_LISTS, asked, prepare=False))


def _by_name(found: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    """Scope → name, in the order in which they read; what has no name reads as its code."""
    return dict(sorted(found, key=lambda one: ((one[1] or one[0].rpartition("/")[2]).casefold(), one[0])))
