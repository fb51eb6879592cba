"""One writer at a time: positions become visible in their order, so a follower never misses an event."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from queue import Queue
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from ledger.errors import LogUnavailable
from ledger.store import writing as writing_module
from ledger.store.connections import LedgerDatastore
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Store
from tests.store.making import IDS, KEYRING, NOON, Interrupted, append, created

PLAIN = """
INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (%s, 1, 'plain', '')
RETURNING notification_id
"""
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted
"""


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Waits for a condition, not for a time."""
    tick = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if true():
            return
        tick.wait(0.01)
    raise AssertionError("the condition did not come")


def test_a_slow_writer_and_a_fast_one_never_make_a_follower_miss_an_event(migrated: str, store: Store) -> None:
    """Two bare sessions: the slow one has drawn its position and not committed when the fast one begins.

    Without the trigger the fast one's higher position becomes visible first, and the follower, which has
    gone past the slow one's, never sees it.
    """
    seen: list[int] = []

    def follow() -> None:
        seen.extend(
            event.id
            for event in store.recorder.select_notifications(max(seen, default=0), 100, inclusive_of_start=False)
        )

    with psycopg.connect(migrated) as slow, psycopg.connect(migrated) as fast, ThreadPoolExecutor(1) as thread:
        drawn = slow.execute(PLAIN, (uuid4(),)).fetchone()

        def write_fast() -> tuple[int] | None:
            row = fast.execute(PLAIN, (uuid4(),)).fetchone()
            fast.commit()
            return row

        pending = thread.submit(write_fast)
        wait_until(lambda: pending.done() or _one(migrated, WAITING) == 1)
        follow()
        slow.commit()
        later = pending.result(20)
        follow()
    assert drawn is not None
    assert later is not None
    assert seen == [drawn[0], later[0]]


def test_copies_of_many_writers_are_followed_without_a_gap(store: Store) -> None:
    """Eight writers of batches of many sizes, two kinds of insert, one follower: each event once, in order."""
    written: Queue[UUID] = Queue()
    done = threading.Event()
    seen: list[tuple[int, UUID]] = []

    def write(number: int) -> None:
        for size in (1, 40, 3, 200, 1):
            streams = [uuid4() for _ in range(size)]
            if number % 2:
                append(store, *[created(stream) for stream in streams])
            else:
                store.recorder.insert_events([StoredEvent(stream, 1, "plain", b"") for stream in streams])
            for stream in streams:
                written.put(stream)

    def follow() -> None:
        finished = False
        while not finished:
            finished = done.is_set()
            while found := store.recorder.select_notifications(
                seen[-1][0] if seen else None, 50, inclusive_of_start=not seen
            ):
                seen.extend((event.id, event.originator_id) for event in found)

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(8) as threads:
        for ended in [threads.submit(write, number) for number in range(8)]:
            ended.result(60)
    done.set()
    follower.join(60)
    positions = [position for position, _ in seen]
    assert positions == sorted(set(positions))
    assert sorted(stream for _, stream in seen) == sorted(written.queue)


def test_two_writers_through_the_store_wait_for_each_other(store: Store, migrated: str) -> None:
    first, second = created(uuid4()), created(uuid4())
    batch = store.seal([first])
    with ThreadPoolExecutor(1) as thread:
        with store.writing() as writing:
            positions = writing.append(batch)
            other = thread.submit(append, store, second)
            wait_until(lambda: other.done() or _one(migrated, WAITING) == 1)
            assert not other.done()
        assert other.result(20).start > positions[-1]
    assert [event.event_id for event in store.follow(0, 10)] == [first.event_id, second.event_id]


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    batch = store.seal([created(uuid4())])

    def write() -> None:
        with store.writing() as writing:
            writing.append(batch)
            raise Interrupted

    with pytest.raises(Interrupted):
        write()
    assert store.newest().position == 0
    assert store.follow(0, 10) == []


def test_recorded_times_never_go_back(store: Store, open_datastore: Callable[[], LedgerDatastore]) -> None:
    """Neither by a clock that goes back nor over a restart."""
    hours = iter([2, 1, 3])
    clocked = Store(store.recorder, IDS, KEYRING, lambda: NOON + timedelta(hours=next(hours)))
    append(clocked, created(uuid4()))
    append(clocked, created(uuid4()))
    restarted = Store(LedgerRecorder(open_datastore()), IDS, KEYRING, lambda: NOON)
    append(restarted, created(uuid4()))
    append(clocked, created(uuid4()))
    times = [event.envelope.recorded_at for event in store.follow(0, 10)]
    assert times == [NOON + timedelta(hours=hour) for hour in (2, 2, 2, 3)]
    assert store.newest().recorded_at == NOON + timedelta(hours=3)


def test_without_a_given_clock_the_database_stamps(store: Store) -> None:
    before = datetime.now(UTC)
    append(store, created(uuid4()))
    after = datetime.now(UTC)
    [event] = store.follow(0, 10)
    assert event.envelope.recorded_at is not None
    assert before <= event.envelope.recorded_at <= after


def test_a_stopped_writer_loses_the_lock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is stopped while it holds the lock does not stop the others for good, and writes nothing."""
    monkeypatch.setattr(writing_module, "LONGEST", "300ms")
    batch = store.seal([created(uuid4())])
    kept = created(uuid4())

    def stop_under_the_lock() -> None:
        with ThreadPoolExecutor(1) as thread, store.writing() as writing:
            writing.append(batch)
            monkeypatch.setattr(writing_module, "LONGEST", "30s")
            thread.submit(append, store, kept).result(20)

    with pytest.raises(LogUnavailable):
        stop_under_the_lock()
    assert [event.event_id for event in store.follow(0, 10)] == [kept.event_id]


def _one(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]
