"""A consumer killed anywhere: nothing is lost and nothing doubled, with a journal as oracle."""

import os
import signal

import pytest

from tests.conftest import Topics
from tests.consumers.scene import Scene, history, publish, record_directly
from tests.crash.running import await_strike, running, struck

POINTS = {"polled": "2", "writing": "2", "written": "2", "committed": "1", "told": "1"}
"""Each point with the time it is struck at: the earliest that lets a driver get further than the one before."""

pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_consumer_loses_and_doubles_nothing(
    point: str, fresh_database: str, scene: Scene, oracle: Scene, topics: Topics
) -> None:
    topic, journal = topics(partitions=1), history(30)
    publish(scene.bootstrap, topic, journal)
    strikes = 0
    while struck("drive_consumer", fresh_database, scene.bootstrap, topic, point, POINTS[point], "SIGKILL"):
        strikes += 1
    assert strikes >= 2
    record_directly(oracle, journal)
    assert scene.events() == oracle.events()
    assert len(scene.rejections()) == len(set(scene.rejections())) == 3
    [standing] = scene.standings(topic)
    assert standing.position == standing.span.end == 30


@pytest.mark.parametrize("point", ["polled", "committed"])
def test_a_consumer_woken_from_a_long_sleep_writes_nothing_twice(
    point: str, fresh_database: str, scene: Scene, oracle: Scene, topics: Topics
) -> None:
    topic, journal = topics(partitions=1), history(30)
    publish(scene.bootstrap, topic, journal)
    with running("drive_consumer", fresh_database, scene.bootstrap, topic, point, "2", "SIGSTOP") as sleeper:
        await_strike(sleeper)
        scene.consume(topic)
        before = scene.events()
        os.kill(sleeper.pid, signal.SIGCONT)
        assert sleeper.ended() == 0, sleeper.complained
    record_directly(oracle, journal)
    assert scene.events() == before == oracle.events()
    assert len(scene.rejections()) == 3
