"""A client of Kafka's that cannot be opened leaves nothing behind, however often it is tried."""

import gc
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from consumers.broker import BrokerUnavailable, spans

LOOKS = 6


def left() -> tuple[int, int]:
    """Threads of clients, and open sockets, of this process."""
    gc.collect()
    sockets = 0
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            sockets += "socket" in str(one.readlink())
    return sum(one.name.startswith("kafka-io") for one in threading.enumerate()), sockets


def answers(address: str) -> bool:
    try:
        spans(address, ["inbound"], patience_ms=300)
    except BrokerUnavailable:
        return False
    return True


@pytest.mark.usefixtures("refused_sockets")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # sockets that were refused
def test_asking_a_cluster_that_is_away_leaves_no_thread_and_no_socket() -> None:
    threads, sockets = left()
    for _ in range(LOOKS):
        assert not answers("127.0.0.1:1")
    threads_then, sockets_then = left()
    assert threads_then <= threads
    assert sockets_then - sockets < LOOKS  # those of the last error may hang in it yet
