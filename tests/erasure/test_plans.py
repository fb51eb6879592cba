"""Erasures are found by their own index, in a log of mostly other things."""

import psycopg
import pytest

from ledger.store import erasures, exports, scanning
from tests.ledgers import store_on

FILL = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, organization, event_id, act_id, digest,
                           recorded_at)
SELECT md5(n::text)::uuid, 1, CASE WHEN n % 500 = 0 THEN 'contact.erased.v1' ELSE 'identifier.claimed.v1' END,
       '', 'org' || n % 4, md5('e' || n)::uuid, md5('a' || n)::uuid, '', '2026-01-01'
FROM generate_series(1, 20000) n
"""
QUERIES = {"listing": (scanning.ERASURES, ("org0", scanning.END, 100)), "replaying": (erasures.UNDONE, ())}


@pytest.mark.parametrize("query", QUERIES)
def test_erasures_are_found_by_index(fresh_database: str, query: str) -> None:
    asked, values = QUERIES[query]
    with store_on(fresh_database), psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute("ANALYZE stored_events")
        plan = "\n".join(row[0] for row in connection.execute(f"EXPLAIN {asked}".encode(), values))
    assert "stored_events_erasures_idx" in plan, plan
    assert "Seq Scan on stored_events" not in plan, plan


FILES = """
INSERT INTO exports (id, organization, kind, written_at, digest, wrapped, place)
SELECT md5(n::text)::uuid, 'org' || n % 40, 'contacts', '2026-01-01'::timestamptz + n * interval '1 minute',
       '', '', ''
FROM generate_series(1, 20000) n
"""


def test_files_that_commands_wrote_are_found_by_index(fresh_database: str) -> None:
    with store_on(fresh_database), psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(FILES)
        connection.execute("ANALYZE exports")
        rows = connection.execute(f"EXPLAIN {exports.STANDING}".encode(), ("org0", 100))
        plan = "\n".join(row[0] for row in rows)
    assert "exports_organization_idx" in plan, plan
    assert "Sort" not in plan, plan
