"""One partition's poll after another: nothing between two positions is left out, whatever lies between them."""

import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from structlog.testing import capture_logs

from consumers.broker import Broker, Poll
from consumers.consumer import Consumer
from consumers.positions import accept
from consumers.reader import Reader
from ledger.errors import MessagesLost
from tests.conftest import Topics
from tests.consumers.scene import (
    Scene,
    history,
    needs_apache_kafka,
    publish,
    record_directly,
    signup,
    stop,
    transactions,
    wait_for,
)
from tests.servers import create_topic


def polls(scene: Scene, broker: Broker, topic: str, until: Callable[[list[Poll]], bool]) -> list[Poll]:
    found: list[Poll] = []

    def step() -> bool:
        found.extend(broker.poll(0.2))
        return until(found)

    wait_for(step, "reading on")
    return found


def values(found: Iterable[Poll]) -> list[bytes]:
    return [message.payload for poll in found for message in poll.messages]


def end(scene: Scene, topic: str) -> int:
    return scene.standings(topic)[0].span.end


def test_polls_join_without_a_gap_over_aborted_transactions(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    kept: list[bytes] = []
    with transactions(scene.bootstrap) as producer:
        for number, fate in enumerate("cacaac"):
            producer.begin_transaction()
            for place in range(3):
                value = f"{fate} {number} {place}".encode()
                producer.send(topic, value, b"k")
                if fate == "c":
                    kept.append(value)
            producer.flush()
            producer.commit_transaction() if fate == "c" else producer.abort_transaction()
    reached = end(scene, topic)
    assert reached > len(kept)
    with scene.broker([topic], most=2) as broker:
        found = polls(scene, broker, topic, lambda so_far: bool(so_far) and so_far[-1].advance.after == reached)
    assert values(found) == kept
    steps = [(poll.advance.before, poll.advance.after) for poll in found]
    assert steps[0][0] is None
    assert [before for before, _ in steps[1:]] == [after for _, after in steps[:-1]]


def test_a_partition_that_ends_in_aborted_messages_is_taken_to_its_end(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, [signup(1, 1)])
    scene.consume(topic)
    with transactions(scene.bootstrap) as producer:
        producer.begin_transaction()
        producer.send(topic, b"never seen", b"k")
        producer.flush()
        producer.abort_transaction()
    before = scene.events()
    scene.consume(topic)
    [standing] = scene.standings(topic)
    assert standing.position == standing.span.end == 3
    assert scene.events() == before


@needs_apache_kafka
def test_polls_join_over_the_gaps_of_a_compacted_topic(scene: Scene, topics: Topics) -> None:
    settings = {
        "cleanup.policy": "compact",
        "segment.ms": "100",
        "min.cleanable.dirty.ratio": "0.01",
        "delete.retention.ms": "0",
    }
    topic = topics(partitions=1, config=settings)
    written = 0

    def compacted() -> bool:
        nonlocal written
        publish(scene.bootstrap, topic, [(b"same", f"{written}".encode(), ()), (b"last", b"last", ())])
        written += 2
        return len(kept_in(scene.bootstrap, topic)) < written - 4

    wait_for(compacted, "compaction")
    kept = kept_in(scene.bootstrap, topic)
    reached = end(scene, topic)
    with scene.broker([topic], most=1) as broker:
        found = polls(scene, broker, topic, lambda so_far: bool(so_far) and so_far[-1].advance.after == reached)
    assert values(found)[-1] == b"last"
    assert set(values(found)) <= {*kept, b"last"}
    steps = [(poll.advance.before, poll.advance.after) for poll in found]
    assert [before for before, _ in steps[1:]] == [after for _, after in steps[:-1]]
    assert max(after - (before or 0) for before, after in steps) > 1


def kept_in(bootstrap: str, topic: str) -> list[bytes]:
    place = TopicPartition(topic, 0)
    with closing(KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)) as reader:
        reader.assign([place])
        reader.seek_to_beginning(place)
        reached = reader.end_offsets([place])[place]
        kept = []
        while (reader.position(place) or 0) < reached:
            kept += [record.value for records in reader.poll(500).values() for record in records]
    return kept


