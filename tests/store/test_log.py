"""What the store reads is what was written: streams, the log, acts, places, deliveries."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from ledger.errors import KeyDestroyed, LogUnavailable
from ledger.events.envelope import Recorded
from ledger.store.appending import FEW
from ledger.store.connections import LedgerDatastore, Role, pool
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import CHANNEL, Beginning, Newest, Store
from ledger.store.writing import TAIL
from tests.store.making import IDS, KEYRING, NOON, append, claimed, created, events, subscribed


def same(read: Recorded, written: Recorded) -> bool:
    """Whether they are one event, apart from what writing gives it."""
    return (read.stream_id, read.version, read.body, replace(read.envelope, recorded_at=None)) == (
        written.stream_id,
        written.version,
        written.body,
        written.envelope,
    )


def test_an_empty_log(store: Store) -> None:
    stream = uuid4()
    assert store.newest() == Newest(0, None)
    assert store.read([stream]) == {stream: []}
    assert store.read([]) == {}
    assert store.follow(0, 10) == []
    assert store.find_event(uuid4()) is None
    with store.writing() as writing:
        assert writing.append(store.seal([])) == range(0)


def test_streams_are_asked_for_in_any_number_and_twice_too(store: Store) -> None:
    one, two = uuid4(), UUID(int=0)
    append(store, claimed(one, 1), subscribed(one, 2), claimed(two, 1))
    less = store.read_less([two, one, uuid4(), one], ["identifier.claimed.v1"])
    assert {key: [event.version for event in found] for key, found in less.items()} == {one: [2]}
    assert store.read_less([], []) == {}
    highest = UUID(int=2**128 - 1)
    append(store, claimed(highest, 1))
    many = [*(uuid4() for _ in range(3_000)), highest, two]
    found = store.read(many)
    assert [key for key, events in found.items() if events] == [highest, two]
    assert list(found) == many


def test_streams_come_back_whole_in_version_order_and_upto(store: Store) -> None:
    one, two, none = uuid4(), uuid4(), uuid4()
    append(store, claimed(one, 1), subscribed(one, 2), created(two, 1))
    append(store, subscribed(one, 3), created(two, 2))
    read = store.read([one, two, none])
    assert [event.version for event in read[one]] == [1, 2, 3]
    assert [event.position for event in read[one]] == [1, 2, 4]
    assert [event.version for event in read[two]] == [1, 2]
    assert read[none] == []
    assert [event.version for event in store.read([one], upto=3)[one]] == [1, 2]


# The pool's own threads draw random numbers meanwhile, which Hypothesis takes for the strategy's doing.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning")
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(
    written=st.lists(events, max_size=12, unique_by=lambda event: (event.stream_id, event.version)),
    beside=st.sampled_from([0, FEW]),
)
def test_every_event_comes_back_as_it_went_in(store: Store, written: list[Recorded], beside: int) -> None:
    """Alone, and in a batch so large that it goes in another way."""
    written = [
        replace(event, stream_id=uuid4(), envelope=replace(event.envelope, event_id=uuid4())) for event in written
    ]
    positions = append(store, *written, *[created(uuid4()) for _ in range(beside)])[: len(written)]
    read = store.read([event.stream_id for event in written], opened=True)
    for event, position in zip(written, positions, strict=True):
        [back] = read[event.stream_id]
        assert same(back, event)
        assert back.position == position
        assert (back.sealed is not None) == (back.generation is not None)
    closed = store.follow(positions.start - 1, len(positions)) if written else []
    assert all(getattr(event.body, name) is None for event in closed for name in event.body.SEALED_FIELDS)
    assert store.open(closed) == [read[event.stream_id][0] for event in written]


def test_following_goes_in_log_order_by_portions(store: Store) -> None:
    written = [created(uuid4()) for _ in range(5)]
    append(store, *written)
    assert [event.event_id for event in store.follow(0, 3)] == [event.event_id for event in written[:3]]
    assert [event.event_id for event in store.follow(3, 3)] == [event.event_id for event in written[3:]]
    assert [event.position for event in store.follow(0, 10, upto=2)] == [1, 2]


def test_scanning_gives_every_stream_whole_once_in_key_order(store: Store) -> None:
    streams = [uuid4() for _ in range(30)]
    append(store, *[created(stream, 1) for stream in streams])
    append(store, *[created(stream, 2) for stream in streams])
    middle = UUID(int=2**127)
    halves = [*store.scan(UUID(int=0), middle, upto=60), *store.scan(middle, None, upto=60)]
    assert [stream[0].stream_id for stream in halves] == sorted(streams)
    assert all([event.version for event in stream] == [1, 2] for stream in halves)
    assert sum(len(stream) for stream in store.scan(UUID(int=0), None, upto=45)) == 45


def test_scanning_can_be_left_to_some_names(store: Store) -> None:
    stream = uuid4()
    append(store, claimed(stream, 1), subscribed(stream, 2))
    [found] = store.scan(UUID(int=0), None, upto=2, names=["identifier.subscribed.v2"])
    assert [event.version for event in found] == [2]


def test_a_large_batch_goes_in_whole(store: Store) -> None:
    """10,000 events of more than 430 bytes: the library's own insert hangs for good on these."""
    written = [subscribed(uuid4(), note="x" * 300) for _ in range(10_000)]
    batch = store.seal(written)
    assert min(len(row[3]) for row in batch.rows()) > 430
    with store.writing() as writing:
        assert writing.append(batch) == range(1, 10_001)
    assert store.newest().position == 10_000
    read = store.read([event.stream_id for event in written], opened=True)
    assert all(same(read[event.stream_id][0], event) for event in written)


