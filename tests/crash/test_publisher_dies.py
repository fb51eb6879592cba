"""A publisher killed anywhere leaves nothing out; woken from long sleep it puts nothing old over something new."""

import os
import signal
from itertools import groupby
from operator import attrgetter

import pytest

from schemas.outbound import OutboundEvent
from tests.consumers.outbound import Outbound, person, publish_all, seen, statuses_of
from tests.consumers.scene import signup, stop
from tests.crash.running import await_strike, running, struck

pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("point", ["sent", "published", "noted"])
def test_a_killed_publisher_leaves_nothing_out(point: str, outbound: Outbound) -> None:
    outbound.record(*[signup(n, n % 4) for n in range(12)], *[stop(n, n % 4) for n in range(12, 16)])
    where = (outbound.url, outbound.scene.bootstrap, "events", outbound.events.topic)
    strikes = 0
    while struck("drive_publisher", *where, point, "2", "SIGKILL"):
        strikes += 1
    assert strikes >= 2
    found = [
        OutboundEvent.model_validate_json(one.value or b"")
        for one in seen(outbound.scene.bootstrap, outbound.events.topic)
    ]
    assert {one.event_id for one in found} == {fact[2] for fact in outbound.scene.events()}
    again = len(found) - len({one.event_id for one in found})
    assert again == 0 if point != "published" else 0 < again <= strikes * 5
    for _, events in groupby(sorted(found, key=attrgetter("stream_id")), key=attrgetter("stream_id")):
        first_seen = list(dict.fromkeys(event.version for event in events))
        assert first_seen == sorted(first_seen)


@pytest.mark.parametrize("point", ["sent", "published"])
def test_a_publisher_woken_from_a_long_sleep_overwrites_nothing(point: str, outbound: Outbound) -> None:
    outbound.record(signup(1, 1))
    where = (outbound.url, outbound.scene.bootstrap, "statuses", outbound.statuses.topic)
    with running("drive_publisher", *where, point, "1", "SIGSTOP") as sleeper:
        await_strike(sleeper)
        outbound.record(stop(2, 1))
        publish_all(outbound.store, outbound.statuses, outbound.scene.bootstrap)
        newest = statuses_of(outbound)
        assert newest[person(1)]["consent"] == "unsubscribed"  # type: ignore[index]
        os.kill(sleeper.pid, signal.SIGCONT)
        sleeper.ended()
        stopped_by = "fenced\n" in sleeper.said if point == "sent" else "PositionMoved" in sleeper.complained
        assert stopped_by, sleeper.complained
    assert statuses_of(outbound) == newest
