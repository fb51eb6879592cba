"""The servers and databases of a run. With xdist they are started once, here, before the workers."""

import gc
import logging
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from hypothesis import settings

from tests.migrated import new_ledger
from tests.servers import Kafka, Postgres, Servers, create_topic, new_database, own_kafka

settings.register_profile("untimed", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("untimed")


@dataclass(frozen=True)
class Given:
    """A worker's view of the servers that the controller started."""

    database_url: str
    kafka_bootstrap: str


_SERVERS = pytest.StashKey[Servers | Given]()


class Topics(Protocol):
    """Makes a topic with a name of its own and returns the name."""

    def __call__(
        self, name: str = "topic", *, partitions: int = 4, config: Mapping[str, str] | None = None
    ) -> str: ...


def pytest_configure(config: pytest.Config) -> None:
    given: dict[str, Any] | None = getattr(config, "workerinput", None)
    config.stash[_SERVERS] = Given(**given["servers"]) if given else Servers()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first: at the end no worker is left with it while the others have nothing to do."""
    items.sort(key=lambda item: not _is_long(item))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is there by now stays to the end: no collection of garbage has to walk through it again, for seconds."""
    gc.freeze()


def _is_long(item: pytest.Item) -> bool:
    """Whether it looks at pages in a browser, draws whole histories of a database or asks for more time itself."""
    given = {"chromium", "shared_world"} & set(getattr(item, "fixturenames", ()))
    return bool(given) or item.get_closest_marker("timeout") is not None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist's, in the controller, for each worker before it starts."""
    servers = node.config.stash[_SERVERS]
    node.workerinput["servers"] = {
        "database_url": servers.database_url,
        "kafka_bootstrap": servers.kafka_bootstrap,
    }


def pytest_report_header(config: pytest.Config) -> str | None:
    servers = config.stash[_SERVERS]
    return f"servers: {servers.said}" if isinstance(servers, Servers) else None


def pytest_unconfigure(config: pytest.Config) -> None:
    servers = config.stash.get(_SERVERS, None)
    if isinstance(servers, Servers):
        servers.stop()


@pytest.fixture(scope="session")
def database_url(pytestconfig: pytest.Config) -> str:
    """The superuser's address of the run's PostgreSQL."""
    return pytestconfig.stash[_SERVERS].database_url


@pytest.fixture(scope="session")
def kafka_bootstrap(pytestconfig: pytest.Config) -> str:
    """The address of the run's Kafka, as host:port."""
    return pytestconfig.stash[_SERVERS].kafka_bootstrap


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    """The superuser's address of a new empty database, dropped after the test."""
    with new_database(database_url) as url:
        yield url


@pytest.fixture
def fresh_database(database_url: str) -> Iterator[str]:
    """The superuser's address of a new database with this version's schema, dropped after the test."""
    with new_ledger(database_url) as url:
        yield url


@pytest.fixture
def topics(kafka_bootstrap: str) -> Topics:
    """A maker of topics on the run's Kafka."""

    def make(name: str = "topic", *, partitions: int = 4, config: Mapping[str, str] | None = None) -> str:
        unique = f"{name}-{uuid.uuid4().hex[:12]}"
        create_topic(kafka_bootstrap, unique, partitions, config or {})
        return unique

    return make


@pytest.fixture
def private_postgres() -> Iterator[Postgres]:
    """A running PostgreSQL for this test alone, to stop(), kill() and start()."""
    with Postgres() as server:
        yield server


@pytest.fixture
def private_kafka() -> Iterator[Kafka]:
    """A running Kafka for this test alone, to stop(), kill() and start()."""
    with own_kafka() as server:
        yield server


@pytest.fixture
def refused_sockets(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """For a test in which Kafka is away: kafka-python leaves sockets whose connection was refused to the garbage
    collector, and so do its logs and its thread. They are let go here, not in whatever test comes next.
    """
    caplog.set_level(logging.CRITICAL, "kafka")
    yield
    until = time.monotonic() + 3
    while any(one.name.startswith("kafka-io") for one in threading.enumerate()) and time.monotonic() < until:
        time.sleep(0.05)
    gc.collect()
