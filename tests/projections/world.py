"""A ledger with projections on a database of its own, whose clock the tests set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from psycopg.sql import SQL, Identifier

from ledger.acts.act import Act, Body
from ledger.acts.settings import Registration
from ledger.recording import Outcome, Recording
from ledger.store.connections import LedgerDatastore, Role, pool
from ledger.store.migrate import LOG, migrate
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Store
from projections.registry import PROJECTIONS
from projections.runner import Runner, catch_up
from projections.stepping import Source
from tests.store.making import IDS, KEYRING

PACKAGES = (LOG, "projections.migrations")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class World:
    """Records acts at the moment its clock shows and projects them."""

    def __init__(self, url: str, store: Store, source: Source) -> None:
        self.url = url
        self.store = store
        self.source = source
        self.now = START
        self.recording = Recording(store, IDS)
        self.number = 0

    def register(self, organization: str = "acme") -> None:
        self.record(Registration(organization), organization=organization)

    def act(
        self, body: Body, *, organization: str = "acme", at: datetime | None = None, number: int | None = None
    ) -> Act:
        """An act that comes in now, and happened now or `at`; message ids are numbers."""
        self.number += 1
        return Act(
            organization=organization,
            source="test",
            message_id=str(number or self.number),
            type=type(body).__name__,
            received_at=self.now,
            content=orjson.dumps([self.number, repr(body)]),
            body=body,
            occurred_at=at or self.now,
        )

    def record(self, *bodies: Body, organization: str = "acme", at: datetime | None = None) -> list[Outcome]:
        """Records the bodies as acts of one batch."""
        return self.recording.record([self.act(body, organization=organization, at=at) for body in bodies])

    def pass_time(self, delta: timedelta) -> None:
        self.now += delta

    def project(self, *, batch: int = 5_000) -> None:
        catch_up(self.source, list(PROJECTIONS.values()), batch=batch)

    def sweep(self) -> None:
        Runner(PROJECTIONS.values(), self.source).sweep(self.now)

    def connect(self) -> Any:
        """A connection for one transaction, as the projector."""
        return self.source.connect()

    def rows(self, query: str, *values: object) -> list[Any]:
        with self.connect() as connection:
            return connection.execute(query.encode(), values).fetchall()  # type: ignore[no-any-return]

    def text_of(self, table: str) -> str:
        """All a table holds, as text."""
        with self.connect() as connection:
            rows = connection.execute(SQL("SELECT t::text FROM {} t").format(Identifier(table))).fetchall()
        return "\n".join(row[0] for row in rows)


@contextmanager
def world_on(url: str) -> Iterator[World]:
    migrate(url, IDS, KEYRING, PACKAGES)
    made: list[World] = []
    with (
        _store(url, "ledger_writer", lambda: made[0].now) as writing,
        _store(url, "ledger_projector") as log,
        pool(url, "ledger_projector") as connections,
    ):
        made.append(World(url, writing, Source(log, connections.connection)))
        yield made[0]


@contextmanager
def source_on(url: str) -> Iterator[Source]:
    """What a rebuild's processes open."""
    with _store(url, "ledger_projector") as log, pool(url, "ledger_projector", size=2) as connections:
        yield Source(log, connections.connection)


@contextmanager
def _store(url: str, role: Role, clock: Callable[[], datetime] | None = None) -> Iterator[Store]:
    datastore = LedgerDatastore(url, role)
    try:
        yield Store(LedgerRecorder(datastore), IDS, KEYRING, clock)
    finally:
        datastore.close()


def key(kind: str, value: str, organization: str = "acme") -> UUID:
    return IDS.identifier(organization, kind, value)
