"""Consumes a topic to its end, unless it is struck down: `drive_consumer DATABASE KAFKA TOPIC POINT NTH SIGNAL`.

Points: polled, writing, written, committed, told (Kafka, after the ledger's own commit).
"""

import signal
import sys
import threading
from collections.abc import Iterable
from uuid import uuid4

from consumers.broker import Broker, Poll
from consumers.consumer import Consumer
from consumers.reader import Reader
from ledger.store.store import Advance
from tests.consumers.scene import Scene, now
from tests.crash.dying import Fate, MortalStore
from tests.ledgers import store_of

MOST = 10
"""Messages of a poll: few, so that there are many points to be struck at."""


class _MortalBroker(Broker):
    fate: Fate

    def poll(self, timeout: float = 1.0) -> list[Poll]:
        polls = super().poll(timeout)
        if polls:
            self.fate.meet("polled")
        return polls

    def commit(self, advances: Iterable[Advance]) -> None:
        told = list(advances)
        super().commit(told)
        if told:
            self.fate.meet("told")


def main(database: str, bootstrap: str, topic: str, point: str, nth: str, how: str) -> None:
    fate = Fate(point, int(nth), signal.Signals[how])
    with store_of(MortalStore, database) as store:
        store.fate = Fate("", 0)
        scene = Scene(store, bootstrap)
        store.fate = fate
        group = f"group-{uuid4().hex}"  # one of its own, so as not to wait for the end of a dead member's session
        broker = _MortalBroker(bootstrap, [topic], store.positions, now, group=group, most=MOST)
        broker.fate = fate
        consumer = Consumer(Reader(broker), scene.recording)
        never = threading.Event()
        while consumer.take_polls(never, 0.2) or not scene.taken(topic):
            pass
        broker.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
