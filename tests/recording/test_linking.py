"""Eight processes link the same people at once, on PostgreSQL: no circle, and no link lost."""

import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from uuid import UUID

import pytest

from ledger.acts.contact import Identification, Link, Unlink
from ledger.acts.given import Given
from ledger.acts.settings import Registration
from ledger.recording import Recording
from ledger.rules.identity import holder, links, people
from ledger.store.store import Store
from tests.ledgers import store_on
from tests.recording.test_recording import act
from tests.store.making import IDS

PROCESSES = 8
EACH = 25
PEOPLE = [Given("email", f"p{number}@example.com", "") for number in range(40)]


@pytest.fixture
def store(fresh_database: str) -> Iterator[Store]:
    with store_on(fresh_database) as opened:
        yield opened


def wanted(process: int) -> list[tuple[Given, Given]]:
    """The pairs one process links: some of them others link too, some close circles."""
    chance = random.Random(process)
    return [(chance.choice(PEOPLE), chance.choice(PEOPLE)) for _ in range(EACH)]


def link_all(url: str, process: int) -> set[str]:
    """Run in a process of its own, with connections of its own; what became of its links."""
    with store_on(url) as store:
        recording = Recording(store, IDS)
        acts = [act(Link(one, other, "asked"), f"{process}/{n}") for n, (one, other) in enumerate(wanted(process))]
        return {recording.record([one])[0].result for one in acts}


def test_concurrent_links_leave_no_circle_and_lose_none(store: Store, fresh_database: str) -> None:
    seen = [act(Identification((one,), "form"), f"seen {one.value}") for one in PEOPLE]
    Recording(store, IDS).record([act(Registration("Acme"), "registration"), *seen])
    forking = get_context("forkserver")
    forking.set_forkserver_preload([link_all.__module__])  # imported once for all of them
    with ProcessPoolExecutor(PROCESSES, mp_context=forking) as pool:
        results = pool.map(link_all, [fresh_database] * PROCESSES, range(PROCESSES))
        assert set[str]().union(*results) <= {"recorded", "unchanged"}
    keys = {_key(one): one for one in PEOPLE}
    held = {holder(events): keys[key] for key, events in store.read(keys).items()}
    contacts = [contact for contact in held if contact is not None]
    streams = store.read(contacts)
    found = people(contacts, store.read)
    assert {frozenset(held[contact].value for contact in one.contacts) for one in found} == _together()
    ends = {(contact, link) for contact in contacts for link in links(streams[contact])}
    assert len(ends) == 2 * (len(contacts) - len(found))
    for contact in contacts:
        for link, other in links(streams[contact]).items():
            assert links(streams[other])[link] == contact


def test_everyone_who_was_ever_linked_is_read_at_once(store: Store) -> None:
    pairs = ((4, 5), (2, 3), (0, 1), (5, 3), (3, 1))  # the older of each two people: 0-1, 0-2, 2-3, 2-4, 4-5
    recording = Recording(store, IDS)
    recording.record([act(Registration("Acme"), "registration")])
    recording.record([act(Identification((one,), "form"), f"seen {one.value}") for one in PEOPLE[:8]])
    for left, right in pairs:
        recording.record([act(Link(PEOPLE[left], PEOPLE[right], "asked"), f"link {left} {right}")])
    contacts = [holder(store.read([_key(one)])[_key(one)]) for one in PEOPLE[:8]]
    known = [contact for contact in contacts if contact is not None]
    [unlinked] = [link for link, other in links(store.read([known[0]])[known[0]]).items() if other == known[1]]
    recording.record([act(Unlink(unlinked), "unlink")])
    for contact in known[:6]:
        assert store.read_linked([contact]) == store.read(known[:6])
    assert store.read_linked(known[6:]) == store.read(known[6:])


def _key(one: Given) -> UUID:
    return IDS.identifier("acme", one.kind, one.value)


def _together() -> set[frozenset[str]]:
    """Who is one person by the pairs alone."""
    parts = [{one.value} for one in PEOPLE]
    for process in range(PROCESSES):
        for one, other in wanted(process):
            touching = [part for part in parts if {one.value, other.value} & part]
            parts = [part for part in parts if part not in touching] + [set[str]().union(*touching)]
    return {frozenset(part) for part in parts}
