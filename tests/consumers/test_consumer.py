"""Each message once, whatever is delivered again, fights over a partition, or cannot be taken."""

import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import orjson
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from consumers.broker import Broker, Poll
from consumers.consumer import Consumer, Refused
from consumers.reader import Reader
from ledger.acts.act import Act, Rejection
from ledger.ids import Ids
from ledger.recording import Outcome, Recording
from ledger.store.positions import Advance
from ledger.store.store import Store
from tests.conftest import Topics
from tests.consumers.scene import (
    Record,
    Scene,
    event,
    history,
    junk,
    now,
    publish,
    record_directly,
    signup,
    stop,
    wait_for,
)
from tests.store.making import IDS


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_journal_is_taken_once_each_and_its_junk_listed(scene: Scene, oracle: Scene, topics: Topics) -> None:
    topic, journal = topics(partitions=1), history(200)
    publish(scene.bootstrap, topic, journal)
    scene.consume(topic, most=37)
    record_directly(oracle, journal)
    assert scene.events() == oracle.events()
    origins = [origin for _, origin in scene.rejections()]
    assert sorted(int(str(origin).rpartition("/")[2]) for origin in origins) == list(range(7, 200, 10))
    assert {reason for reason, _ in scene.rejections()} == {"bad_json"}


@pytest.mark.parametrize("prefix", [0, 1, 33, 99, 100])
def test_any_prefix_may_come_again(scene: Scene, topics: Topics, prefix: int) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, history(100))
    scene.consume(topic, most=50)
    [standing] = scene.standings(topic)
    before = scene.events(), scene.rejections()
    scene.store.accept_position(standing.span.key, prefix)
    scene.consume(topic, most=7)
    assert (scene.events(), scene.rejections()) == before
    assert scene.standings(topic)[0].position == 100


def test_a_whole_topic_may_come_twice(scene: Scene, topics: Topics) -> None:
    topic, journal = topics(partitions=1), history(100)
    publish(scene.bootstrap, topic, journal)
    scene.consume(topic)
    before = scene.events()
    publish(scene.bootstrap, topic, journal)
    duplicates = counted("ledger_messages_total", topic=topic, result="duplicate")
    scene.consume(topic)
    assert scene.events() == before
    assert counted("ledger_messages_total", topic=topic, result="duplicate") - duplicates == 90


def test_two_consumers_that_fight_over_a_partition_take_each_message_once(
    scene: Scene, oracle: Scene, topics: Topics
) -> None:
    topic, journal = topics(partitions=1), history(600)
    publish(scene.bootstrap, topic, journal)
    given_up = counted("ledger_position_moved_total")
    failures: list[BaseException] = []
    done = threading.Event()
    together = threading.Barrier(2)

    def fight() -> None:
        try:
            with scene.broker([topic], most=10) as broker:
                consumer = Consumer(Reader(broker), scene.recording)
                together.wait()
                while not done.is_set():
                    consumer.take_polls(done, 0.1)
        except BaseException as error:
            failures.append(error)
            raise

    fighters = [threading.Thread(target=fight) for _ in range(2)]
    for one in fighters:
        one.start()
    try:
        wait_for(lambda: bool(failures) or scene.taken(topic), "the fight's end")
    finally:
        done.set()
        for one in fighters:
            one.join()
    assert not failures
    assert counted("ledger_position_moved_total") > given_up
    results = ("recorded", "duplicate", "unchanged", "rejected")
    assert sum(counted("ledger_messages_total", topic=topic, result=result) for result in results) == 600
    record_directly(oracle, journal)
    assert scene.events() == oracle.events()
    assert len(scene.rejections()) == 60


class _BadName(str):
    """A header name that goes on the wire as bytes that are no UTF-8."""

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


POISON: dict[str, Record] = {
    "bad_json": (b"p", b'{"specversion": "1.0",', ()),
    "not_a_cloud_event": (b"p", b"[1, 2]", ()),
    "unknown_type": event("contact.nonsense.v1", 1, {}),
    "unknown_version": event("contact.signup.v9", 2, {}),
    "too_deep": (b"p", b"[" * 500 + b"]" * 500, ()),
    "too_large": (b"p", b'"' + b"x" * 10_000_000 + b'"', ()),
    "invalid_data": event("contact.signup.v1", 3, {"identifiers": "ann@example.com"}),
    "unreadable": (b"p", b"{}", ((_BadName("x"), b"1"),)),
}


