"""A world of its own for every test, or one for a module's properties."""

from collections.abc import Iterator

import pytest

from tests.migrated import new_ledger
from tests.projections.world import World, world_on


@pytest.fixture
def world(fresh_database: str) -> Iterator[World]:
    with world_on(fresh_database) as made:
        made.register()
        yield made


@pytest.fixture(scope="module")
def shared_world(database_url: str) -> Iterator[World]:
    """For Hypothesis: each example takes an organization of its own."""
    with new_ledger(database_url) as url, world_on(url) as made:
        yield made
