"""A ledger of one organization on a database of the test module's own."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ledger.acts.settings import Registration
from ledger.store.store import Store
from tests.bulk.scene import Scene
from tests.histories import ORGANIZATION
from tests.ledgers import store_on
from tests.migrated import new_ledger


@pytest.fixture(scope="module")
def store(database_url: str) -> Iterator[Store]:
    with new_ledger(database_url) as url, store_on(url) as opened:
        yield opened


@pytest.fixture
def scene(fresh_database: str) -> Iterator[Scene]:
    """A ledger of the test's own."""
    with store_on(fresh_database) as opened:
        scene = Scene(opened, lambda: datetime.now(UTC))
        scene.record(Registration("Acme"))
        assert scene.organization == ORGANIZATION
        yield scene
