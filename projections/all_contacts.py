"""`all_contacts`: one row a person (L1, L7), what the person is found by, and how many there are of each kind."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.types.json import Jsonb

from projections import contact_aliases
from projections.people import Facts, Found, Standing, edits, facts, people, platform_keys, standing, touched_contacts
from projections.portion import CONTACT_NAMES, Portion
from projections.tables import Row, Rows, Table, merge

TABLE: Final = Table(
    "all_contacts",
    key=("id",),
    columns={
        "id": "uuid",
        "organization": "text",
        "contact_ids": "uuid[]",
        "identifier_ids": "uuid[]",
        "name": "text",
        "first_name": "text",
        "last_name": "text",
        "emails": "text[]",
        "phones": "text[]",
        "external_ids": "text[]",
        "type": "text",
        "purchased_at": "timestamptz",
        "subscriptions": "jsonb",
        "profile": "jsonb",
        "created_at": "timestamptz",
        "created_method": "text",
        "created_source": "text",
        "last_updated": "timestamptz",
        "deleted": "bool",
        "deleted_at": "timestamptz",
        "changes_at": "timestamptz",
    },
)
SEARCH: Final = Table(
    "contact_search",
    key=("id",),
    columns={
        "id": "uuid",
        "organization": "text",
        "marks": "text[]",
        "text": "text",
        "platform_keys": "uuid[]",
    },
)

_COUNT = """
INSERT INTO contact_counters AS kept
SELECT organization, counted_as, sum(n) FROM (
    SELECT c.organization, c.deleted, c.type, s.marks, 1 AS n
    FROM staged_all_contacts c JOIN staged_contact_search s USING (id)
    UNION ALL
    SELECT c.organization, c.deleted, c.type, s.marks, -1
    FROM all_contacts c JOIN contact_search s USING (id)
    WHERE id IN (SELECT contact_id FROM staged_contact_aliases)
) AS moved CROSS JOIN LATERAL unnest(counted_as(deleted, type, marks)) AS counted_as
GROUP BY organization, counted_as HAVING sum(n) <> 0
ON CONFLICT (organization, counted_as) DO UPDATE SET people = kept.people + excluded.people
"""
_RECOUNT = """
INSERT INTO contact_counters
SELECT c.organization, counted_as, count(*)
FROM all_contacts c JOIN contact_search s USING (id)
    CROSS JOIN LATERAL unnest(counted_as(c.deleted, c.type, s.marks)) AS counted_as
GROUP BY c.organization, counted_as
"""
_GONE = (
    """
DELETE FROM all_contacts WHERE id IN (SELECT contact_id FROM staged_contact_aliases)
    AND id NOT IN (SELECT id FROM staged_all_contacts)
""",
    """
DELETE FROM contact_search WHERE id IN (SELECT contact_id FROM staged_contact_aliases)
    AND id NOT IN (SELECT id FROM staged_all_contacts)
""",
)


class AllContacts:
    name = "all_contacts"
    tables = (TABLE, SEARCH, contact_aliases.TABLE)
    counters = ("contact_counters",)
    scanned = CONTACT_NAMES
    clock = "all_contacts"

    def due(self, connection: Connection[Any], at: datetime) -> set[UUID]:
        return {row[0] for row in connection.execute("SELECT id FROM all_contacts WHERE changes_at <= %s", (at,))}

    def listed(self, connection: Connection[Any], listings: Collection[UUID]) -> set[UUID]:
        rows = connection.execute("SELECT id FROM contact_search WHERE platform_keys && %s", (list(listings),))
        return {row[0] for row in rows}

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        found = people(portion, touched_contacts(portion) | set(also))
        rows: dict[str, list[Row]] = {table.name: [] for table in self.tables}
        aliases = [row for one in found for row in contact_aliases.rows(one) if portion.answers_for(row[0])]
        rows[contact_aliases.TABLE.name] = aliases
        listed = [one for one in found if portion.answers_for(one.person.id) and not one.erased]
        values = portion.values({key for one in listed for key in one.identifiers})
        portion.opened(event for one in listed for event in edits(one))
        for one in listed:
            said = facts(one, portion.opened(edits(one)))
            stands = standing(portion, one, purchased=said.purchased_at is not None)
            row = _row(one, said, stands, values)
            rows[TABLE.name].append(row)
            rows[SEARCH.name].append(
                (one.person.id, one.organization, stands.marks, _search_text(row), platform_keys(one))
            )
        return rows

    def merge(self, connection: Connection[Any], position: int) -> None:
        connection.execute(_COUNT)
        connection.execute("DELETE FROM contact_counters WHERE people = 0")
        for statement in _GONE:
            connection.execute(statement)
        for table in self.tables:
            merge(connection, table)

    def recount(self, connection: Connection[Any]) -> None:
        connection.execute(_RECOUNT)

    def differences(self, connection: Connection[Any], position: int) -> None:
        pass


def _row(found: Found, said: Facts, stands: Standing, values: dict[UUID, str]) -> Row:
    held = found.person.identifiers.items()
    first, last = _text(said.profile, "first_name"), _text(said.profile, "last_name")
    created = said.created
    return (
        found.person.id,
        found.organization,
        list(found.person.contacts),
        list(found.person.identifiers),
        _text(said.profile, "name") or " ".join(part for part in (first, last) if part) or None,
        first,
        last,
        [values[key] for key, kind in held if kind == "email" and key in values],
        [values[key] for key, kind in held if kind == "phone" and key in values],
        [values[key] for key, kind in held if kind == "external_id" and key in values],
        stands.type,
        said.purchased_at,
        Jsonb(stands.subscriptions, dumps=orjson.dumps),
        Jsonb(said.profile, dumps=orjson.dumps),
        created.effective_at,
        created.body.method,  # type: ignore[attr-defined]
        created.envelope.source,
        said.last_updated,
        said.deleted_at is not None,
        said.deleted_at,
        stands.changes_at,
    )


def _text(profile: dict[str, Any], name: str) -> str | None:
    value = profile.get(name)
    return value if isinstance(value, str) and value else None


def _search_text(row: Row) -> str:
    """E-mails, phones, external ids and names, lower-cased, a line each (L5, Y7)."""
    names = list(TABLE.columns)
    parts = [*row[names.index("emails")], *row[names.index("phones")], *row[names.index("external_ids")]]
    parts += [row[names.index(name)] for name in ("name", "first_name", "last_name")]
    return "\n".join(dict.fromkeys(part.lower() for part in parts if part))
