"""A step finds the rows it changes by their keys, on tables that PostgreSQL has no statistics of yet, too."""

from typing import Any

import psycopg
import pytest
from psycopg import Connection, Cursor
from psycopg.sql import SQL, Composable, Identifier
from psycopg.types.json import Jsonb

from ledger.store.connections import acting_as
from projections.registry import PROJECTIONS
from projections.stepping import write
from projections.tables import Table

ROWS, STEP = 4_000, 1_000
FILL = {
    "all_contacts": """
INSERT INTO all_contacts (id, organization, contact_ids, identifier_ids, emails, phones, external_ids, type,
    subscriptions, profile, created_at, created_method, created_source, last_updated, deleted)
SELECT md5(n::text)::uuid, 'acme', '{}', '{}', '{}', '{}', '{}', 'anonymous', '{}', '{}', now(), 'form', '/shop',
    now(), false
FROM generate_series(1, %(rows)s) n;
INSERT INTO contact_search (id, organization, marks, counted_as, text, platform_keys, last_updated, created_at)
SELECT id, organization, '{}', '{all}', id::text, '{}', last_updated, created_at FROM all_contacts;
INSERT INTO contact_aliases SELECT id, id, organization FROM all_contacts;
""",
    "duplicates": """
INSERT INTO contact_values SELECT 'acme', 'phone', n::text, md5(n::text)::uuid, now()
FROM generate_series(1, %(rows)s) n;
INSERT INTO value_counters SELECT organization, channel, alike, 1 FROM contact_values;
INSERT INTO value_holders SELECT person_id, person_id FROM contact_values;
""",
}
SMALL = frozenset({"contact_counters", "consent_counters"})
"""Tables of few rows, however many people there are."""


class Explaining(Cursor[Any]):
    """Notes the plan of whatever a merge runs, before it runs it."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        text = query if isinstance(query, Composable) else SQL(query if isinstance(query, str) else query.decode())
        if not text.as_string(self).strip().startswith(("SET", "CREATE")):
            plan = Cursor(self.connection).execute(SQL("EXPLAIN {}").format(text), params).fetchall()
            self.connection.plans.append("\n".join(row[0] for row in plan))  # type: ignore[attr-defined]
        return super().execute(query, params, **how)


@pytest.mark.parametrize("name", FILL)
def test_a_step_reads_no_table_through(fresh_database: str, name: str) -> None:
    projection = PROJECTIONS[name]
    with psycopg.connect(fresh_database) as connection:
        acting_as("ledger_projector")(connection)
        connection.execute(FILL[name].replace("%(rows)s", str(ROWS)).encode())
        rows = {table.name: _some(connection, table) for table in projection.tables}
        connection.cursor_factory = Explaining
        plans: list[str] = []
        connection.plans = plans  # type: ignore[attr-defined]
        write(connection, projection, rows, 1)
    assert len(plans) > len(projection.tables)
    kept = {*(table.name for table in projection.tables), *projection.counters} - SMALL
    for plan in plans:
        assert not [table for table in kept if f"Seq Scan on {table}" in plan], plan


def _some(connection: Connection[Any], table: Table) -> list[tuple[Any, ...]]:
    columns = SQL(", ").join(map(Identifier, table.columns))
    found = connection.execute(SQL("SELECT {} FROM {} LIMIT %s").format(columns, Identifier(table.name)), (STEP,))
    return [tuple(Jsonb(value) if isinstance(value, dict) else value for value in row) for row in found]