def test_poison_costs_a_rejection_each_and_the_partition_goes_on(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1, config={"max.message.bytes": "12000000"})
    refused: list[Refused] = []
    with capture_logs() as logs:
        for place, poison in enumerate(POISON.values()):
            publish(scene.bootstrap, topic, [poison])
            publish(scene.bootstrap, topic, [signup(100 + place, 100 + place)])
        publish(scene.bootstrap, topic, [event("contact.signup.v1", 4, {"organization": "nobody-knows"})])
        publish(scene.bootstrap, topic, [stop(200, 100)])
        scene.consume(topic, announce=refused.extend)
    assert all(scene.sendable(100 + place) for place in range(1, len(POISON)))
    assert not scene.sendable(100)
    reasons = Counter(reason for reason, _ in scene.rejections())
    assert reasons == Counter([*POISON, "invalid_data"])
    assert sorted((one.reason, one.origin) for one in refused) == scene.rejections()
    assert "example.com" not in repr(logs) + repr(refused)


def test_a_flood_of_junk_does_not_keep_a_stop_from_being_recorded(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=2)
    publish(scene.bootstrap, topic, [signup(1, 1)], partition=1)
    scene.consume(topic)
    assert scene.sendable(1)
    publish(scene.bootstrap, topic, [junk(number) for number in range(3000)], partition=0)
    publish(scene.bootstrap, topic, [stop(2, 1)], partition=1)
    with scene.broker([topic], most=100) as broker:
        consumer = Consumer(Reader(broker), scene.recording)
        never = threading.Event()
        wait_for(lambda: not scene.sendable(1) if consumer.take_polls(never, 0.1) else False, "the stop")
        lag = {key.partition: lag for key, lag in broker.lags().items()}
    assert lag[0] > 0, "the stop was taken before all the junk"


def test_many_rejections_in_a_row_raise_the_alarm_until_something_is_taken(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, [junk(number) for number in range(5)])
    with scene.broker([topic]) as broker, capture_logs() as logs:
        consumer = Consumer(Reader(broker), scene.recording, alarm_after=6)
        scene.take_all(consumer, topic)
        was_degraded = consumer.degraded
        publish(scene.bootstrap, topic, [junk(5)])
        scene.take_all(consumer, topic)
        assert (was_degraded, consumer.degraded) == (False, True)
        assert counted("ledger_consumer_degraded") == 1
        assert [log["in_a_row"] for log in logs if log["log_level"] == "error"] == [6]
        publish(scene.bootstrap, topic, [signup(1, 1)])
        scene.take_all(consumer, topic)
        assert not consumer.degraded
        assert counted("ledger_consumer_degraded") == 0


class _FailsOn(Recording):
    """A recording with a defect that one message's id brings out."""

    def __init__(self, store: Store, ids: Ids, message_id: str) -> None:
        super().__init__(store, ids)
        self._message_id = message_id

    def record(
        self,
        acts: Sequence[Act],
        *,
        rejections: Sequence[Rejection] = (),
        advances: Sequence[Advance] = (),
        keep_refused: bool = True,
    ) -> list[Outcome]:
        if any(act.message_id == self._message_id for act in acts):
            raise KeyError("a defect")
        return super().record(acts, rejections=rejections, advances=advances, keep_refused=keep_refused)


def test_a_message_that_the_ledger_itself_fails_on_is_set_apart(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, [signup(number, number) for number in range(20)])
    scene.recording = _FailsOn(scene.store, IDS, "m-13")
    scene.consume(topic)
    assert [number for number in range(20) if not scene.sendable(number)] == [13]
    assert [reason for reason, _ in scene.rejections()] == ["cannot_be_recorded"]
    assert scene.standings(topic)[0].position == 20