def test_a_time_is_the_brokers_only_where_the_topic_says_so(scene: Scene, topics: Topics) -> None:
    stamped = topics("stamped", partitions=1, config={"message.timestamp.type": "LogAppendTime"})
    claimed = topics("claimed", partitions=1)
    asked: list[datetime] = []

    def clock() -> datetime:
        asked.append(datetime.now(UTC))
        return asked[-1]

    begun = datetime.now(UTC)
    for topic in (stamped, claimed):
        publish(scene.bootstrap, topic, [signup(1, 1)])
    published = datetime.now(UTC)
    with closing(Broker(scene.bootstrap, [stamped, claimed], scene.store.positions, clock)) as broker:
        found = polls(scene, broker, stamped, lambda so_far: len(values(so_far)) == 2)
    received = {poll.advance.key.topic: poll.messages[0].received_at for poll in found}
    assert received[claimed] in asked
    if received[stamped] not in asked:  # the wheel's broker knows no append time
        assert begun.replace(microsecond=0) <= received[stamped] <= published


def test_a_message_carries_its_place_and_nulls_are_taken_as_empty(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, [(b"k", None, (("ce_id", b"x"),)), signup(1, 1)])
    with scene.broker([topic]) as broker:
        found = polls(scene, broker, topic, lambda so_far: len(values(so_far)) == 2)
    key = found[0].advance.key
    first, second = (message for poll in found for message in poll.messages)
    assert (first.payload, first.headers) == (b"", (("ce_id", b"x"),))
    place = key.topic_id or f"{key.cluster}.{key.topic}"
    assert [first.origin, second.origin] == [f"kafka:{place}/0/0", f"kafka:{place}/0/1"]


def test_a_group_shares_the_partitions_and_each_message_is_taken_once(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=6)
    publish(scene.bootstrap, topic, history(600), partition=None)
    seen: dict[str, set[int]] = {"first": set(), "second": set()}
    done = threading.Event()

    def member(name: str) -> None:
        with scene.broker([topic], group=f"group-{topic}", most=20) as broker:
            consumer = Consumer(Reader(broker), scene.recording)
            while not done.is_set():
                consumer.take_polls(done, 0.1)
                seen[name] |= {key.partition for key in broker.lags()}

    members = [threading.Thread(target=member, args=(name,)) for name in seen]
    for one in members:
        one.start()
    try:
        wait_for(lambda: scene.taken(topic) and all(seen.values()), "both members taking part")
    finally:
        done.set()
        for one in members:
            one.join()
    assert seen["first"] | seen["second"] == set(range(6))
    assert len(scene.rejections()) == 60


def test_a_group_tells_kafka_how_far_it_is(scene: Scene, topics: Topics) -> None:
    topic, group = topics(partitions=1), "lag-dashboards"
    publish(scene.bootstrap, topic, history(30))
    with scene.broker([topic], group=group) as broker:
        consumer = Consumer(Reader(broker), scene.recording)
        scene.take_all(consumer, topic)
        with closing(KafkaAdminClient(bootstrap_servers=scene.bootstrap)) as admin:
            place = TopicPartition(topic, 0)

            def committed() -> bool:
                consumer.take_polls(threading.Event(), 0.1)
                offsets = admin.list_group_offsets([group])[group]
                return place in offsets and offsets[place].offset == 30

            wait_for(committed, "the commit to Kafka")


def test_a_ledger_goes_on_where_it_stood_whatever_kafka_was_told(
    scene: Scene, oracle: Scene, topics: Topics
) -> None:
    topic, group = topics(partitions=1), "told-wrong"
    publish(scene.bootstrap, topic, history(30))
    with closing(
        KafkaConsumer(topic, bootstrap_servers=scene.bootstrap, group_id=group, auto_offset_reset="earliest")
    ) as other:
        wait_for(lambda: bool(other.poll(5_000)), "a stranger reading under the group's name")
        other.commit()
    scene.consume(topic, group=group)
    assert scene.standings(topic)[0].position == 30
    record_directly(oracle, history(30))
    assert scene.events() == oracle.events()


