"""A served ledger with its console, and browsers without a screen on it."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest

from entrypoints import people
from entrypoints.access import Role
from entrypoints.acting import Hand
from entrypoints.organizations import register
from tests.api.serving import Served, served
from tests.servers import new_database

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session")
def server(database_url: str) -> Iterator[Served]:
    with new_database(database_url) as url, served(url) as running:
        yield running


@pytest.fixture
def organization(server: Served) -> str:
    code = f"o-{uuid4().hex[:12]}"
    register(server.ledger, code, code)
    return code


@pytest.fixture
def person(server: Served, organization: str) -> Callable[..., str]:
    """Adds somebody with a password to an organization (absent: the test's), and returns the e-mail address."""

    def added(role: Role = "admin", *, to: str | None = None, email: str | None = None) -> str:
        address = email or f"{uuid4().hex[:12]}@example.com"
        seen = people.add(Hand(server.ledger, to or organization), address, "Ann Example", role)
        if email is None:
            link = people.password_link(server.ledger, seen.id)
            assert people.set_password(server.ledger, link.rpartition("/")[2], PASSWORD)
        return address

    return added


@pytest.fixture
def browser(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client
