"""Kafka positions: moved only from where this consumer read, in the transaction of its events."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from ledger.errors import PositionMoved
from ledger.store.store import Advance, PartitionKey, Store
from tests.store.making import append, created

KEY = PartitionKey("cluster", "signups", "topic-id", 0)


def _advance(store: Store, before: int | None, after: int, key: PartitionKey = KEY) -> None:
    batch = store.seal([created(uuid4())])
    with store.writing() as writing:
        writing.append(batch)
        writing.advance(Advance(key, before, after))


def test_a_position_moves_from_where_it_is(store: Store) -> None:
    assert store.positions("cluster", ["signups"]) == {}
    _advance(store, None, 10)
    _advance(store, 10, 25)
    assert store.positions("cluster", ["signups", "other"]) == {KEY: 25}


@pytest.mark.parametrize("before", [None, 9, 11])
def test_a_woken_zombie_writes_nothing(store: Store, before: int | None) -> None:
    _advance(store, None, 10)
    with pytest.raises(PositionMoved, match="signups/0"):
        _advance(store, before, 20)
    assert store.positions("cluster", ["signups"]) == {KEY: 10}
    assert store.newest().position == 1


def test_of_two_that_read_the_same_one_writes(store: Store) -> None:
    _advance(store, None, 10)
    with ThreadPoolExecutor(2) as threads:
        ended = [threads.submit(_advance, store, 10, after) for after in (20, 30)]
        errors = [future.exception(20) for future in ended]
    assert [type(error) for error in errors if error is not None] == [PositionMoved]
    assert len(store.follow(0, 10)) == 2


def test_a_topic_made_anew_has_positions_of_its_own(store: Store) -> None:
    anew = replace(KEY, topic_id="another-id")
    elsewhere = replace(KEY, cluster="elsewhere")
    _advance(store, None, 10)
    _advance(store, None, 3, anew)
    _advance(store, None, 4, elsewhere)
    assert store.positions("cluster", ["signups"]) == {KEY: 10, anew: 3}


def test_a_person_may_set_a_position(store: Store) -> None:
    store.accept_position(KEY, 5)
    store.accept_position(KEY, 2)
    assert store.positions("cluster", ["signups"]) == {KEY: 2}


def test_a_position_alone_moves_too(store: Store) -> None:
    append(store, created(uuid4()))
    with store.writing() as writing:
        writing.advance(Advance(KEY, None, 7))
    assert store.positions("cluster", ["signups"]) == {KEY: 7}
    assert store.newest().position == 1
