"""Messages out: batches in order, in transactions where there is a fence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from consumers.broker.errors import translated
from consumers.broker.opening import opened
from consumers.cluster import Address

_PATIENCE = 60
"""Seconds in which Kafka must have taken a message."""
_PRODUCING: dict[str, Any] = {
    "client_id": "contact-ledger",
    "linger_ms": 5,
    "batch_size": 256 * 1024,
    "compression_type": "lz4",
    "max_request_size": 16 * 1024 * 1024,
    "allow_auto_create_topics": False,
    "max_block_ms": _PATIENCE * 1000,
    "metadata_max_age_ms": 30_000,
    "reconnect_backoff_max_ms": 2_000,
    "metrics_enabled": False,
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be published. `value` None is a tombstone."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: datetime | None = None


class Producer:
    """Publishes batches in order, each exactly once on its partition. With a `fence`, each is one transaction,
    and the newest producer of that fence shuts out all earlier ones. Raises BrokerUnavailable.
    """

    def __init__(self, cluster: Address, *, fence: str | None = None) -> None:
        self._fenced = fence is not None
        self._producer = opened(KafkaProducer, cluster, transactional_id=fence, **_PRODUCING)
        try:
            with translated():
                if self._fenced:
                    self._producer.init_transactions()
        except BaseException:
            self.close()
            raise

    def publish(self, outgoing: Iterable[Outgoing]) -> int:
        """Returns how many there were, once Kafka has them all. Raises Fenced and BrokerUnavailable.

        After an error part of a batch without fence may be there; of one with a fence nothing can be seen. A
        producer that raised is of no more use.
        """
        with translated():
            if self._fenced:
                self._producer.begin_transaction()
            sent = [self._send(one) for one in outgoing]
            self._producer.flush(timeout=_PATIENCE)
            for future in sent:
                future.get(timeout=_PATIENCE)
            if self._fenced:
                self._producer.commit_transaction()
        return len(sent)

    def close(self) -> None:
        """Closes it; what is not yet sent is given up."""
        try:
            self._producer.close(timeout=2)
        except KafkaError:  # it waits for what nobody takes, and would leave its thread and sockets
            self._producer._sender.force_close()
            self._producer.close(timeout=2)

    def _send(self, one: Outgoing) -> Any:
        stamp = None if one.timestamp is None else int(one.timestamp.timestamp() * 1000)
        return self._producer.send(one.topic, one.value, one.key, list(one.headers), timestamp_ms=stamp)
