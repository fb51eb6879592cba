"""Members of a group: they get their partitions however short their polls are, and lose them to their successors."""

from contextlib import ExitStack, closing
from uuid import uuid4

import pytest

from consumers.broker import Broker, Fenced
from tests.conftest import Topics
from tests.consumers.scene import Scene, now, publish, signup, wait_for
from tests.servers import create_topic


def test_a_topic_made_later_is_read_however_short_the_polls(scene: Scene) -> None:
    topic = f"late-{uuid4().hex[:12]}"
    with scene.broker([topic], group=f"group-{topic}") as broker:
        wait_for(lambda: broker.poll(0.2) == [], "joining without a topic")
        create_topic(scene.bootstrap, topic, 2, {})
        publish(scene.bootstrap, topic, [signup(1, 1)])
        wait_for(lambda: bool(broker.poll(0.003)), "the message of the new topic")


def test_a_successor_of_the_same_name_has_the_partitions_at_once_and_shuts_out_the_old(
    scene: Scene, topics: Topics
) -> None:
    topic = topics(partitions=1)
    publish(scene.bootstrap, topic, [signup(1, 1)])
    with ExitStack() as closed_together:

        def member() -> Broker:
            made = Broker(scene.bootstrap, [topic], scene.store.positions, now, group=f"g-{topic}", instance="one")
            return closed_together.enter_context(closing(made))

        old = member()
        wait_for(lambda: bool(old.poll(0.2)), "the first member's message")
        new = member()
        wait_for(lambda: bool(new.poll(0.2)), "the successor's message", seconds=10)
        with pytest.raises(Fenced):
            wait_for(lambda: bool(old.poll(0.2)), "the old member's end")
