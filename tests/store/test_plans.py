"""What is kept beside the log and listed for people is found by an index, however much of it there is."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from ledger.store import forecasts, rejections
from ledger.store.beginning import ask_first
from ledger.store.connections import Role, pool
from ledger.store.growing import SINCE
from ledger.store.reading import LINKED, LISTINGS, WHOLE
from tests.ledgers import store_on
from tests.migrated import filled_ledger
from tests.projections.test_plans import Explaining

ROWS = 20_000
FILL = """
INSERT INTO rejections (id, organization, source, reason, detail, received_at, rejected_at, expires_at, state,
                        identifier_ids)
SELECT md5(n::text)::uuid, 'org' || n % 40, 'crm' || n % 7, 'reason' || n % 11, 'd', now(),
       '2026-01-01'::timestamptz + n * interval '1 minute', now(),
       (ARRAY['open', 'replayed', 'dropped'])[1 + n % 3], '{}'
FROM generate_series(1, %(rows)s) n;
INSERT INTO forecasts (id, organization, kind, question, asked_by, asked_at, told_at, state)
SELECT md5(n::text)::uuid, 'org' || n % 40, (ARRAY['policy', 'keywords'])[1 + n % 2], '{}', 'person/x',
       '2026-01-01'::timestamptz + n * interval '1 minute', now(),
       CASE WHEN n % 100 = 0 THEN 'running' ELSE 'done' END
FROM generate_series(1, %(rows)s) n;
INSERT INTO forecast_changes SELECT md5((n % 20)::text)::uuid, n, '{}' FROM generate_series(20, %(rows)s) n
WHERE n % 20 <> 0;
"""
NOW = datetime(2026, 1, 5, tzinfo=UTC)
FIRST = UUID("c4ca4238-a0b9-2382-0dcc-509a6f75849b")  # md5 of 1


@pytest.fixture(scope="module")
def filled(database_url: str) -> Iterator[Connection[Any]]:
    """As a reader, on tables of many rows of forty organizations."""
    url = filled_ledger(database_url, FILL.replace("%(rows)s", str(ROWS)), "ledger_writer")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET ROLE ledger_reader")
        yield connection


def listed(connection: Connection[Any], **asked: Any) -> Any:
    return rejections.listed(connection, organization="org1", state="open", limit=51, **asked)


QUERIES: dict[str, Callable[[Connection[Any]], Any]] = {
    "rejections": listed,
    "rejections of a reason": partial(listed, reason="reason1"),
    "rejections of a producer": partial(listed, source="crm1"),
    "rejections of a time": partial(listed, since=NOW, until=NOW.replace(day=6)),
    "rejections, deep": lambda c: listed(c, after=listed(c)[5]),
    "rejections by reason": lambda c: rejections.counts(c, "org1", "open", 1_001),
    "producers of rejections": lambda c: rejections.sources(c, "org1", "open"),
    "a forecast": lambda c: forecasts.get(c, "org1", FIRST),
    "forecasts": lambda c: forecasts.latest(c, "org1", "keywords"),
    "changes of a forecast": lambda c: forecasts.changes(c, FIRST, after=10_000),
}


@pytest.mark.parametrize("query", QUERIES)
def test_no_request_reads_a_table_through(filled: Connection[Any], query: str) -> None:
    filled.cursor_factory = Explaining
    plans: list[str] = []
    filled.plans = plans  # type: ignore[attr-defined]
    assert QUERIES[query](filled)
    assert plans
    for plan in plans:
        assert "Index" in plan, plan
        assert "Seq Scan" not in plan, plan


LINKS = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, organization, event_id, act_id, digest,
                           recorded_at)
SELECT md5((n / 4)::text)::uuid, n % 4, CASE WHEN n % 4 = 3 THEN 'contact.linked.v1' ELSE 'contact.created.v1' END,
       '', 'org', md5('e' || n)::uuid, md5('a' || n)::uuid, '', '2026-01-01'
FROM generate_series(1, 40000) n
"""


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("statement", [LINKED, WHOLE])
def test_those_linked_with_many_are_found_by_the_index_of_streams(
    fresh_database: str, mode: str, statement: str
) -> None:
    asked = statement.replace("%b::uuid[]", "$1")
    many = ",".join(f'"{UUID(int=number)}"' for number in range(500))
    with store_on(fresh_database), psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(LINKS)
        connection.execute("ANALYZE stored_events")
        connection.execute(f"SET plan_cache_mode = {mode}".encode())
        connection.execute(f"PREPARE asked (uuid[]) AS {asked}".encode())
        rows = connection.execute(f"EXPLAIN (VERBOSE) EXECUTE asked ('{{{many}}}')".encode())
        plan = "\n".join(row[0] for row in rows)
    assert plan.count("Scan on stored_events_pkey") + plan.count("using stored_events_pkey") == 2, plan
    assert "Seq Scan on stored_events" not in plan, plan
    assert "linked_contact(" not in plan, plan  # part of the statement, not a call a row


