"""`all_contacts`: one row a person (L1, L7), what the person is found by, and how many there are of each kind."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.types.json import Jsonb

from projections import contact_aliases
from projections.contact_facts import facts as known_facts
from projections.people import (
    Facts,
    Found,
    Standing,
    facts,
    people,
    platform_keys,
    standing,
    touched_contacts,
)
from projections.portion import CONTACT_NAMES, Portion
from projections.projection import Projection
from projections.signs import signs
from projections.tables import Row, Rows, Table

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
        "marks": "text[]",
        "consents": "text[]",
        "text": "text",
        "consented_at": "timestamptz",
        "signs": "bytea",
    },
    order="all_contacts_list_idx",
)
SEARCH: Final = Table(
    "contact_search",
    key=("id",),
    columns={
        "id": "uuid",
        "organization": "text",
        "marks": "text[]",
        "counted_as": "text[]",
        "text": "text",
        "platform_keys": "uuid[]",
        "facts": "text[]",
        "consents": "text[]",
        "last_updated": "timestamptz",
        "created_at": "timestamptz",
        "deleted_at": "timestamptz",
    },
)

_COUNT = """
INSERT INTO {table} AS kept
SELECT organization, one, sum(n) FROM (
    SELECT organization, counted_as, consents, 1 AS n FROM staged_contact_search
    UNION ALL
    SELECT organization, counted_as, consents, -1 FROM contact_search
    WHERE id = ANY (ARRAY(SELECT contact_id FROM staged_contact_aliases))
) AS moved CROSS JOIN LATERAL unnest({kept}) AS one{where}
GROUP BY organization, one HAVING sum(n) <> 0
ON CONFLICT (organization, {key}) DO UPDATE SET people = kept.people + excluded.people
"""
_UNCOUNTED = "DELETE FROM {table} WHERE people = 0"
_RECOUNT = """
INSERT INTO {table}
SELECT organization, one, count(*) FROM contact_search CROSS JOIN LATERAL unnest({kept}) AS one{where}
GROUP BY organization, one;
"""
_COUNTERS: Final = {
    "contact_counters": {"key": "counted_as", "kept": "counted_as", "where": ""},
    "consent_counters": {"key": "consent", "kept": "consents", "where": " WHERE counted_as[1] = 'all'"},
}
_GONE = """
DELETE FROM {table} WHERE id = ANY (ARRAY(
    SELECT contact_id FROM staged_contact_aliases EXCEPT SELECT id FROM staged_all_contacts
))
"""


class AllContacts(Projection):
    name = "all_contacts"
    tables = (TABLE, SEARCH, contact_aliases.TABLE)
    counters = tuple(_COUNTERS)
    scanned = CONTACT_NAMES
    DUE = "SELECT id FROM all_contacts WHERE changes_at <= %s"
    CROWD = "SELECT changes_at FROM all_contacts WHERE changes_at <= %s ORDER BY changes_at OFFSET %s LIMIT 1"
    LISTED = "SELECT id FROM contact_search WHERE platform_keys && %s AND platform_keys <> '{}'"
    RECOUNT = "".join(_RECOUNT.format(table=table, **of) for table, of in _COUNTERS.items())

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        found = people(portion, touched_contacts(portion) | set(also))
        rows: dict[str, list[Row]] = {table.name: [] for table in self.tables}
        aliases = [row for one in found for row in contact_aliases.rows(one) if portion.answers_for(row[0])]
        rows[contact_aliases.TABLE.name] = aliases
        listed = [one for one in found if portion.answers_for(one.person.id) and not one.erased]
        values = portion.values({key for one in listed for key in one.identifiers})
        for one, said in zip(listed, facts(portion, listed), strict=True):
            stands = standing(portion, one, purchased=said.purchased_at is not None)
            row = _row(one, said, stands, values)
            text = _search_text(row)
            known = [marked(one.organization, fact) for fact in _facts(said)]
            signed = signs((*row[-2], *known, *stands.consents))
            rows[TABLE.name].append((*row, text, stands.consented_at, signed))
            rows[SEARCH.name].append(
                (
                    one.person.id,
                    one.organization,
                    row[-2],
                    _counted_as(said, stands),
                    text,
                    platform_keys(one),
                    known,
                    stands.consents,
                    said.last_updated,
                    said.created.effective_at,
                    said.deleted_at,
                )
            )
        return rows

    def merge(self, connection: Connection[Any], position: int) -> None:
        for table, of in _COUNTERS.items():
            connection.execute(_COUNT.format(table=table, **of).encode())
            connection.execute(_UNCOUNTED.format(table=table).encode())
        for table in (TABLE.name, SEARCH.name):
            connection.execute(_GONE.format(table=table).encode())
        super().merge(connection, position)


def marked(organization: str, mark: str) -> str:
    """A mark as `contact_search` keeps it: by organization, so that its index leads to nobody else's people."""
    return f"{organization} {mark}"


def _facts(said: Facts) -> list[str]:
    created = said.created
    return known_facts(said.profile, created.body.method, created.envelope.source)  # type: ignore[attr-defined]


def _counted_as(said: Facts, stands: Standing) -> list[str]:
    """`all`, the type and each mark; of the deleted `deleted` and, after it and a dot, each mark."""
    if said.deleted_at is not None:
        return ["deleted", *[f"deleted.{mark}" for mark in stands.marks]]
    return ["all", stands.type, *stands.marks]


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
        [marked(found.organization, mark) for mark in stands.marks],
        stands.consents,
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
