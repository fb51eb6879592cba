"""What topics there are and what they hold; topics made where they are missing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any
from uuid import UUID

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import TopicAlreadyExistsError

from consumers.broker.errors import translated
from consumers.broker.opening import opened
from consumers.cluster import Address
from consumers.positions import Span
from ledger.store.store import PartitionKey

_LOOKING: dict[str, Any] = {
    "enable_auto_commit": False,
    "isolation_level": "read_committed",
    "allow_auto_create_topics": False,
    "metrics_enabled": False,
}

_PATIENCE_MS = 10_000
"""The client tries again and again where a cluster does not answer or lets nobody in: for so long, when asked."""


def spans(cluster: Address, topics: Collection[str], *, patience_ms: int = 30_000) -> list[Span]:
    """What each partition of these topics holds now; topics that do not exist are left out.

    `patience_ms`: for how long a cluster that does not answer is tried. Raises BrokerUnavailable.
    """
    with _opened(KafkaConsumer, cluster, bootstrap_timeout_ms=patience_ms, **_LOOKING) as client:
        client.topics()
        found = [TopicPartition(topic, one) for topic in topics for one in client.partitions_for_topic(topic)]
        return list(spans_of(client, found).values())


def cluster_id(cluster: Address) -> str:
    """The cluster's id; '' where it gives none."""
    with _opened(KafkaConsumer, cluster, **_LOOKING) as client:
        return cluster_id_of(client)


def make_topics(cluster: Address, wanted: Mapping[str, Mapping[str, str]], *, partitions: int = -1) -> list[str]:
    """Makes the topics that are missing, each with its settings, and returns their names."""
    with _opened(KafkaAdminClient, cluster) as admin:
        missing = sorted(set(wanted) - set(admin.list_topics()))
        for name in missing:
            with suppress(TopicAlreadyExistsError):
                admin.create_topics(
                    {name: {"num_partitions": partitions, "configs": dict(wanted[name])}}, wait_for_metadata=True
                )
        return missing


def missing_topics(cluster: Address, names: Collection[str]) -> list[str]:
    """Those of these topics that the cluster does not have. Raises BrokerUnavailable sooner than others would."""
    with _opened(KafkaAdminClient, cluster, bootstrap_timeout_ms=_PATIENCE_MS) as admin:
        return sorted(set(names) - set(admin.list_topics()))


def spans_of(client: Any, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Span]:
    starts, ends = client.beginning_offsets(partitions), client.end_offsets(partitions)
    cluster = cluster_id_of(client)
    return {
        one: Span(
            PartitionKey(cluster, one.topic, topic_id_of(client, one.topic), one.partition), starts[one], ends[one]
        )
        for one in partitions
    }


def cluster_id_of(client: Any) -> str:
    return client._cluster.cluster_id or ""


def topic_id_of(client: Any, topic: str) -> str:
    topic_id: UUID | None = client._cluster.topic_id(topic)
    return str(topic_id) if topic_id else ""


@contextmanager
def _opened(kind: type[Any], cluster: Address, **settings: Any) -> Iterator[Any]:
    with translated(), closing(opened(kind, cluster, **settings)) as client:
        yield client
