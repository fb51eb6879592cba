"""A producer that was shut out knows it, wherever in its batch it learns of it."""

import pytest

from consumers.broker import Fenced, Outgoing, Producer
from tests.conftest import Topics
from tests.consumers.outbound import seen


@pytest.mark.parametrize("messages", [1, 5_000])
def test_a_producer_that_was_shut_out_is_told_so_and_nothing_of_it_is_seen(
    messages: int, topics: Topics, kafka_bootstrap: str
) -> None:
    topic = topics(partitions=2)
    old = Producer(kafka_bootstrap, fence=topic)
    old.publish([Outgoing(topic, b"before", b"1")])
    new = Producer(kafka_bootstrap, fence=topic)
    with pytest.raises(Fenced):
        old.publish(Outgoing(topic, b"late", f"{number}".encode() * 50) for number in range(messages))
    new.publish([Outgoing(topic, b"after", b"2")])
    for producer in (old, new):
        producer.close()
    assert sorted(one.key for one in seen(kafka_bootstrap, topic)) == [b"after", b"before"]
