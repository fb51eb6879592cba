"""What can be taken back is found by its own index, in a log of mostly other things."""

from hashlib import md5
from uuid import UUID

import psycopg

from ledger.store import batches, scanning
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
        query = f"EXPLAIN {scanning.REVERSIBLE_IN_BULK}".encode()
        return [row[0] for row in connection.execute(query, ("org2", BURST, scanning.END))]


BATCHES = """
INSERT INTO batches (id, organization, action, channel, scope, address, words, asked_by, asked_at, expires_at,
                     finished_at)
SELECT md5(n::text)::uuid, 'org' || n % 4, 'pause', '*', 'org', '', '', 'x',
       '2026-01-01'::timestamptz + n * interval '1 min', '2026-02-01', CASE WHEN n % 500 <> 0 THEN now() END
FROM generate_series(1, 20000) n;
INSERT INTO batch_people
SELECT md5('1')::uuid, md5(n::text)::uuid,
       CASE WHEN n % 500 = 0 THEN 'failed' WHEN n % 1000 = 1 THEN 'change' WHEN n % 1000 = 2 THEN NULL
            ELSE 'done' END
FROM generate_series(1, 20000) n;
ANALYZE batches, batch_people
"""


def test_bulk_actions_and_their_people_are_found_by_index(fresh_database: str) -> None:
    with store_on(fresh_database), psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(BATCHES)
        one = {"batch": UUID(md5(b"1", usedforsecurity=False).hexdigest()), "after": UUID(int=0), "limit": 50}
        page = {"organization": "org2", "moment": "infinity", "id": UUID(int=0), "limit": 50}
        for query, values, index in (
            (batches.PAGE, page, "batches_organization_idx"),
            (batches.UNFINISHED, (BURST,), "batches_unfinished_idx"),
            (batches.UNSEEN, one, "batch_people_state_idx"),
            (batches.TO_DO, one, "batch_people_state_idx"),
            (batches.MEMBERS, one, "batch_people_pkey"),
            (batches.MEMBERS_IN, {**one, "state": "failed"}, "batch_people_state_idx"),
        ):
            rows = connection.execute(f"EXPLAIN {query}".encode(), values)
            plan = "\n".join(row[0] for row in rows)
            assert index in plan, plan
            assert "Seq Scan" not in plan, plan
