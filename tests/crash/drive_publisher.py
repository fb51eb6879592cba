"""Publishes a flow to its end, unless it is struck: `drive_publisher DATABASE KAFKA FLOW TOPIC POINT NTH SIGNAL`.

Points: sent (to Kafka, its transaction still open), published (Kafka has committed), noted (in PostgreSQL).
"""

import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial

from consumers.broker import Fenced, Outgoing, Producer
from consumers.publisher import Events, Flow, Publisher, Statuses
from tests.consumers.outbound import projector_store
from tests.crash.dying import Fate, after

FLOWS: dict[str, Callable[[str], Flow]] = {"events": Events, "statuses": Statuses}
BATCH = 5
"""Messages of a portion: few, so that there are many points to be struck at."""


class _MortalProducer(Producer):
    def __init__(self, bootstrap: str, fate: Fate, fence: str) -> None:
        super().__init__(bootstrap, fence=fence)
        self._fate = fate
        self._producer.flush = after(self._producer.flush, "sent", fate)

    def publish(self, outgoing: Iterable[Outgoing]) -> int:
        count = super().publish(outgoing)
        self._fate.meet("published")
        return count


def main(database: str, bootstrap: str, flow: str, topic: str, point: str, nth: str, how: str) -> None:
    fate = Fate(point, int(nth), signal.Signals[how])
    with projector_store(database) as store:
        opened = partial(_MortalProducer, bootstrap, fate)
        publisher = Publisher(store, FLOWS[flow](topic), opened, batch=BATCH)
        try:
            while publisher.publish():
                fate.meet("noted")
        except Fenced:
            sys.stdout.write("fenced\n")
        finally:
            publisher.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
