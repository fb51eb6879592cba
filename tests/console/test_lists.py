"""The lists beside the contacts, as a browser without a screen gets them: page, twins, masks and who may look."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from entrypoints.access import Role
from entrypoints.wiring import projecting
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.messages import opt_out, signup
from tests.api.serving import Served
from tests.console.conftest import PASSWORD

Adding = Callable[..., str]
Record = Callable[..., None]
Opening = Callable[..., "Lists"]
MASKED = "a***@example.com"


class Lists:
    """Pages of the test's organization in a browser where somebody is logged in."""

    def __init__(self, browser: httpx.Client, organization: str) -> None:
        self.browser = browser
        self._home = f"/console/{organization}"

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.browser.get(f"{self._home}/{path}", params=query)

    def text(self, path: str, **query: str) -> str:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def json(self, path: str, **query: str) -> Any:
        return self.get(f"{path}.json", **query).json()

    def rows(self, path: str, **query: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(f"{path}.csv", **query))))

    def post(self, path: str, **fields: str) -> httpx.Response:
        token = self.text("contacts").partition('name="csrf" value="')[2].partition('"')[0]
        return self.browser.post(f"{self._home}/{path}", data={"csrf": token, **fields})


@pytest.fixture
def opening(server: Served, organization: str, person: Adding) -> Iterator[Opening]:
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
        caller.record(*messages)
        with projecting(server.ledger.settings) as source:
            catch_up(source, list(PROJECTIONS.values()))

    return recorded


def test_the_clock_shows_each_opt_out_and_how_far_it_came(
    organization: str, opening: Opening, record: Record
) -> None:
    lists = opening("auditor")
    assert "No opt-outs here." in lists.text("clock")
    record(signup(organization), opt_out(organization))
    assert "Link" in lists.text("clock")
    [row] = lists.rows("clock")
    assert (row["method"], row["waiting_for"], row["overdue"]) == ("link", "published", "")
    assert lists.json("clock")["summary"]["opt_outs"] == 1
    assert lists.rows("clock", show="overdue") == []
    assert lists.rows("clock", since="2199-01-01") == []
    assert lists.get("clock", since="soon").status_code == 422
    assert opening("marketer").get("clock").status_code == 403
