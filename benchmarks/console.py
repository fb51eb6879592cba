"""`make bench-console`: every list, filter and search page of the console at a million contacts, end to end.

A browser's session asks `contact-ledger serve` over HTTP; a page counts from the request to the last byte of HTML.
What PostgreSQL itself says each statement took is added up for each page. The reference is what an offset-and-count
version would ask the same database for the same page: half-way down the list by OFFSET, everybody counted who fits.
A smaller crowd may be given, and a folder to keep it in for other runs, which go on where one was ended:
`make bench-console ARGS="100000 build/crowd"`.
"""

import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks.crowd import ORGANIZATION, SCOPE, fill_with, project
from benchmarks.figures import conclude, percentile, say
from benchmarks.living import lives
from benchmarks.offset import REFERENCES
from benchmarks.pages import Asked, pages
from benchmarks.stand import Stand, running, stand
from entrypoints import page_ends, people
from entrypoints.acting import Hand
from entrypoints.embedded import free_port
from entrypoints.wiring import Service, opened
from projections.registry import PROJECTIONS

CONTACTS = 1_000_000
_TIMES = 12
"""Requests of each page that count; two more come before."""
_LOGGED = {"log_duration": "on", "log_min_messages": "log"}
_DURATION = re.compile(rb"duration: ([0-9.]+) ms")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one page took: milliseconds end to end, those of the database, its weight."""

    whole: float
    database: float
    kilobytes: float


def main(contacts: int = CONTACTS, keep: Path | None = None) -> None:
    """Prints the figures, and the JSON line last."""
    with stand(kafka=False, server_settings=_LOGGED, keep=keep) as on:
        with opened(on.settings) as ledger:
            say(f"recording {contacts:,} contacts and what happened to them")
            fill_with(ledger, contacts, lives, keep)
            session = _logged_in(ledger)
        say("projecting them")
        project(on, *PROJECTIONS, workers=2)
        _settle(on)
        with _serving(on, session) as browser:
            asked = pages(browser, ORGANIZATION, SCOPE, contacts, _middle(on, contacts))
            taken = {one.name: _measured(on, browser, one) for one in asked}
        references = _references(on, contacts)
    _report({name: one for name, one in taken.items() if one is not None}, references, len(taken))


def _logged_in(ledger: Service) -> str:
    """The cookie of an administrator's session, who is new to the run."""
    email = f"bench.{time.time_ns()}@example.com"
    seen = people.add(Hand(ledger, ORGANIZATION), email, "Bench", "admin")
    token = people.password_link(ledger, seen.id).rpartition("/")[2]
    password = "a password for this run only"
    people.set_password(ledger, token, password)
    session = people.log_in(ledger, email, password, "127.0.0.1")
    assert isinstance(session, str)
    return session


def _settle(on: Stand) -> None:
    """What autovacuum would do within minutes."""
    with psycopg.connect(on.database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _middle(on: Stand, contacts: int) -> str:
    """What asks for the page half-way down the list."""
    with psycopg.connect(on.database_url) as connection:
        row = connection.execute(
            "SELECT last_updated, id FROM all_contacts WHERE organization = %s AND NOT deleted"
            " ORDER BY last_updated DESC, id DESC LIMIT 1 OFFSET %s",
            (ORGANIZATION, contacts // 2),
        ).fetchone()
    assert row is not None
    return page_ends.written(*row)


@contextmanager
def _serving(on: Stand, session: str) -> Iterator[httpx.Client]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        running(replace(on, environment={**on.environment, "LEDGER_HTTP_PORT": str(port)}), "serve"),
        httpx.Client(base_url=url, cookies={"ledger_session": session}, timeout=60) as browser,
    ):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                browser.get("/healthz")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield browser


def _measured(on: Stand, browser: httpx.Client, asked: Asked) -> Figures | None:
    """p95 of one page's requests; None where one was not answered, so that the others are measured all the same."""
    taken = []
    for number in range(_TIMES + 2):
        address = asked.addresses[number % len(asked.addresses)]
        end = on.log.stat().st_size if on.log else 0
        begun = time.perf_counter()
        answer = browser.get(address)
        whole = (time.perf_counter() - begun) * 1_000
        if answer.status_code != 200:
            say(f"  {asked.name:44} not answered: {answer.status_code}")
            return None
        if number >= 2:
            taken.append(Figures(whole, _database(on.log, end), len(answer.content) / 1024))
    made = Figures(*(percentile([getattr(one, name) for one in taken], 95) for name in Figures.__slots__))
    say(f"  {asked.name:44} {made.whole:8.1f} ms, database {made.database:7.1f} ms, {made.kilobytes:6.1f} kB")
    return made


def _database(log: Path | None, end: int) -> float:
    """Milliseconds that the server says its statements took since its log was so long; 0 where it is not ours."""
    if log is None:
        return 0.0
    with log.open("rb") as file:
        file.seek(end)
        return sum(map(float, _DURATION.findall(file.read())))


def _references(on: Stand, contacts: int) -> Mapping[str, float]:
    """Page → milliseconds that its offset-and-count version takes in the database alone."""
    values = {"organization": ORGANIZATION, "offset": contacts // 2, "scope": SCOPE}
    taken = {}
    with psycopg.connect(on.database_url) as connection:
        for name, queries in REFERENCES.items():
            waits = [_asked(connection, queries, values) for _ in range(4)][1:]
            taken[name] = percentile(waits, 95)
    return taken


def _asked(connection: psycopg.Connection[Any], queries: Iterable[str], values: Mapping[str, Any]) -> float:
    begun = time.perf_counter()
    for query in queries:
        connection.execute(query.encode(), values, prepare=False).fetchall()
    return (time.perf_counter() - begun) * 1_000


def _report(figures: Mapping[str, Figures], references: Mapping[str, float], pages: int) -> None:
    references = {name: one for name, one in references.items() if name in figures}
    for name, reference in references.items():
        ratio = reference / figures[name].whole
        say(f"  by offset and count: {name:28} {reference:8.1f} ms, {ratio:.1f} times ours")
    ratios = [reference / figures[name].whole for name, reference in references.items()]
    slow = [name for name, one in figures.items() if one.whole > 60 or one.database > 10 or one.kilobytes > 150]
    say(f"beyond 60 ms, 10 database ms or 150 kB: {', '.join(slow) or 'none'}")
    conclude(
        {
            "list_p95_ms": max(one.whole for one in figures.values()),
            "vs_offset": percentile(ratios, 50),
            "page_kb_max": max(one.kilobytes for one in figures.values()),
            "database_p95_ms": max(one.database for one in figures.values()),
            "list_p95_ms_typical": percentile([one.whole for one in figures.values()], 50),
            "pages_not_answered": pages - len(figures),
        }
    )


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    main(int(given.get(1, CONTACTS)), Path(given[2]) if 2 in given else None)
