"""Kafka behind TLS and a login: who has both is served, who has not is told so."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from consumers.broker import Broker, BrokerUnavailable, Outgoing, Producer, make_topics, missing_topics, spans
from consumers.cluster import Cluster
from entrypoints.wiring import clock
from tests.consumers.secured import PASSWORD, other_authority, secured
from tests.servers import apache_kafka_runs

pytestmark = pytest.mark.skipif(not apache_kafka_runs(), reason="needs Apache Kafka: Maven and Java 17")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with secured(tmp_path_factory.mktemp("secured")) as made:
        yield made


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_messages_go_in_and_out(cluster: Cluster, mechanism: str) -> None:
    entered = replace(cluster, mechanism=mechanism)
    topic = f"secured-{mechanism.lower()}"
    assert missing_topics(entered, [topic]) == [topic]
    make_topics(entered, {topic: {}}, partitions=1)
    with closing(Producer(entered, fence=f"fence-{topic}")) as producer:
        producer.publish([Outgoing(topic, b"key", b"value")])
    assert [span.end > span.start for span in spans(entered, [topic])] == [True]
    with closing(Broker(entered, [topic], lambda _cluster, _topics: {}, clock, group=topic)) as broker:
        payloads: list[bytes] = []
        while not payloads:
            payloads += [message.payload for poll in broker.poll(1.0) for message in poll.messages]
    assert payloads == [b"value"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client leaves sockets unclosed
def test_a_wrong_password_an_unknown_authority_and_no_tls_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    strangers = [
        replace(cluster, password="another"),
        replace(cluster, mechanism="PLAIN", password="another"),
        replace(cluster, ca_file=other_authority(tmp_path)),
        replace(cluster, ca_file=None),
        Cluster(cluster.bootstrap),
    ]
    with ThreadPoolExecutor(len(strangers)) as pool:
        assert list(pool.map(_refused, strangers)) == [True] * len(strangers)
    gc.collect()


def _refused(stranger: Cluster) -> bool:
    with pytest.raises(BrokerUnavailable) as refused:
        missing_topics(stranger, ["any"])
    return PASSWORD not in str(refused.value)


def test_a_password_shows_nowhere(cluster: Cluster) -> None:
    assert PASSWORD not in f"{cluster} {cluster!r}"
