"""A producer whose messages nobody takes gives up after its patience, and leaves nothing behind."""

import threading
from contextlib import closing

import pytest
from kafka.admin import KafkaAdminClient

from consumers.broker import BrokerUnavailable, Outgoing, Producer, make_topics, missing_topics, producing
from tests.api.serving import wait_until
from tests.servers import Kafka


def test_a_topic_that_is_gone_is_not_waited_for_without_end(
    private_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producing, "_PATIENCE", 2)
    kafka, before = private_kafka.bootstrap, threading.active_count()
    make_topics(kafka, {"going": {}}, partitions=1)
    producer = Producer(kafka, fence="going")
    assert producer.publish([Outgoing("going", b"1", b"{}")]) == 1
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        admin.delete_topics(["going"])
    wait_until(lambda: missing_topics(kafka, ["going"]) == ["going"], 30)
    with pytest.raises(BrokerUnavailable):
        producer.publish([Outgoing("going", b"2", b"{}")])
    producer.close()
    wait_until(lambda: threading.active_count() <= before, 10)
