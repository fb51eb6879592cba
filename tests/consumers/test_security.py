"""Kafka behind TLS and a login: who has both is served, who has not is told so."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from consumers.broker import Broker, Outgoing, Producer, make_topics, missing_topics, spans
from consumers.cluster import Cluster
from entrypoints.wiring import clock
from tests.api.serving import ENVIRONMENT
from tests.consumers.secured import PASSWORD, USER, other_authority, secured
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


def test_who_lacks_password_authority_or_tls_is_told_what_to_mend(cluster: Cluster, tmp_path: Path) -> None:
    password, wrong = tmp_path / "password", tmp_path / "wrong"
    password.write_text(PASSWORD)
    wrong.write_text("another-password")
    strangers = [
        {"PASSWORD_FILE": str(wrong)},
        {"PASSWORD_FILE": str(wrong), "SASL_MECHANISM": "PLAIN"},
        {"CA_FILE": other_authority(tmp_path)},
        {"SECURITY_PROTOCOL": "PLAINTEXT"},
        {},
    ]
    entry = {
        "BOOTSTRAP": cluster.bootstrap,
        "SECURITY_PROTOCOL": cluster.protocol,
        "CA_FILE": str(cluster.ca_file),
        "USER": USER,
        "PASSWORD_FILE": str(password),
    }
    found = _said_of_kafka([entry | stranger for stranger in strangers])
    assert ["or lets nobody in" in said for said in found] == [True, True, True, True, False]
    assert "no topic" in found[-1]


def _said_of_kafka(entries: Sequence[Mapping[str, str]]) -> list[str]:
    """What `doctor` says of Kafka, in a process of its own: the client leaves sockets of failed logins unclosed."""
    given = {**ENVIRONMENT, "LEDGER_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    asked = [given | {f"LEDGER_KAFKA_{name}": value for name, value in entry.items()} for entry in entries]
    program = [sys.executable, "-m", "tests.consumers.examined"]
    done = subprocess.run(program, input=json.dumps(asked), capture_output=True, text=True, check=True)
    assert not any(password in done.stdout + done.stderr for password in (PASSWORD, "another-password"))
    return [
        next(one["said"] for one in findings if one["check"] == "kafka") for findings in json.loads(done.stdout)
    ]


def test_a_password_shows_nowhere(cluster: Cluster) -> None:
    assert PASSWORD not in f"{cluster} {cluster!r}"
