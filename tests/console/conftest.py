"""A served ledger with its console, and browsers without a screen on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher

from entrypoints import passwords, people
from entrypoints.acting import Hand
from entrypoints.organizations import register
from entrypoints.roles import Role
from tests.api.messages import opt_out, signup
from tests.api.serving import Caller, Served, served
from tests.console.lists import Lists, Opening, Record
from tests.migrated import new_ledger

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module", autouse=True)
def _passwords_at_the_least_cost() -> Iterator[None]:
    """Hundreds log in here; what a password costs otherwise, `tests/api/test_people.py` says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def server(database_url: str) -> Iterator[Served]:
    with new_ledger(database_url) as url, served(url) as running:
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


@dataclass(frozen=True, slots=True)
class Scene:
    """An organization with five people, the last of whom opted out."""

    server: Served
    caller: Caller

    @property
    def organization(self) -> str:
        return self.caller.organization

    @property
    def contacts(self) -> str:
        """The path of the list."""
        return f"/console/{self.organization}/contacts"

    def record(self, *messages: dict[str, Any]) -> None:
        """Records messages and brings the tables up to them."""
        if messages:
            self.caller.record(*messages)
        self.server.project()

    def contact(self, text: str) -> dict[str, Any]:
        """The one person found by this."""
        [found] = self.caller.post("contacts/search", {"search": text}).json()["contacts"]
        return dict(found)

    def csrf(self, browser: httpx.Client) -> str:
        """What the forms of this browser's session carry."""
        page = browser.get(self.contacts).text
        return page.partition('name="csrf" value="')[2].partition('"')[0]


@pytest.fixture
def scene(server: Served, organization: str) -> Scene:
    scene = Scene(server, server.caller(organization))
    people = [{"kind": "email", "value": f"ann{number}@example.com"} for number in range(5)]
    signups = [
        signup(organization, one, profile={"first_name": f"Ann{number}", "city": "Ulm"})
        for number, one in enumerate(people)
    ]
    scene.record(*signups, opt_out(organization, people[4]))
    return scene


@pytest.fixture
def opening(server: Served, organization: str, person: Callable[..., str]) -> Iterator[Opening]:
    """Logs somebody with the role in."""
    clients: list[httpx.Client] = []

    def opened(role: Role = "admin") -> Lists:
        client = httpx.Client(base_url=server.url, timeout=30)
        clients.append(client)
        answer = client.post("/console/login", data={"email": person(role), "password": PASSWORD})
        assert answer.status_code == 303
        return Lists(client, organization)

    yield opened
    for client in clients:
        client.close()


@pytest.fixture
def record(server: Served, organization: str) -> Record:
    """Records messages and brings the tables up to them."""
    caller = server.caller(organization)

    def recorded(*messages: dict[str, Any]) -> None:
        if messages:
            caller.record(*messages)
        server.project()

    return recorded


@pytest.fixture
def looking(scene: Scene, person: Callable[..., str], browser: httpx.Client) -> Callable[..., httpx.Client]:
    """A browser in which somebody with the role is logged in."""

    def logged_in(role: str = "admin") -> httpx.Client:
        answer = browser.post("/console/login", data={"email": person(role), "password": PASSWORD})
        assert answer.status_code == 303
        return browser

    return logged_in