@pytest.mark.parametrize("role", get_args(Role))
def test_nothing_is_compiled_before_it_is_answered(migrated: str, role: Role) -> None:
    with pool(migrated, role) as connections, connections.connection() as connection:
        assert connection.execute("SELECT current_setting('jit')").fetchone() == ("off",)


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_what_is_new_of_a_stream_is_found_by_the_index_of_streams(fresh_database: str, mode: str) -> None:
    with store_on(fresh_database), psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(LINKS)
        connection.execute("ANALYZE stored_events")
        connection.execute(f"SET plan_cache_mode = {mode}".encode())
        asked = SINCE.replace("= %b", "= $1").replace("> %b", "> $2")
        connection.execute(f"PREPARE asked (uuid, bigint) AS {asked}".encode())
        rows = connection.execute(f"EXPLAIN EXECUTE asked ('{UUID(int=1)}', -1)".encode())
        plan = "\n".join(row[0] for row in rows)
    assert "stored_events_pkey" in plan, plan
    assert "Seq Scan" not in plan, plan


CLAIMS = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, organization, event_id, act_id, digest,
                           recorded_at)
SELECT md5((n / 4)::text)::uuid, n % 4, CASE WHEN n = 9 THEN 'platform.blacklisted.v1'
       WHEN n % 4 = 0 THEN 'identifier.claimed.v1' ELSE 'identifier.subscribed.v2' END,
       '', 'org', md5('e' || n)::uuid, md5('a' || n)::uuid, '', '2026-01-01'
FROM generate_series(1, 40000) n
"""


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
def test_where_the_platform_would_list_many_is_found_by_indexes(fresh_database: str, mode: str) -> None:
    asked = LISTINGS.replace("%(ids)b", "$1").replace("%(upto)b", "$2")
    many = ",".join(f'"{UUID(int=number)}"' for number in range(500))
    with store_on(fresh_database), psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(CLAIMS)
        connection.execute("ANALYZE stored_events")
        connection.execute(f"SET plan_cache_mode = {mode}".encode())
        connection.execute(f"PREPARE asked (uuid[], bigint) AS {asked}".encode())
        rows = connection.execute(f"EXPLAIN EXECUTE asked ('{{{many}}}', 99999)".encode())
        plan = "\n".join(row[0] for row in rows)
    assert "stored_events_pkey" in plan, plan
    assert "stored_events_platform_listed_idx" in plan, plan
    assert "Seq Scan" not in plan, plan


def test_what_a_batch_asks_first_is_found_by_the_indexes_of_acts_and_events(fresh_database: str) -> None:
    many = [UUID(int=number) for number in range(500)]
    with store_on(fresh_database), psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(LINKS)
        connection.execute("ANALYZE stored_events")
        connection.cursor_factory = Explaining
        plans: list[str] = []
        connection.plans = plans  # type: ignore[attr-defined]
        assert ask_first(connection, many, many).position == 40_000
    [plan] = plans
    assert "stored_events_act_id_idx" in plan, plan
    assert "stored_events_event_id_idx" in plan, plan
    assert "Seq Scan on stored_events" not in plan, plan