def test_what_is_rejected_is_kept_as_it_came(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, [(b"k", b"\x00 no message", (("x", b"\x01"),))])
    scene.consume(topic)
    with scene.store.connection() as connection:
        [[rejection_id]] = connection.execute("SELECT id FROM rejections").fetchall()
    payload = scene.store.rejection_payload(rejection_id)
    assert (payload.value, payload.headers) == (b"\x00 no message", (("x", b"\x01"),))


def test_it_stops_between_two_batches_and_goes_on_later(scene: Scene, oracle: Scene, topics: Topics) -> None:
    topic, journal = topics(partitions=1), history(300)
    publish(scene.bootstrap, topic, journal)
    stopping = threading.Event()

    class Stops(Consumer):
        polls = 0

        def _record(self, read: Sequence[Any]) -> None:
            self.polls += len(read)
            if self.polls >= 2:
                stopping.set()
            super()._record(read)

    with scene.broker([topic], most=50) as broker:
        Stops(Reader(broker), scene.recording).run(stopping)
    [standing] = scene.standings(topic)
    assert standing.position is not None
    assert 0 < standing.position < 300
    scene.consume(topic)
    record_directly(oracle, journal)
    assert scene.events() == oracle.events()


def test_partitions_taken_together_do_not_wait_for_one_that_somebody_else_has_moved(
    scene: Scene, topics: Topics
) -> None:
    topic = topics(partitions=2)
    for partition in (0, 1):
        publish(scene.bootstrap, topic, [signup(partition, partition)], partition)

    before = counted("ledger_position_moved_total")
    with closing(_Together(scene.bootstrap, [topic], scene.store.positions, now)) as broker:
        scene.take_all(_Overtaken(Reader(broker), scene.recording), topic)
    assert [standing.position for standing in scene.standings(topic)] == [1, 1]
    assert scene.sendable(0)
    assert scene.sendable(1)
    assert counted("ledger_position_moved_total") == before + 1


def test_what_was_read_ahead_of_an_overtaken_partition_is_dropped_once(scene: Scene, topics: Topics) -> None:
    """Fails where it is not: it is recorded in vain too, and may make what is read anew so in its turn."""
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, history(200))
    done = threading.Event()

    class Overtaken(Consumer):
        polls = 0

        def _record(self, read: Sequence[Any]) -> None:
            self.polls += 1
            if self.polls == 3:
                with scene.broker([topic], most=5) as faster:
                    Consumer(Reader(faster), scene.recording).take_polls(done)
            super()._record(read)
            if scene.taken(topic):
                done.set()

    before = counted("ledger_position_moved_total")
    with scene.broker([topic], most=10) as broker:
        Overtaken(Reader(broker), scene.recording).run(done)
    assert scene.standings(topic)[0].position == 200
    assert counted("ledger_position_moved_total") == before + 1


class _Together(Broker):
    """Hands out the first two partitions' polls at once."""

    first: tuple[Poll, ...] = ()

    def poll(self, timeout: float = 1.0) -> list[Poll]:
        polls = super().poll(timeout)
        if len(self.first) >= 2:
            return polls
        self.first = (*self.first, *polls)
        return list(self.first) if len(self.first) >= 2 else []


class _Overtaken(Consumer):
    """Somebody else takes partition 0 after it was polled here."""

    def _record(self, read: Sequence[Any]) -> None:
        if len(read) == 2:
            super()._record([one for one in read if one.advance.key.partition == 0])
        super()._record(read)


def test_binary_and_structured_events_are_the_same(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    key, value, _ = signup(1, 1)
    document: dict[str, Any] = orjson.loads(value or b"")
    data = document.pop("data")
    headers = tuple((f"ce_{name}", text.encode()) for name, text in document.items())
    binary = (key, orjson.dumps(data), (*headers, ("content-type", b"application/json")))
    publish(scene.bootstrap, topic, [(key, value, ()), binary])
    before = now()
    scene.consume(topic)
    assert before <= now()
    assert scene.sendable(1)
    assert scene.rejections() == []
    assert counted("ledger_messages_total", topic=topic, result="duplicate") == 1
