"""Another writer between deciding and the lock: what is recorded is what one writer after the other records."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act, Body
from ledger.acts.consent import OptOut, SignUp
from ledger.acts.contact import ContactChange, Identification, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange
from ledger.acts.settings import Registration
from ledger.recording import Recording
from ledger.rules.identity import holder
from ledger.store.scanning import END
from ledger.store.store import Store
from tests.histories import ORGANIZATION, START, act_of
from tests.identity.test_previewing import GIVENS, bodies
from tests.ledgers import store_of, store_on
from tests.migrated import new_ledger
from tests.recording.test_recording import Slow
from tests.store.making import IDS

NUMBERS = count()


class Parting(NamedTuple):
    """Wanted: whoever holds this is unlinked from everybody, or deleted."""

    given: Given
    deletes: bool


Wanted = Body | Parting
wanted: st.SearchStrategy[Wanted] = st.one_of(
    bodies(), bodies(), st.builds(Parting, st.sampled_from(GIVENS), st.booleans())
)
batches = st.lists(wanted, min_size=1, max_size=3)


@pytest.fixture(scope="module")
def two(database_url: str) -> Iterator[tuple[Slow, Store, Store]]:
    """A store with a gap before its lock, another on the same database, and one on a database of its own."""
    with ExitStack() as stack:
        shared, own = (stack.enter_context(new_ledger(database_url)) for _ in range(2))
        yield (
            stack.enter_context(store_of(Slow, shared)),
            stack.enter_context(store_on(shared)),
            stack.enter_context(store_on(own)),
        )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=st.lists(bodies(), max_size=8), mine=batches, theirs=batches)
def test_what_is_decided_in_vain_leaves_no_trace(
    two: tuple[Slow, Store, Store], before: list[Body], mine: list[Wanted], theirs: list[Wanted]
) -> None:
    slow, beside, alone = two
    organization = f"{ORGANIZATION}-{next(NUMBERS)}"
    start: list[Body] = [Registration("Acme"), *(Identification((one,), "form") for one in GIVENS), *before]
    for store in (beside, alone):
        Recording(store, IDS).record(acts(beside, organization, "before", start))
    first, second = acts(beside, organization, "theirs", theirs), acts(beside, organization, "mine", mine)
    expected = [results(alone, first), results(alone, second)]
    met: list[list[str]] = []
    slow.meanwhile = lambda: met.append(results(beside, first))
    seen = results(slow, second)
    slow.meanwhile = None
    assert [*met, seen] == expected
    assert log(beside, organization) == log(alone, organization)


def results(store: Store, of: Sequence[Act]) -> list[str]:
    return [f"{one.result} {one.reason}" for one in Recording(store, IDS).record(of)]


def acts(store: Store, organization: str, name: str, wanted: Sequence[Wanted]) -> list[Act]:
    told = [
        parting(store, organization, one) if isinstance(one, Parting) else within(organization, one)
        for one in wanted
    ]
    return [
        replace(act_of(body, number, START), organization=organization, message_id=f"{name} {number}")
        for number, body in enumerate(told)
    ]


def within(organization: str, body: Body) -> Body:
    """The body with the scopes of this organization."""
    if isinstance(body, SignUp):
        own = [replace(one, scope=one.scope.replace(ORGANIZATION, organization, 1)) for one in body.subscriptions]
        return replace(body, subscriptions=tuple(own))
    if isinstance(body, OptOut | HoldChange):
        return replace(body, scope=body.scope.replace(ORGANIZATION, organization, 1))
    return body


def parting(store: Store, organization: str, wanted: Parting) -> Body:
    key = IDS.identifier(organization, wanted.given.kind, wanted.given.value)
    contact = holder(store.read([key])[key])
    assert contact is not None
    return ContactChange("delete", contact, "asked") if wanted.deletes else Unlink(contact=contact)


def log(store: Store, organization: str) -> list[Any]:
    """Every stream of the organization, without times and positions."""
    return [
        [(event.event_id, event.version, event.body) for event in stream]
        for stream in store.scan(UUID(int=0), None, upto=END, organization=organization)
    ]
