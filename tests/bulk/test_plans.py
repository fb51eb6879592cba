"""What can be taken back is found by its own index, in a log of mostly other things."""

import psycopg

from ledger.store import reading
from tests.bulk.scene import BURST
from tests.ledgers import store_on

FILL = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, organization, event_id, act_id, digest,
                           recorded_at)
SELECT md5(n::text)::uuid, 1, CASE WHEN n % 50 = 0 THEN 'identifier.opted-out.v1' ELSE 'identifier.claimed.v1' END,
       '', 'org' || n % 4, md5('e' || n)::uuid, md5('a' || n)::uuid, '',
       '2026-01-01'::timestamptz + n * interval '1 min'
FROM generate_series(1, 20000) n
"""


def test_candidates_are_found_by_index(fresh_database: str) -> None:
    with store_on(fresh_database):
        plan = "\n".join(_plan(fresh_database))
    assert "stored_events_reversible_idx" in plan, plan
    assert "Index Cond: ((organization = 'org2'::text) AND (recorded_at >=" in plan, plan


def _plan(url: str) -> list[str]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute("ANALYZE stored_events")
        query = f"EXPLAIN {reading.REVERSIBLE_IN_BULK}".encode()
        return [row[0] for row in connection.execute(query, ("org2", BURST, reading.END))]
