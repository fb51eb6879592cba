"""`make bench-policy`: whose status another policy would change, over a million identifiers, in two processes.

A day of traffic is recorded and its streams are multiplied in the log to the size asked for (their sealed parts
no longer open, which no comparison needs). Three policies: one that weighs bounces anew, one whose STOPs reach
further, and one that gives every consent a lifetime, which can touch nearly everybody. The reference is the bare
read of all streams by one process. `make bench-policy ARGS=100000` for a smaller number.
"""

import sys
import time
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from benchmarks.figures import conclude, say
from benchmarks.stand import START, Stand, fill, stand
from entrypoints.demo.day import day
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.policies import Counts, compared, comparison
from entrypoints.wiring import Service, opened
from ledger.events.identifier import IDENTIFIER_EVENTS
from ledger.events.stored import stored_names
from ledger.rules.parameters import policy_of
from ledger.rules.policy import BUILT_IN, Adoption, Policies

IDENTIFIERS: Final = 1_000_000
ORGANIZATION: Final = ORGANIZATIONS[0].code
_MESSAGES: Final = 40_000
_AT: Final = START + timedelta(days=60)
"""By then the consents of the day have outlived the month that the last policy gives them."""
_POLICIES: Final[dict[str, dict[str, Any]]] = {
    "bounces weighed anew": {"bounce_threshold": 2},
    "wider STOPs": {"stop_reach": "organization"},
    "a lifetime for every consent": {"express_months": 1},
}
_COUNT = """
SELECT count(DISTINCT originator_id) FROM stored_events WHERE organization = %s AND topic LIKE 'identifier.%%'
"""
_MULTIPLY = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, organization, event_id, act_id, digest,
                           recorded_at)
SELECT md5(originator_id::text || n)::uuid, originator_version, topic, state, organization,
       md5(event_id::text || n)::uuid, md5(act_id::text || n)::uuid, digest, recorded_at
FROM stored_events, generate_series(%s::int, %s::int) n
WHERE organization = %s AND topic LIKE 'identifier.%%' AND notification_id <= %s
"""


def main(identifiers: int = IDENTIFIERS) -> None:
    """Prints the figures, and the JSON line last: the slowest comparison's."""
    with stand(kafka=False) as on, opened(on.settings) as ledger:
        say(f"recording a day, multiplied to {identifiers:,} identifiers")
        fill(ledger, day(1, _MESSAGES, START, fresh=0.6))
        found = _multiplied(on, identifiers, ledger.reading.newest().position)
        bare = _bare(ledger)
        say(f"bare read of {found:,} streams by one process: {bare:,.1f} s")
        slowest = max((_compared(ledger, name, found, bare) for name in _POLICIES), key=lambda one: one[0])
    conclude({"identifiers": found, "seconds": slowest[0], "changed": slowest[1].identifiers})


def _multiplied(on: Stand, identifiers: int, upto: int) -> int:
    with psycopg.connect(on.database_url, autocommit=True) as connection:
        there = _one(connection, _COUNT, ORGANIZATION)
        times, step = -(-identifiers // there) - 1, 10
        for first in range(1, times + 1, step):
            connection.execute(_MULTIPLY, (first, min(first + step - 1, times), ORGANIZATION, upto))
        connection.execute("ANALYZE stored_events")
        return _one(connection, _COUNT, ORGANIZATION)


def _one(connection: psycopg.Connection[Any], query: str, *values: object) -> int:
    row = connection.execute(query.encode(), values).fetchone()
    assert row is not None
    return int(row[0])


def _bare(ledger: Service) -> float:
    begun = time.perf_counter()
    names = stored_names(IDENTIFIER_EVENTS)
    for _ in ledger.reading.scan(UUID(int=0), None, upto=ledger.reading.newest().position, names=names):
        pass
    return time.perf_counter() - begun


def _compared(ledger: Service, name: str, identifiers: int, bare: float) -> tuple[float, Counts]:
    counts = Counts()
    after = Policies((Adoption(policy_of("bench/1", _POLICIES[name])),))
    begun = time.perf_counter()
    for _ in compared(ledger, comparison(ledger, ORGANIZATION, BUILT_IN, after, _AT), counts, workers=2):
        pass
    seconds = time.perf_counter() - begun
    say(
        f"{name}: {identifiers / seconds:,.0f} identifiers/s ({seconds:,.1f} s, {seconds / bare:.2f} times the bare"
        f" read); {counts.identifiers:,} identifiers differ in {counts.statuses:,} statuses"
    )
    return seconds, counts


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
