"""A process says every few seconds that it is there, so that people see when one is not."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final
from uuid import uuid4

import psycopg

from entrypoints.wiring import Service
from ledger.errors import LedgerError, LogUnavailable
from projections import processes

EVERY: Final = 10.0
"""Seconds between two signs of life."""
_AWAY: Final = (LogUnavailable, psycopg.Error)


class Presence:
    """Kept up by a thread of its own; what the process cannot do is said with the next sign of life."""

    def __init__(self, ledger: Service) -> None:
        self._ledger = ledger
        self._id = uuid4()
        self._trouble: str | None = None
        self._woken = threading.Event()
        self._over = False

    def trouble(self, error: LedgerError) -> None:
        """Notes what a person must mend; it stands until the process ends."""
        self._trouble = str(error)
        self._woken.set()

    def begin(self, process: str) -> None:
        with suppress(*_AWAY), self._ledger.writing.connection() as connection:
            processes.note_start(connection, self._id, process, socket.gethostname(), os.getpid())

    def keep_up(self) -> None:
        """Until `end` is called; a database that is away is passed over."""
        while not self._over:
            self._woken.wait(EVERY)
            self._woken.clear()
            with suppress(*_AWAY), self._ledger.writing.connection() as connection:
                processes.note_presence(connection, self._id, self._trouble)

    def end(self) -> None:
        self._over = True
        self._woken.set()

    def say_end(self) -> None:
        with suppress(*_AWAY), self._ledger.writing.connection() as connection:
            processes.note_end(connection, self._id, self._trouble)


@contextmanager
def present(ledger: Service, process: str) -> Iterator[Presence]:
    """While inside, the process is seen as there; an error that ends it is said of it."""
    presence = Presence(ledger)
    presence.begin(process)
    thread = threading.Thread(target=presence.keep_up, name="presence", daemon=True)
    thread.start()
    try:
        yield presence
    except LedgerError as error:
        presence.trouble(error)
        raise
    finally:
        presence.end()
        thread.join()
        presence.say_end()
