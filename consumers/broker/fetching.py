"""What the client fetched: the next records, of all partitions alike, and past what would make it stand still.

What is reached for here in the inside of kafka-python it offers no other way to.
"""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition


class Fetching:
    """Takes at most `most` records at a time from the client. `joins`: it is a member of a group.

    `rest`: seconds between two looks at a cluster that answers at once where there is nothing, instead of holding
    the answer back as Kafka does: without it the client would ask such a one without end.
    """

    def __init__(self, consumer: KafkaConsumer, *, joins: bool, most: int, rest: float) -> None:
        self._consumer = consumer
        self._joins = joins
        self._most = most
        self._rest = rest
        self._filled: list[TopicPartition] = []

    def records(
        self, readable: Callable[[], Collection[TopicPartition]], timeout: float
    ) -> Mapping[TopicPartition, Any]:
        """The next records. The client would hand out all it fetched of one partition before the next one's: so
        after a full poll its partitions wait for what there is of others, and nobody's flood delays a STOP.
        """
        waiting = [one for one in self._filled if one in readable()]
        records: Mapping[TopicPartition, Any] = {}
        if waiting:
            self._consumer.pause(*waiting)
            records = self._consumer.poll(timeout_ms=0)
            self._consumer.resume(*[one for one in waiting if one in readable()])
        if not self._consumer._fetcher._next_partition_records:
            self._consumer._fetcher._next_partition_records = None  # else it never returns to what was paused
        records = records or self._looked(timeout)
        self._filled = list(records) if sum(map(len, records.values())) == self._most else []
        return records

    def resume_joining(self) -> None:
        """A join that outlasts a poll is dropped by the client where only new partitions had called for it: its
        answer would never be heard, and this member have nothing for ever.
        """
        coordinator = self._consumer._coordinator
        if coordinator._join_task is not None and not coordinator.need_rejoin():
            coordinator.request_rejoin()

    def stumbled(self) -> tuple[TopicPartition, int] | None:
        """The partition and offset whose record the client could not read, if it says so.

        What it had fetched after it is dropped: else it would ask its broken iterator for ever.
        """
        part = self._consumer._fetcher._next_partition_records
        if part is None:
            return None
        part.drain()
        return part.topic_partition, part.next_fetch_offset

    def _looked(self, timeout: float) -> Mapping[TopicPartition, Any]:
        until, left = time.monotonic() + timeout, timeout
        while not (records := self._consumer.poll(timeout_ms=self._wait(left))) and self._rest and left > 0:
            time.sleep(self._rest)
            left = max(0.0, until - time.monotonic())
        return records  # type: ignore[no-any-return]

    def _wait(self, left: float) -> int:
        """Milliseconds the client may wait: it begins a join anew whose answer came between two mere glances."""
        coordinator = self._consumer._coordinator
        joining = self._joins and (coordinator._join_task is not None or coordinator.need_rejoin())
        return int(left * 1000) if joining or not self._rest else 0
