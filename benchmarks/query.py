"""`make bench-query`: questions at a million contacts, each beside its reference in the same run.

`sendable` for 1,000 identifiers and `explain` for one beside the bare read of their streams; search and pages of
the contact list beside an offset-and-count page. A smaller number of contacts may be given:
`make bench-query ARGS=100000`.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from benchmarks.crowd import ORGANIZATION, SCOPE, email, fill_with, phone, project
from benchmarks.figures import conclude, percentile, say
from benchmarks.stand import stand
from entrypoints.explaining import explained
from entrypoints.wiring import Service, opened
from ledger.acts.given import Given
from projections.contact_list import contacts
from projections.contact_query import Filter

CONTACTS = 1_000_000
_OFFSET = """
SELECT id, last_updated, (SELECT count(*) FROM all_contacts WHERE organization = %(organization)s)
FROM all_contacts WHERE organization = %(organization)s
ORDER BY last_updated DESC, id DESC LIMIT 50 OFFSET %(offset)s
"""


def main(people: int = CONTACTS) -> None:
    """Prints the figures, and the JSON line last."""
    with stand(kafka=False) as on, opened(on.settings) as ledger:
        say(f"recording {people:,} contacts")
        fill_with(ledger, people)
        say("projecting them")
        project(on, "all_contacts")
        choice = random.Random(1)
        asked = ledger.within(ORGANIZATION)
        figures = {"sendable_1000_p95_ms": _sendable(asked, people, choice)}
        figures["explain_p95_ms"] = _explain(asked, people, choice)
        with asked.reading.connection() as connection:
            figures |= _listed(connection, people, choice)
    conclude(figures)


def _sendable(ledger: Service, people: int, choice: random.Random) -> float:
    """p95 of a question about 1,000 of the people, beside the bare read of the same streams."""
    asked = [[Given("email", email(n), "") for n in choice.sample(range(people), 1_000)] for _ in range(40)]
    answered = _p95(
        lambda givens: ledger.answers.sendable(ORGANIZATION, "email", SCOPE, "marketing", givens), asked
    )
    keys = [[ledger.ids.identifier(ORGANIZATION, given.kind, given.value) for given in givens] for givens in asked]
    bare = _p95(ledger.reading.read, keys)
    say(f"sendable for 1,000: p95 {answered:,.1f} ms, {answered / bare:,.1f} times reading their streams")
    return answered


def _explain(ledger: Service, people: int, choice: random.Random) -> float:
    """p95 of explaining one of the people, in words and as JSON, beside the bare read of the stream."""
    asked = [Given("email", email(choice.randrange(people)), "") for _ in range(200)]

    def explain(given: Given) -> str:
        key, _ = ledger.answers.holder(ORGANIZATION, given)
        found = ledger.answers.explain(ORGANIZATION, given, "email", SCOPE, "marketing", opened=True)
        return explained(key, found, values=True).model_dump_json()

    answered = _p95(explain, asked)
    keys = [[ledger.ids.identifier(ORGANIZATION, given.kind, given.value)] for given in asked]
    bare = _p95(ledger.reading.read, keys)
    say(f"explain one: p95 {answered:,.1f} ms, {answered / bare:,.1f} times reading the stream")
    return answered


def _listed(connection: Connection[Any], people: int, choice: random.Random) -> dict[str, float]:
    """p95 of searches, of the first page and of one deep in the list, beside offset and count."""
    parts = [email(choice.randrange(people))[7:17] for _ in range(30)]
    parts += [phone(choice.randrange(people))[4:] for _ in range(30)]
    search = _p95(lambda part: contacts(connection, ORGANIZATION, Filter(search=part)), parts)
    first = _p95(lambda _: contacts(connection, ORGANIZATION), range(40))
    after = _deep(connection, people)
    deep = _p95(lambda _: contacts(connection, ORGANIZATION, after=after), range(40))
    values = {"organization": ORGANIZATION, "offset": people // 2}
    offset = _p95(lambda _: connection.execute(_OFFSET, values).fetchall(), range(5))
    say(f"search by part: p95 {search:,.1f} ms")
    say(f"first page: p95 {first:,.1f} ms; deep page: p95 {deep:,.1f} ms")
    say(f"the deep page by offset and count: p95 {offset:,.1f} ms, {offset / deep:,.0f} times ours")
    return {"search_p95_ms": search, "page_first_p95_ms": first, "page_deep_p95_ms": deep}


def _deep(connection: Connection[Any], people: int) -> tuple[datetime, UUID]:
    """The key of a row halfway down the list."""
    row = connection.execute(
        "SELECT last_updated, id FROM all_contacts WHERE organization = %s"
        " ORDER BY last_updated DESC, id DESC LIMIT 1 OFFSET %s",
        (ORGANIZATION, people // 2),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _p95(action: Callable[[Any], object], questions: Sequence[Any]) -> float:
    """Milliseconds that 95 in 100 questions take at most; a few are asked beforehand and not counted."""
    waits = []
    for number, question in enumerate([*questions[:3], *questions]):
        begun = time.perf_counter()
        action(question)
        if number >= 3:
            waits.append((time.perf_counter() - begun) * 1000)
    return percentile(waits, 95)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