def test_two_batches_in_one_transaction(store: Store) -> None:
    one, two = created(uuid4()), created(uuid4())
    with store.writing() as writing:
        first = writing.append(writing.seal([one]))
        second = writing.append(writing.seal([two]))
    assert (first, second) == (range(1, 2), range(2, 3))
    assert len({event.envelope.recorded_at for event in store.follow(0, 10)}) == 1


def test_positions_grow_however_many_events_were_expected(store: Store) -> None:
    batches = [[created(uuid4()) for _ in range(count)] for count in (2, 3, 1)]
    with store.writing([event for batch in batches[1:] for event in batch]) as writing:
        ranges = [writing.append(writing.seal(batch)) for batch in batches]
    positions = [position for drawn in ranges for position in drawn]
    assert positions == sorted(set(positions))
    written = [(event.position, event.event_id) for event in store.follow(0, 10)]
    assert written == list(zip(positions, (event.event_id for batch in batches for event in batch), strict=True))


def test_what_a_batch_asks_first(store: Store) -> None:
    act, other = uuid4(), uuid4()
    with store.beginning([act], [other]) as (_, begun):
        assert begun == Beginning(0)
    written = {event.event_id: event for event in (created(uuid4()), subscribed(uuid4(), act_id=act))}
    append(store, *written.values())
    with store.beginning([act, other], [*written, other]) as (_, begun):
        places = {event_id: event.stream_id for event_id, event in written.items()}
        assert begun == Beginning(2, store.known_acts([act]), places)


def test_what_was_sealed_under_the_lock_is_refused_too_where_its_key_went_since(store: Store) -> None:
    stream = uuid4()
    append(store, claimed(stream, 1))
    with store.writing() as writing:
        batch = writing.seal([subscribed(stream, 2)])
        writing.destroy_keys([stream])
        with pytest.raises(KeyDestroyed):
            writing.append(batch)
    assert [event.version for event in store.read([stream])[stream]] == [1]


def test_known_acts_have_all_their_digests(store: Store) -> None:
    act, other = uuid4(), uuid4()
    again = subscribed(uuid4(), act_id=act)
    again = replace(again, envelope=replace(again.envelope, digest=b"changed content."))
    append(store, subscribed(uuid4(), act_id=act), subscribed(uuid4(), act_id=act), again)
    assert store.known_acts([act, other]) == {act: frozenset({b"0123456789abcdef", b"changed content."})}


def test_events_are_found_by_id(store: Store) -> None:
    event = claimed(uuid4())
    append(store, event)
    found = store.find_event(event.event_id)
    assert found is not None
    assert same(store.open([found])[0], event)
    assert store.places([event.event_id, uuid4()]) == {event.event_id: event.stream_id}


def test_what_changed_since_is_seen_under_the_lock(store: Store) -> None:
    mine, theirs, untouched = uuid4(), uuid4(), uuid4()
    append(store, created(mine))
    read_at = store.newest().position
    append(store, created(theirs), created(uuid4()))
    with store.writing() as writing:
        assert writing.changed_since(read_at, [mine, theirs, untouched]) == {theirs}
        assert writing.changed_since(writing.newest().position, [mine, theirs]) == set()
        assert [event.version for event in writing.read([theirs])[theirs]] == [1]


