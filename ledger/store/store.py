"""The store: reads of the log over a pool, and one writing transaction at a time."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from datetime import datetime
from functools import partial
from typing import Any, Self
from uuid import UUID

from psycopg import Connection

from ledger.events.envelope import Recorded
from ledger.ids import Ids
from ledger.store import positions, rejections
from ledger.store.beginning import Beginning, ask_first
from ledger.store.growing import Growing
from ledger.store.keyring import Keyring
from ledger.store.positions import Advance, PartitionKey
from ledger.store.reading import Reading
from ledger.store.recorder import CHANNEL, LedgerRecorder
from ledger.store.scanning import Newest
from ledger.store.sealing import SealedBatch
from ledger.store.writing import Clock, Writing, writing

__all__ = ["CHANNEL", "Advance", "Beginning", "Clock", "Newest", "PartitionKey", "SealedBatch", "Store", "Writing"]


class Store(Reading):
    """The log and what is written with it. Raises LogUnavailable where the database cannot be reached.

    `clock` is for tests and demos; without it PostgreSQL's clock stamps what is recorded.
    """

    def __init__(self, recorder: LedgerRecorder, ids: Ids, keyring: Keyring, clock: Clock | None = None) -> None:
        super().__init__(recorder.datastore.connection, keyring)
        self.recorder = recorder
        self._growing = Growing()
        self._sees = ""
        self._ids = ids
        self._clock = clock

    def within(self, organization: str) -> Self:
        """The same store, for the questions of one organization: where its role is narrow it sees no other's rows,
        and before this none at all.
        """
        narrowed = copy(self)
        narrowed._sees = organization
        narrowed._connect = partial(self.recorder.datastore.connection, organization)
        return narrowed

    def connection(self) -> AbstractContextManager[Connection[Any]]:
        """A connection of the store's pool, in autocommit mode."""
        return self._connect()

    def growing(self, stream_ids: Collection[UUID]) -> dict[UUID, tuple[Recorded, ...]]:
        """These streams whole, in version order, as `read` gives them; what this process knows of them is not read
        again. For the few that nearly every request asks for: an organization's own.
        """
        with self._connect() as connection:
            return self._growing.read(connection, self._sees, stream_ids)

    @contextmanager
    def held(self) -> Iterator[Self]:
        """The same store on one connection, for a page's questions in a row: see `beginning`."""
        with self._connect() as connection:
            held = copy(self)
            held._connect = lambda: nullcontext(connection)
            yield held

    @contextmanager
    def beginning(self, act_ids: Collection[UUID], event_ids: Collection[UUID]) -> Iterator[tuple[Self, Beginning]]:
        """The same store on one connection, for the steps of a batch, and what is asked first of these acts.

        The pool tries a connection at every loan, which costs as much as a small read: this is that read.
        """
        asked: list[Beginning] = []

        def first(connection: Connection[Any]) -> None:
            asked.append(ask_first(connection, act_ids, event_ids))

        with self.recorder.datastore.connection(self._sees, first) as connection:
            bound = copy(self)
            bound._connect = lambda: nullcontext(connection)
            yield bound, asked[-1]

    @contextmanager
    def writing(self, expected: Sequence[Recorded] = ()) -> Iterator[Writing]:
        """One transaction under the writer lock: commits at the end, rolls back on any exception.

        `expected`: the events that will be appended, as far as is known. Their positions are drawn with the lock,
        and their keys looked up where they are few.
        """
        with (
            self._connect() as connection,
            writing(connection, self._keyring, self._ids, self._clock, expected) as opened,
        ):
            yield opened

    def positions(self, cluster: str, topics: Collection[str]) -> dict[PartitionKey, int]:
        """Where these topics' partitions are to be read next."""
        with self._connect() as connection:
            return positions.positions(connection, cluster, topics)

    def accept_position(self, key: PartitionKey, position: int) -> None:
        """Sets a position after a person decided that lost messages are lost."""
        with self._connect() as connection:
            positions.accept(connection, key, position)

    def rejection_payload(self, rejection_id: UUID) -> rejections.Payload:
        """A rejected message as it came. Raises NotFound and KeyDestroyed."""
        with self._connect() as connection:
            return rejections.payload(connection, self._keyring, rejection_id)

    def purge_rejections(self, at: datetime) -> int:
        """Destroys rejected payloads that have expired by `at`; returns how many."""
        with self._connect() as connection:
            return rejections.purge_expired(connection, at)