def test_a_topic_made_anew_is_read_from_its_start_and_that_is_said(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, history(20))
    if not scene.standings(topic)[0].span.key.topic_id:
        pytest.skip("this broker gives topics no ids")
    with scene.broker([topic]) as broker, capture_logs() as logs:
        consumer = Consumer(Reader(broker), scene.recording)
        scene.take_all(consumer, topic)
        with closing(KafkaAdminClient(bootstrap_servers=scene.bootstrap)) as admin:
            admin.delete_topics([topic])
            wait_for(lambda: topic not in admin.list_topics(), "the topic's end")
        create_topic(scene.bootstrap, topic, 1, {})
        publish(scene.bootstrap, topic, [*history(40), stop(100, 99)])
        scene.take_all(consumer, topic)
    assert scene.standings(topic)[0].position == 41
    assert any("made anew" in log["event"] and log["log_level"] == "warning" for log in logs)
    assert not scene.sendable(99)


def test_a_topic_made_anew_meanwhile_is_read_from_its_start(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, history(20))
    if not scene.standings(topic)[0].span.key.topic_id:
        pytest.skip("this broker gives topics no ids")
    scene.consume(topic)
    with closing(KafkaAdminClient(bootstrap_servers=scene.bootstrap)) as admin:
        admin.delete_topics([topic])
        wait_for(lambda: topic not in admin.list_topics(), "the topic's end")
    create_topic(scene.bootstrap, topic, 1, {})
    publish(scene.bootstrap, topic, [signup(n, n) for n in range(1000, 1030)])
    scene.consume(topic)
    assert all(scene.sendable(n) for n in range(1000, 1030))


@needs_apache_kafka
def test_expired_messages_stop_the_consumer_until_a_person_accepts(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, history(10))
    scene.consume(topic)
    publish(scene.bootstrap, topic, history(30)[10:])
    with closing(KafkaAdminClient(bootstrap_servers=scene.bootstrap)) as admin:
        admin.delete_records({TopicPartition(topic, 0): 20})
    before = scene.events()
    with pytest.raises(MessagesLost, match=r"stands at 10, but the topic holds 20 to 30"):
        scene.consume(topic)
    assert scene.events() == before
    [standing] = scene.standings(topic)
    assert standing.lost
    assert accept(scene.store, standing) == 20
    scene.consume(topic)
    assert scene.standings(topic)[0].position == 30


@needs_apache_kafka
def test_messages_that_expire_before_the_first_is_read_are_missed_too(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    with scene.broker([topic]) as broker:
        consumer = Consumer(Reader(broker), scene.recording)

        def noted() -> bool:
            consumer.take_polls(threading.Event(), 0.1)
            return scene.standings(topic)[0].position == 0

        wait_for(noted, "noting where the empty topic stands")
    publish(scene.bootstrap, topic, history(10))
    with closing(KafkaAdminClient(bootstrap_servers=scene.bootstrap)) as admin:
        admin.delete_records({TopicPartition(topic, 0): 4})
    with pytest.raises(MessagesLost, match=r"stands at 0, but the topic holds 4 to 10"):
        scene.consume(topic)


@needs_apache_kafka
def test_messages_that_expire_under_a_running_consumer_stop_it(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, history(10))
    with scene.broker([topic], most=5) as broker:
        consumer = Consumer(Reader(broker), scene.recording)
        scene.take_all(consumer, topic)
        publish(scene.bootstrap, topic, history(20)[10:])  # the client fetches these ahead
        publish(scene.bootstrap, topic, history(30)[20:])
        with closing(KafkaAdminClient(bootstrap_servers=scene.bootstrap)) as admin:
            admin.delete_records({TopicPartition(topic, 0): 25})
        with pytest.raises(MessagesLost, match=r"holds 25 to 30"):
            scene.take_all(consumer, topic)


def test_a_topic_that_ends_below_the_position_stops_the_consumer(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, history(10))
    scene.consume(topic)
    [standing] = scene.standings(topic)
    scene.store.accept_position(standing.span.key, 50)
    with pytest.raises(MessagesLost, match=r"stands at 50, but the topic holds 0 to 10"):
        scene.consume(topic)
