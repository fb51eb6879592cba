"""One served ledger for each test process; every test has organizations of its own on it."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from entrypoints.roles import Role
from tests.api.serving import Caller, Served, served
from tests.migrated import new_ledger


@pytest.fixture(scope="session")
def server(database_url: str) -> Iterator[Served]:
    with new_ledger(database_url) as url, served(url) as running:
        yield running


@pytest.fixture
def organization() -> str:
    return f"o-{uuid4().hex[:12]}"


@pytest.fixture
def caller(server: Served, organization: str) -> Callable[[Role], Caller]:
    """Callers of the test's organization, by role."""
    return lambda role: server.caller(organization, role)


@pytest.fixture
def admin(caller: Callable[[Role], Caller]) -> Caller:
    return caller("admin")
