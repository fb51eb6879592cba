"""A served ledger for tests: its database, its HTTP server in a thread, and callers with keys."""

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from entrypoints.api.app import create_app
from entrypoints.api.server import listening
from entrypoints.organizations import issue_key, register
from entrypoints.roles import Role
from entrypoints.settings import Settings
from entrypoints.wiring import Service, migrated, opened, projecting
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from projections.stepping import Source

ENVIRONMENT = {
    "LEDGER_PEPPER": base64.b64encode(b"p" * 32).decode(),
    "LEDGER_MASTER_KEY": base64.b64encode(b"k" * 32).decode(),
    "LEDGER_DEMO": "true",
    "LEDGER_LINK_KEYS": base64.b64encode(b"l" * 32).decode(),
    "LEDGER_PUBLIC_URL": "https://links.example.com",
}
STRUCTURED = {"content-type": "application/cloudevents+json"}
BATCH = {"content-type": "application/cloudevents-batch+json"}


@dataclass(frozen=True, slots=True)
class Caller:
    """An organization's caller, who sends its key and asks below the organization's path."""

    organization: str
    key: str
    client: httpx.Client
    reason: str | None = None
    """Why it asks for personal values."""

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.send(path, json.dumps(body).encode(), {"content-type": "application/json", **(headers or {})})

    def send(self, path: str, content: bytes | Iterator[bytes], headers: Mapping[str, str]) -> httpx.Response:
        return self.client.post(self._url(path), content=content, headers={**self._proof, **headers})

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.client.get(self._url(path), params=query, headers=self._proof)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self.client.put(self._url(path), json=body, headers=self._proof)

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.client.patch(self._url(path), json=body, headers=self._proof)

    def delete(self, path: str) -> httpx.Response:
        return self.client.delete(self._url(path), headers=self._proof)

    @property
    def _proof(self) -> dict[str, str]:
        given = {"ledger-reason": self.reason} if self.reason is not None else {}
        return {"authorization": f"Bearer {self.key}", **given}

    def _url(self, path: str) -> str:
        return f"/v1/organizations/{self.organization}/{path}"

    def record(self, *messages: dict[str, Any]) -> list[dict[str, Any]]:
        """Posts messages that must all be taken; what became of each."""
        answer = self.post("messages", list(messages), BATCH)
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    def identifier(self, kind: str, value: str) -> str:
        """The identifier's id."""
        answer = self.post("lookup", {"kind": kind, "value": value})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["identifier_id"])


@dataclass(frozen=True, slots=True)
class Served:
    """The server's address and the ledger behind it."""

    url: str
    ledger: Service
    client: httpx.Client
    source: Source
    """Where its tables are kept."""

    def project(self) -> None:
        """Brings the tables up to all that is recorded."""
        catch_up(self.source, list(PROJECTIONS.values()))

    def caller(self, organization: str, role: Role = "admin") -> Caller:
        """A caller with a fresh key of the role; the organization is registered where it is not."""
        register(self.ledger, organization, organization)
        return self.with_key(organization, issue_key(self.ledger, organization, role))

    def with_key(self, organization: str, key: str) -> Caller:
        """A caller with this key, whosesoever it is."""
        return Caller(organization, key, self.client)


def settings(url: str, **more: Any) -> Settings:
    """Settings of a throw-away ledger on this database, and more of them."""
    return Settings.model_validate(
        {
            "database_url": url,
            "owner_database_url": url,
            "pepper": ENVIRONMENT["LEDGER_PEPPER"],
            "master_key": ENVIRONMENT["LEDGER_MASTER_KEY"],
            "link_keys": ENVIRONMENT["LEDGER_LINK_KEYS"],
            "public_url": ENVIRONMENT["LEDGER_PUBLIC_URL"],
            "demo": True,
            **more,
        }
    )


@contextmanager
def served(url: str, **more: Any) -> Iterator[Served]:
    """Migrates the database and serves it on a free port, with more settings."""
    migrated(settings(url))
    with opened(settings(url, **more), timeout=2) as ledger:
        server = uvicorn.Server(uvicorn.Config(create_app(ledger), log_config=None, access_log=False))
        with listening("127.0.0.1", 0) as bound:
            thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
            thread.start()
            try:
                wait_until(lambda: server.started)
                url = f"http://127.0.0.1:{bound.getsockname()[1]}"
                with httpx.Client(base_url=url, timeout=30) as client, projecting(ledger.settings) as source:
                    yield Served(url, ledger, client, source)
            finally:
                server.should_exit = True
                thread.join()


def wait_until(condition: Any, seconds: float = 30) -> None:
    """Returns once the condition holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)
