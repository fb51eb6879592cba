"""Whoever reads for one organization finds no row of another's, in any table, whatever is asked."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier, Literal

from entrypoints.wiring import projecting
from ledger.store.connections import NARROW, LedgerDatastore, Role, acting_as, see
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from tests.api.messages import opt_out, signup
from tests.api.serving import Served, served
from tests.migrated import new_ledger

OURS, THEIRS = "ours", "theirs"
CROSSING: Final = {
    "schema_migrations": "which files were run; of no organization",
    "check_values": "proofs of pepper and master key; of no organization",
    "positions": "where Kafka's partitions are to be read next",
    "notification_tracking": "how far each follower of the log has come",
    "watermarks": "how far each projection has come",
    "processes": "which processes of the service run, and since when",
    "marks": "when the tables and Kafka had come to a position",
    "cleared": "when each projection had taken in an erasure",
    "platform_listings": "addresses that are listed for everybody, by key; their values are in identifiers",
}
"""Tables without a policy that readers may read, and why."""
_READABLE = """
SELECT c.oid::regclass::text, c.relrowsecurity
       AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND polroles @> ARRAY[r.oid]),
       EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND attname = 'organization')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r
WHERE r.rolname = %s AND c.relkind IN ('r', 'p') AND n.nspname = 'public'
  AND has_any_column_privilege(r.oid, c.oid, 'SELECT')
ORDER BY 1
"""
_BARE_VIEWS = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind IN ('v', 'm') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
  AND has_any_column_privilege('ledger_reader', oid, 'SELECT')
  AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)
"""
_NEEDED = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce(
    (SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
     WHERE conrelid = attrelid AND contype = 'c' AND conkey = ARRAY[attnum]),
    CASE WHEN attname = 'channel' THEN pg_get_expr(c.relpartbound, c.oid) END)
FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND c.relkind = 'r'
  AND (attname = 'organization' OR attnotnull AND NOT atthasdef)
"""
_VALUES: Final = {
    "uuid": "gen_random_uuid()",
    "bigint": "(random() * 1e15)::bigint",
    "timestamp with time zone": "now()",
    "boolean": "true",
    "date": "current_date",
    "real": "1",
    "jsonb": "'{}'",
    "bytea": "''",
}


@pytest.fixture(scope="module")
def two(database_url: str) -> Iterator[Served]:
    """A ledger with rows of two organizations in every table that holds organizations' rows."""
    with new_ledger(database_url) as url, served(url) as running:
        for code in (OURS, THEIRS):
            running.caller(code).record(signup(code, _address(code)), opt_out(code, _address(code)))
        running.project()
        with psycopg.connect(url) as connection:
            _fill_up(connection)
        yield running


def _fill_up(connection: Connection[Any]) -> None:
    """Adds rows of both organizations to the tables that the messages left empty, or a rebuild did."""
    for table, _, organized in _readable(connection, "ledger_reader"):
        for code in {OURS, THEIRS} - _organizations(connection, table) if organized else ():
            _add_row(connection, table, code)


def _address(code: str) -> dict[str, str]:
    return {"kind": "email", "value": f"ann@{code}.example.com"}


def _add_row(connection: Connection[Any], table: str, code: str) -> None:
    """Adds a row of the organization's, whatever the table's columns are."""
    needed = connection.execute(_NEEDED, (table,)).fetchall()
    if not needed:
        return  # a partitioned table: its partitions get rows
    values: list[Composable] = []
    for name, kind, allowed in needed:
        if name == "organization":
            values.append(Literal(code))
        elif kind == "text" and allowed:
            values.append(Literal(re.findall(r"'([^']+)'", allowed)[0]))
        elif kind.endswith("[]"):
            values.append(SQL("'{}'"))
        else:
            values.append(SQL(_VALUES.get(kind, "1" if kind == "integer" else "gen_random_uuid()::text")))
    connection.execute(
        SQL("INSERT INTO {} ({}) VALUES ({})").format(
            Identifier(table), SQL(", ").join(Identifier(name) for name, *_ in needed), SQL(", ").join(values)
        )
    )


def test_what_is_known_of_a_stream_is_told_to_its_own_readers_only(two: Served) -> None:
    stream = two.ledger.ids.organization(OURS)
    assert two.ledger.overseeing.growing([stream])[stream]
    assert two.ledger.within(OURS).reading.growing([stream])[stream]
    for other in (THEIRS, ""):
        assert two.ledger.within(other).reading.growing([stream]) == {stream: ()}


@pytest.fixture
def url(two: Served) -> str:
    return two.ledger.settings.database_url.get_secret_value()


def _readable(connection: Connection[Any], role: Role) -> list[tuple[str, bool, bool]]:
    """Table, whether it has a policy for the role, and whether it names organizations."""
    return connection.execute(_READABLE, (role,)).fetchall()


def _organizations(connection: Connection[Any], table: str) -> set[str]:
    query = SQL("SELECT DISTINCT organization FROM {}").format(Identifier(*table.split(".")))
    return {organization for (organization,) in connection.execute(query)}


@pytest.mark.parametrize("role", sorted(NARROW))
def test_every_table_that_a_reader_may_read_has_a_policy_or_a_reason(url: str, role: Role) -> None:
    with psycopg.connect(url) as connection:
        tables = _readable(connection, role)
    bare = {table for table, policed, _ in tables if not policed}
    assert bare - CROSSING.keys() == set(), "call within_organization(table) in the table's migration"
    assert not {table for table, _, organized in tables if organized} & CROSSING.keys()


