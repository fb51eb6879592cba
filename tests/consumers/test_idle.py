"""A consumer with nothing to do costs next to nothing, whatever kind of broker it waits at."""

import time
from contextlib import closing

from consumers.broker import Broker, make_topics
from entrypoints.embedded import EmbeddedBroker
from entrypoints.wiring import clock

_LOOKS = 20


def test_a_broker_that_does_not_wait_is_not_asked_without_end() -> None:
    with EmbeddedBroker() as server:
        make_topics(server.bootstrap, {"idle": {}}, partitions=2)
        assert _work(server.bootstrap, rest=0.05) * 3 < _work(server.bootstrap, rest=0.0)


def _work(bootstrap: str, rest: float) -> float:
    """Seconds of work in this process for so many looks at topics in which nothing comes."""
    with closing(Broker(bootstrap, ["idle"], lambda _cluster, _topics: {}, clock, rest=rest)) as one:
        one.poll(0.1)
        begun = time.process_time()
        for _ in range(_LOOKS):
            assert one.poll(0.1) == []
        return time.process_time() - begun
