"""Makes the running parts out of the settings: the only place where connections, clocks and threads begin."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import structlog

from entrypoints.settings import Settings, load
from ledger.answers import Answers
from ledger.errors import UnknownOrganization
from ledger.ids import Ids
from ledger.recording import Recording
from ledger.store.checks import check_environment, check_start
from ledger.store.connections import LedgerDatastore, Role, pool
from ledger.store.erasures import replay
from ledger.store.keyring import Keyring
from ledger.store.migrate import LOG, migrate
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Store
from projections.stepping import Source

PACKAGES: Final = (LOG, "projections.migrations")
"""Packages whose migrations make the schema, in order."""
ROLES: Final[tuple[Role, ...]] = ("ledger_reader", "ledger_overseer", "ledger_writer", "ledger_projector")
"""Database roles the service acts as."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a process holds open: stores that only read, one that writes, and what works on them.

    `reading` sees every organization for the operator's commands that are about all; `within` one, its rows only,
    and within "" nothing at all. `overseeing` always sees all: for what cannot belong to one organization (whose a
    session is, probes, figures), never for what a caller asks.
    """

    settings: Settings
    ids: Ids
    keyring: Keyring
    now: Callable[[], datetime]
    reading: Store
    overseeing: Store
    asking: Store
    """As `ledger_reader`, under row-level security."""
    writing: Store
    answers: Answers
    recording: Recording

    def within(self, organization: str) -> "Service":
        """The service for one organization's callers: whatever is asked, the database shows its rows only."""
        return self._reading(self.asking.within(organization))

    @contextmanager
    def held(self) -> Iterator["Service"]:
        """The service reading on one connection, for what asks many small questions in a row."""
        with self.reading.held() as reading:
            yield self._reading(reading)

    def _reading(self, reading: Store) -> "Service":
        return replace(self, reading=reading, answers=Answers(reading, self.ids, self.now))


def clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@contextmanager
def opened(
    settings: Settings | None = None, *, timeout: float = 10.0, within: str | None = None
) -> Iterator[Service]:
    """The service on the database of the settings (absent: of the environment), closed at the end.

    `timeout`: seconds to wait for a connection. `within`: of one organization; absent, over all. Raises
    SettingsRefused, SchemaOutOfDate, LogUnavailable, UnknownOrganization.
    """
    settings = settings or load()
    ids, keyring = checked(settings)
    with (
        store(settings, "ledger_reader", size=settings.http_threads + 2, timeout=timeout) as asking,
        store(settings, "ledger_overseer", size=settings.http_threads + 2, timeout=timeout) as overseeing,
        store(settings, "ledger_writer", timeout=timeout) as writing,
    ):
        service = Service(
            settings=settings,
            ids=ids,
            keyring=keyring,
            now=clock,
            reading=overseeing,
            overseeing=overseeing,
            asking=asking,
            writing=writing,
            answers=Answers(overseeing, ids, clock),
            recording=Recording(writing, ids),
        )
        yield service if within is None else _registered(service.within(within), within)


def _registered(service: Service, organization: str) -> Service:
    stream = service.ids.organization(organization)
    if not service.reading.growing([stream])[stream]:
        raise UnknownOrganization(f"{organization}: not registered; `contact-ledger organizations list` names all")
    return service


def checked(settings: Settings) -> tuple[Ids, Keyring]:
    """The secrets, once a start on this database is found to be safe and every erasure is in force.

    Raises as `opened` does.
    """
    ids, keyring = secrets(settings)
    check_environment(os.environ)
    check_start(
        settings.database_url.get_secret_value(),
        ids,
        keyring,
        roles=ROLES,
        packages=PACKAGES,
        demo=settings.demo,
    )
    back = replay(settings.database_url.get_secret_value(), keyring)
    if back:
        structlog.get_logger().warning("erased keys had come back and were destroyed again", keys=back)
    return ids, keyring


def secrets(settings: Settings) -> tuple[Ids, Keyring]:
    """The pepper's ids and the master key's keyring."""
    return Ids(settings.pepper.get_secret_value()), Keyring(settings.master_key.get_secret_value())


def migrated(settings: Settings) -> list[str]:
    """Brings the database to this program's schema, as its owner; says which files were run."""
    ids, keyring = secrets(settings)
    return migrate(settings.owner_url, ids, keyring, PACKAGES)


@contextmanager
def projecting(settings: Settings) -> Iterator[Source]:
    """Where projections read the log and keep their tables, acting as `ledger_projector`."""
    url = settings.database_url.get_secret_value()
    with store(settings, "ledger_projector") as log, pool(url, "ledger_projector") as connections:
        yield Source(log, connections.connection)


@contextmanager
def store(settings: Settings, role: Role, *, size: int = 4, timeout: float = 10.0) -> Iterator[Store]:
    """A store whose connections act as `role`, closed at the end."""
    _spare_collections()
    ids, keyring = secrets(settings)
    datastore = LedgerDatastore(settings.database_url.get_secret_value(), role, size=size, timeout=timeout)
    try:
        yield Store(LedgerRecorder(datastore), ids, keyring)
    finally:
        datastore.close()


@contextmanager
def reading_within(settings: Settings, organization: str, *, size: int = 4) -> Iterator[Store]:
    """A store of another process that sees this organization's rows only, closed at the end."""
    with store(settings, "ledger_reader", size=size) as log:
        yield log.within(organization)


def _spare_collections() -> None:
    """Has the garbage collector look only when a million objects more are alive, and never again at those that are
    here to stay: a batch makes some hundred thousand, which live to its end and then go without its help; looking
    through them again and again took a third of the time.
    """
    gc.freeze()
    gc.set_threshold(1_000_000, 20, 20)
