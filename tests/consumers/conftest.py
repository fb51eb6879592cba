"""A scene on a database and the run's broker; a second ledger that nothing ever goes wrong with."""

from collections.abc import Iterator

import pytest

from tests.conftest import Topics
from tests.consumers.outbound import Outbound, outbound_on
from tests.consumers.scene import Scene
from tests.ledgers import store_on
from tests.migrated import new_ledger


@pytest.fixture
def scene(fresh_database: str, kafka_bootstrap: str) -> Iterator[Scene]:
    with store_on(fresh_database) as store:
        yield Scene(store, kafka_bootstrap)


@pytest.fixture
def oracle(database_url: str, kafka_bootstrap: str) -> Iterator[Scene]:
    """The same ledger in a database of its own, for what the other must come to."""
    with new_ledger(database_url) as url, store_on(url) as store:
        yield Scene(store, kafka_bootstrap)


@pytest.fixture
def outbound(fresh_database: str, kafka_bootstrap: str, topics: Topics) -> Iterator[Outbound]:
    """A ledger with its projections, and topics to publish it to."""
    with outbound_on(fresh_database, kafka_bootstrap, topics) as made:
        yield made
