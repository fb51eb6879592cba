"""Producers compress as they like: what is compressed is taken, and what nobody can unpack is passed by."""

from contextlib import closing
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.codec import lz4

from tests.conftest import Topics
from tests.consumers.scene import Scene, publish, signup


def _compressed(bootstrap: str, topic: str, how: str, *numbers: int) -> None:
    with closing(KafkaProducer(bootstrap_servers=bootstrap, compression_type=how, linger_ms=500)) as producer:
        for number in numbers:
            key, value, _ = signup(number, number)
            producer.send(topic, value, key, partition=0)


@pytest.mark.parametrize("how", ["gzip", "snappy", "lz4", "zstd"])
def test_whatever_way_messages_are_compressed_they_are_taken(how: str, scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=1)
    _compressed(scene.bootstrap, topic, how, *range(40))
    scene.consume(topic)
    assert all(scene.sendable(number) for number in range(40))


def test_what_nobody_can_unpack_costs_a_rejection_each_and_the_partition_goes_on(
    scene: Scene, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, [signup(1, 1)])
    _compressed(scene.bootstrap, topic, "snappy", 2, 3, 4)
    publish(scene.bootstrap, topic, [signup(5, 5)])
    monkeypatch.setattr("kafka.codec.snappy", None)
    scene.consume(topic)
    assert [number for number in range(1, 6) if scene.sendable(number)] == [1, 5]
    assert [reason for reason, _ in scene.rejections()] == ["unreadable"] * 3


def _miscounted(payload: bytes, **_: Any) -> bytes:
    """A frame whose checksum of its content does not fit: Kafka never looks at it, and takes the batch."""
    frame = bytearray(lz4.compress(bytes(payload), block_linked=False, content_checksum=True))
    frame[-1] ^= 0xFF
    return bytes(frame)


def test_what_fails_to_unpack_is_passed_by_as_well(
    scene: Scene, topics: Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, [signup(1, 1)])
    with monkeypatch.context() as broken:
        broken.setattr("kafka.record.default_records.lz4_encode", _miscounted)
        _compressed(scene.bootstrap, topic, "lz4", 2, 3)
    publish(scene.bootstrap, topic, [signup(4, 4)])
    scene.consume(topic)
    assert [number for number in range(1, 5) if scene.sendable(number)] == [1, 4]
    assert [reason for reason, _ in scene.rejections()] == ["unreadable"] * 2
