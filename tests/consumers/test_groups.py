"""Members of a group get their partitions however short their polls are."""

from uuid import uuid4

from structlog.testing import capture_logs

from tests.consumers.scene import Scene, publish, signup, wait_for
from tests.servers import create_topic


def test_a_topic_made_later_is_read_however_short_the_polls(scene: Scene) -> None:
    topic = f"late-{uuid4().hex[:12]}"
    with capture_logs() as logs, scene.broker([topic], group=f"group-{topic}") as broker:
        assert [log["topic"] for log in logs if log["log_level"] == "warning"] == [topic]
        wait_for(lambda: broker.poll(0.2) == [], "joining without a topic")
        create_topic(scene.bootstrap, topic, 2, {})
        publish(scene.bootstrap, topic, [signup(1, 1)])
        wait_for(lambda: bool(broker.poll(0.003)), "the message of the new topic")


def test_who_only_glances_at_kafka_hears_the_answer_to_its_joining(scene: Scene) -> None:
    """An answer that came between two glances was passed over, and the joining begun anew some hundred times."""
    topic = f"glanced-{uuid4().hex[:12]}"
    create_topic(scene.bootstrap, topic, 2, {})
    publish(scene.bootstrap, topic, [signup(1, 1)])
    with scene.broker([topic], group=f"group-{topic}", rest=0.005) as broker:
        wait_for(lambda: bool(broker.poll(0.5)), "the message")
        assert broker._consumer._coordinator._generation.generation_id <= 10
