"""Messages in: one partition's poll at a time, from the position the ledger says.

The ledger's own positions are the truth; what is committed to Kafka is for lag dashboards.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition, errors
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

from consumers.broker.errors import BrokerUnavailable, translated
from consumers.broker.fetching import Fetching
from consumers.broker.opening import opened
from consumers.broker.topics import cluster_id_of, spans_of, topic_id_of
from consumers.cluster import Address
from consumers.intake import Message
from consumers.positions import meet
from ledger.acts.act import Rejection
from ledger.store.store import Advance, PartitionKey

MOST = 2_000
"""Messages of one poll; two polls are in memory at a time."""
_LOG_APPEND_TIME = 1
_LOST = (errors.OffsetOutOfRangeError, errors.LogTruncationError)
_UNREADABLE = (errors.CorruptRecordError, errors.UnsupportedCodecError)
_NAMED = "headers: names in UTF-8 are needed, in every message of the batch"
_COMPRESSED = "compression: gzip, snappy, lz4, zstd or none is needed"
_CONSUMING: dict[str, Any] = {
    "client_id": "contact-ledger",
    "enable_auto_commit": False,
    "auto_offset_reset": "none",
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,
    "partition_assignment_strategy": (CooperativeStickyAssignor,),
    "fetch_max_wait_ms": 100,
    "session_timeout_ms": 15_000,
    "fetch_max_bytes": 24 * 1024 * 1024,
    "max_partition_fetch_bytes": 4 * 1024 * 1024,
    "metadata_max_age_ms": 5_000,
    "reconnect_backoff_max_ms": 2_000,
    "metrics_enabled": False,
}

Positions = Callable[[str, Collection[str]], Mapping[PartitionKey, int]]
"""Where the ledger says the partitions of these topics of this cluster are to be read next."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What one poll brought of one partition, in order; perhaps nothing but a step over what nobody may see."""

    advance: Advance
    messages: tuple[Message, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    """Messages that the client library cannot read."""


@dataclass(slots=True)
class _Place:
    """Where a partition is read: `stored` is the ledger's position (None: it has none), `next` Kafka's."""

    key: PartitionKey
    stored: int | None
    next: int


class Broker:
    """Reads topics as a member of `group`, or all their partitions by itself where there is none.

    Not for several threads. `now` is asked when messages are first read, for topics without append times.
    """

    def __init__(
        self,
        cluster: Address,
        topics: Collection[str],
        positions: Positions,
        now: Callable[[], datetime],
        *,
        group: str | None = None,
        most: int = MOST,
        patience_ms: int = 30_000,
        rest: float = 0.0,
    ) -> None:
        """`patience_ms`: for how long a cluster that does not answer is tried. Raises BrokerUnavailable.

        `most` and `rest` as `Fetching` takes them.
        """
        self._topics = tuple(topics)
        self._positions = positions
        self._now = now
        self._places: dict[TopicPartition, _Place] = {}
        self._unplaced: set[TopicPartition] = set()
        asked = {"group_id": group, "max_poll_records": most, "bootstrap_timeout_ms": patience_ms}
        self._consumer = opened(KafkaConsumer, cluster, **asked, **_CONSUMING)
        self._fetching = Fetching(self._consumer, joins=group is not None, most=most, rest=rest)
        self._group = group
        if group is not None:
            self._consumer.subscribe(self._topics, listener=_Rebalance(self))
            with translated():
                there = self._consumer.topics()  # who joins before it knows the partitions must join again
            for topic in sorted({*self._topics} - there):
                structlog.get_logger().warning("there is no such topic yet: nothing of it is read", topic=topic)

    def poll(self, timeout: float = 1.0) -> list[Poll]:
        """What has come within `timeout` seconds, partition by partition.

        Each position counts as taken: call `again` for one that was not. Raises MessagesLost where a person must
        decide, LogUnavailable where positions cannot be read, BrokerUnavailable.
        """
        try:
            with translated(*_LOST, *_UNREADABLE):
                self._assign_all()
                self._fetching.resume_joining()
                self._place()
                records = self._fetching.records(self._readable, timeout)
                reached = {one: self._consumer.position(one, timeout_ms=1_000) for one in self._readable()}
        except _UNREADABLE as error:
            return self._step_over(error)
        except _LOST:
            self._unplaced.update(self._places)
            return []
        except BaseException:  # the client may have moved on past records that nobody got
            self._unplaced.update(self._places)
            raise
        polls = {one: self._taken(one, position, records) for one, position in reached.items()}
        self._unplaced.update(one for one in records if polls.get(one) is None)  # handed out, and nobody got them
        return [poll for poll in polls.values() if poll is not None]

    def again(self, key: PartitionKey) -> None:
        """Has the partition read anew from where the ledger says: somebody else has moved its position."""
        self._unplaced.update(partition for partition, place in self._places.items() if place.key == key)

    def commit(self, advances: Iterable[Advance]) -> None:
        """Tells Kafka how far the group has come, for lag dashboards only: a failure is logged and harmless."""
        offsets = {
            TopicPartition(one.key.topic, one.key.partition): OffsetAndMetadata(one.after, "", -1)
            for one in advances
        }
        if self._group is None or not offsets:
            return
        try:
            self._consumer.commit_async(offsets, callback=_committed)
        except errors.KafkaError as error:
            _committed(offsets, error)

    def lags(self) -> dict[PartitionKey, int]:
        """Messages of each partition read here that are still to be taken, as of the last poll."""
        lags = {}
        for partition, place in list(self._places.items()):
            if self._holds(partition) and (highwater := self._consumer.highwater(partition)) is not None:
                lags[place.key] = max(0, highwater - place.next)
        return lags

    def close(self) -> None:
        """Leaves the group."""
        self._consumer.close(autocommit=False, timeout_ms=5_000)

    def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """Kafka gave these partitions to this process; nothing is read of them before they are placed."""
        for partition in partitions:
            self._consumer.seek(partition, 0)
            self._consumer.pause(partition)
            self._unplaced.add(partition)

    def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """They are somebody else's now. What is still being recorded of them meets compare-and-set."""
        for partition in partitions:
            self._places.pop(partition, None)
            self._unplaced.discard(partition)

    def _holds(self, partition: TopicPartition) -> bool:
        return partition in self._consumer.assignment()

    def _readable(self) -> list[TopicPartition]:
        return [one for one in list(self._places) if self._holds(one) and one not in self._unplaced]

    def _assign_all(self) -> None:
        if self._group is not None or self._consumer.assignment():
            return
        found = [
            TopicPartition(topic, partition)
            for topic in self._topics
            for partition in self._consumer.partitions_for_topic(topic)
        ]
        if found:
            self._consumer.assign(found)
            self.assigned(found)

    def _place(self) -> None:
        """Seeks the new partitions to the ledger's positions and lets them be read."""
        self._notice_topics_made_anew()
        placing = [partition for partition in list(self._unplaced) if self._holds(partition)]
        if not placing:
            return
        self._consumer.topics()  # asks the cluster: its answer has the topics' ids of now
        stored = self._positions(cluster_id_of(self._consumer), {partition.topic for partition in placing})
        for partition, span in spans_of(self._consumer, placing).items():
            standing = meet(stored, span)
            if self._holds(partition):
                start = span.start if standing.position is None else standing.position
                self._consumer.seek(partition, start)
                self._consumer.resume(partition)
                self._places[partition] = _Place(span.key, standing.position, start)
            self._unplaced.discard(partition)

    def _notice_topics_made_anew(self) -> None:
        for partition, place in list(self._places.items()):
            if self._topic_id(partition.topic) not in ("", place.key.topic_id) and self._holds(partition):
                self._unplaced.add(partition)

    def _topic_id(self, topic: str) -> str:
        return topic_id_of(self._consumer, topic)

    def _taken(
        self, partition: TopicPartition, position: int | None, records: Mapping[TopicPartition, Any]
    ) -> Poll | None:
        place = self._places.get(partition)
        if place is None or position is None or position < place.next:
            return None
        if position == place.next and place.stored is not None:
            return None
        if self._topic_id(partition.topic) not in ("", place.key.topic_id):
            return None
        now = self._now()
        messages = tuple(_message(place.key, record, now) for record in records.get(partition, ()))
        return self._moved(place, position, messages=messages)

    def _step_over(self, error: errors.KafkaError) -> list[Poll]:
        """The client cannot read a record that came undamaged (a header's name is no UTF-8, the batch is compressed
        in a way it does not know): it is rejected unread. So is every later record of that batch.

        Raises BrokerUnavailable where the bytes themselves are damaged.
        """
        stumbled = self._fetching.stumbled()
        if stumbled is None or "crc" in str(error):
            self._unplaced.update(self._places)
            raise BrokerUnavailable("Kafka gave damaged bytes: its checksums do not fit") from error
        partition, there = stumbled
        place = self._places.get(partition)
        if place is None or partition not in self._readable():
            return []
        offset = max(there, place.next)
        self._consumer.seek(partition, offset + 1)
        wanted = _COMPRESSED if isinstance(error, errors.UnsupportedCodecError) else _NAMED
        rejection = Rejection("unreadable", wanted, self._now(), origin=_origin(place.key, offset))
        return [self._moved(place, offset + 1, rejections=(rejection,))]

    def _moved(self, place: _Place, position: int, **brought: Any) -> Poll:
        advance = Advance(place.key, place.stored, position)
        place.stored = place.next = position
        return Poll(advance, **brought)


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    """Runs on the client's own thread, which also sends heartbeats: it only notes what changed."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._broker.assigned(assigned)

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._broker.revoked(revoked)


def _message(key: PartitionKey, record: Any, now: datetime) -> Message:
    appended = record.timestamp_type == _LOG_APPEND_TIME
    return Message(
        payload=record.value if record.value is not None else b"",
        headers=tuple([(name, value if value is not None else b"") for name, value in record.headers]),
        received_at=datetime.fromtimestamp(record.timestamp / 1000, UTC) if appended else now,
        origin=_origin(key, record.offset),
    )


def _origin(key: PartitionKey, offset: int) -> str:
    topic = key.topic_id or f"{key.cluster}.{key.topic}"
    return f"kafka:{topic}/{key.partition}/{offset}"


def _committed(offsets: Mapping[TopicPartition, Any], answer: Any) -> None:
    if isinstance(answer, Exception):
        structlog.get_logger().warning("positions not told to Kafka", error=type(answer).__name__)