def test_every_view_that_a_reader_may_read_holds_the_organization(url: str) -> None:
    with psycopg.connect(url) as connection:
        views = [view for (view,) in connection.execute(_BARE_VIEWS)]
        assert {"readers.contact_search", "readers.sms_contacts"} <= set(views)
        acting_as("ledger_reader")(connection)
        for view in views:
            for within, seen in ((OURS, {OURS}), ("", set())):
                see(connection, within)
                assert _organizations(connection, view) == seen, view


@pytest.mark.parametrize("role", sorted(NARROW))
def test_a_reader_finds_its_own_rows_and_nobody_elses_in_every_table(url: str, role: Role) -> None:
    with psycopg.connect(url) as connection:
        _fill_up(connection)
        tables = [table for table, _, organized in _readable(connection, role) if organized]
        assert all(_organizations(connection, table) >= {OURS, THEIRS} for table in tables)
        acting_as(role)(connection)
        for table in tables:
            for within, seen in ((OURS, {OURS}), (THEIRS, {THEIRS}), ("", set()), ("unknown", set())):
                see(connection, within)
                assert _organizations(connection, f"public.{table}") - {"-"} == seen, (table, within)


BESIDE: Final = (
    "SELECT FROM data_keys WHERE stream_id = %s",
    "SELECT FROM erased_keys WHERE stream_id = %s",
    "SELECT FROM deliveries WHERE identifier_id = %s",
)


def test_what_stands_beside_a_stream_is_seen_with_it(two: Served, url: str) -> None:
    keys = {code: two.ledger.ids.identifier(code, **_address(code)) for code in (OURS, THEIRS)}
    for code, key in keys.items():
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO deliveries VALUES (%s, 'email', now()) ON CONFLICT DO NOTHING", (key,))
            connection.execute("INSERT INTO erased_keys VALUES (%s, 0, now()) ON CONFLICT DO NOTHING", (key,))
        for within in (OURS, THEIRS, ""):
            with two.ledger.asking.within(within).connection() as connection:
                found = [connection.execute(query, (key,)).fetchall() for query in BESIDE]
            assert [bool(rows) for rows in found] == [code == within] * len(BESIDE), within


TWISTED: Final = [
    "SELECT value FROM identifiers WHERE organization = 'ours' OR true",
    "SELECT emails::text FROM all_contacts WHERE organization = 'theirs'",
    "SELECT text FROM contact_search WHERE text LIKE '%' OR organization = 'theirs'",
    "SELECT text FROM public.contact_search UNION ALL SELECT value FROM identifiers",
    "SELECT o.organization FROM stored_events s, stored_events o WHERE s.organization <> 'nobody'",
    "WITH every AS (SELECT * FROM audit_history) SELECT organization FROM every",
    "SELECT (SELECT string_agg(organization, ' ') FROM channel_status)",
    "SELECT display_name FROM scopes UNION SELECT scope FROM scopes_seen",
]


@pytest.mark.parametrize("query", TWISTED)
def test_a_twisted_query_finds_nothing_of_another_organizations(two: Served, query: str) -> None:
    def told(connection: Connection[Any]) -> str:
        return repr(connection.execute(query.encode()).fetchall())

    with two.ledger.within(OURS).reading.connection() as connection:
        assert THEIRS not in told(connection)
    with two.ledger.overseeing.connection() as connection:
        assert THEIRS in told(connection)


def test_nothing_is_left_of_the_loan_before(url: str) -> None:
    datastore = LedgerDatastore(url, "ledger_reader", size=1)
    try:
        for within in (OURS, "", THEIRS, "", OURS):
            with datastore.connection(within) as connection:
                assert _organizations(connection, "identifiers") == ({within} if within else set())
        with (
            suppress(psycopg.errors.DivisionByZero),
            datastore.connection(OURS) as connection,
            connection.transaction(),
        ):
            see(connection, THEIRS)
            connection.execute("SELECT 1 / 0")
        with datastore.connection() as connection:
            assert _organizations(connection, "identifiers") == set()
    finally:
        datastore.close()


def test_many_at_once_see_what_each_asked_for(two: Served) -> None:
    def seen(number: int) -> bool:
        code = (OURS, THEIRS)[number % 2]
        with two.ledger.within(code).reading.connection() as connection:
            return _organizations(connection, "identifiers") == {code}

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(seen, range(400)))


def test_the_log_of_one_organization_is_read_as_far_as_the_log_goes(two: Served) -> None:
    within = two.ledger.within(OURS)
    assert within.reading.newest() == two.ledger.overseeing.newest()
    theirs, ours = (two.ledger.ids.organization(code) for code in (THEIRS, OURS))
    read = within.reading.read([theirs, ours])
    assert (read[theirs], bool(read[ours])) == ([], True)
    streams = [stream[0].envelope.organization for stream in within.reading.scan(UUID(int=0), None, upto=2**62)]
    assert set(streams) == {OURS}


@pytest.mark.parametrize("name", ["all_contacts", "channel_status"])
def test_a_rebuild_puts_tables_under_the_same_policies_in_use(two: Served, url: str, name: str) -> None:
    with psycopg.connect(url) as connection:
        before = _readable(connection, "ledger_reader")
    with projecting(two.ledger.settings) as source:
        rebuild(source, PROJECTIONS[name])
    with psycopg.connect(url) as connection:
        assert _readable(connection, "ledger_reader") == before
        acting_as("ledger_reader")(connection)
        see(connection, OURS)
        for table in ("public.contact_search", "readers.contact_search", "public.email_status", "all_contacts"):
            assert _organizations(connection, table) == {OURS}, table