def test_a_change_that_commits_while_one_waits_for_the_lock_is_seen(store: Store) -> None:
    """The re-check must read after the lock is had: with a snapshot from before it, the change is missed."""
    stream = uuid4()
    read_at = store.newest().position

    def recheck() -> tuple[int, set[UUID]]:
        with store.writing() as writing:
            return writing.before.position, writing.changed_since(read_at, [stream])

    batch = store.seal([created(stream)])
    with ThreadPoolExecutor(1) as thread:
        with store.writing() as writing:
            pending = thread.submit(recheck)
            _until_waiting(store)
            [position] = writing.append(batch)
        assert pending.result(20) == (position, {stream})


def _until_waiting(store: Store) -> None:
    with store.connection() as connection:
        while connection.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
        ).fetchone() == (0,):
            pass


def test_the_tail_is_all_that_is_read_for_changes(store: Store, migrated: str) -> None:
    append(store, *[created(uuid4()) for _ in range(5000)])
    with psycopg.connect(migrated) as connection:
        connection.execute("ANALYZE stored_events")
        plan = str(connection.execute("EXPLAIN " + TAIL, (4990,)).fetchall())
    assert "stored_events_notification_id_idx" in plan
    assert "Seq Scan" not in plan


def test_the_same_version_twice_is_refused(store: Store) -> None:
    stream = uuid4()
    append(store, created(stream))
    with pytest.raises(psycopg.errors.UniqueViolation):
        append(store, created(stream))


def test_the_same_event_twice_is_refused(store: Store) -> None:
    event = created(uuid4())
    append(store, event)
    with pytest.raises(psycopg.errors.UniqueViolation):
        append(store, replace(event, stream_id=uuid4()))


def test_the_newest_delivery_is_kept(store: Store) -> None:
    address, other = uuid4(), uuid4()
    with store.writing() as writing:
        writing.note_deliveries({(address, "email"): NOON, (address, "sms"): NOON, (other, "sms"): NOON})
    with store.writing() as writing:
        writing.note_deliveries(
            {(address, "email"): NOON + timedelta(hours=1), (address, "sms"): NOON - timedelta(hours=1)}
        )
        writing.note_deliveries({})
    assert store.deliveries([address]) == {(address, "email"): NOON + timedelta(hours=1), (address, "sms"): NOON}
    assert store.deliveries([]) == {}


def test_followers_are_woken_at_commit(store: Store, migrated: str) -> None:
    batch = store.seal([created(uuid4())])
    with psycopg.connect(migrated, autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        with store.writing() as writing:
            writing.append(batch)
            assert list(listening.notifies(timeout=0.1)) == []
        assert len(list(listening.notifies(timeout=20, stop_after=1))) == 1


def test_readers_read_and_cannot_write(store: Store, open_datastore: Callable[[Role], LedgerDatastore]) -> None:
    event = claimed(uuid4())
    append(store, event)
    reading = Store(LedgerRecorder(open_datastore("ledger_reader")), IDS, KEYRING).within("acme")
    assert same(reading.read([event.stream_id], opened=True)[event.stream_id][0], event)
    batch = reading.seal([created(uuid4())])
    with pytest.raises(psycopg.errors.InsufficientPrivilege), reading.writing() as writing:
        writing.append(batch)


def test_a_pool_acts_as_its_role(migrated: str) -> None:
    with pool(migrated, "ledger_projector") as connections, connections.connection() as connection:
        row = connection.execute("SELECT current_user, current_setting('TimeZone')").fetchone()
    assert row == ("ledger_projector", "UTC")


def test_no_database_is_one_error(migrated: str) -> None:
    datastore = LedgerDatastore(make_conninfo(migrated, host="/nonexistent"), timeout=0.2)
    try:
        with pytest.raises(LogUnavailable):
            Store(LedgerRecorder(datastore), IDS, KEYRING).newest()
    finally:
        datastore.close()


def test_a_broken_connection_is_replaced(store: Store, migrated: str) -> None:
    append(store, created(uuid4()))
    with psycopg.connect(migrated, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert store.newest().position == 1


def test_what_a_batch_asks_first_is_asked_again_where_the_connection_is_broken(store: Store, migrated: str) -> None:
    append(store, created(uuid4()))
    with psycopg.connect(migrated, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 20_000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with store.beginning([uuid4()], []) as (bound, begun):
        assert begun == Beginning(1)
        assert bound.newest().position == 1


def test_a_key_erased_after_sealing_is_noticed(store: Store) -> None:
    stream = uuid4()
    append(store, claimed(stream))
    batch = store.seal([subscribed(stream, 2)])
    with store.writing() as writing:
        writing.destroy_keys([stream])
    with pytest.raises(KeyDestroyed, match="decide again"), store.writing() as writing:
        writing.append(batch)
    assert store.newest().position == 1
