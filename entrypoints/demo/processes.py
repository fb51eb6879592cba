"""The ledger's own processes as the demo runs them, and what it asks of them."""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from prometheus_client.parser import text_string_to_metric_families

from entrypoints.child import Child
from entrypoints.demo.login import EMAIL, PEOPLE
from entrypoints.demo.people import person
from entrypoints.embedded import free_port

_COMMANDS: Final = ("consume", "project", "publish", "serve")
_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of the messages taken, by result, and of the rejected ones by reason."""

    results: Mapping[str, int]
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Processes:
    """The running commands and the ports they answer on."""

    children: Mapping[str, Child]
    http_port: int
    probe_port: int

    def check(self) -> None:
        """Raises ChildFailed where one has ended by itself."""
        for command, child in self.children.items():
            child.check(f"contact-ledger {command}")

    def fates(self, sent: int) -> Fates:
        """What became of `sent` messages, as the consuming process counts once it has committed them."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            fates = _counted(_get(f"http://127.0.0.1:{self.probe_port}/metrics"))
            if sum(fates.results.values()) >= sent or time.monotonic() > deadline:
                return fates
            time.sleep(0.1)

    def ask(self, api_key: str) -> list[str]:
        """Asks the HTTP service what the invitation proposes; what is wrong with its answers."""
        question = urllib.request.Request(
            f"{self._organization}/sendable",
            _question().encode(),
            {"Authorization": f"Bearer {api_key}", "Content-Type": "application/json"},
        )
        try:
            _get(f"http://127.0.0.1:{self.http_port}/readyz")
            with urllib.request.urlopen(question, timeout=_PATIENCE) as answer:
                answers = orjson.loads(answer.read())["answers"]
        except urllib.error.URLError as error:
            return [f"the HTTP service does not answer as it should: {error.reason}"]
        return [] if len(answers) == 1 else ["`sendable` answers something else than it was asked"]

    def invitation(self, api_key: str, password: str) -> str:
        """Lines to paste into a shell."""
        bearer = f"curl -s -H 'Authorization: Bearer {api_key}'"
        json = "-H 'Content-Type: application/json'"
        search = orjson.dumps({"search": person(0).family.lower(), "limit": 3}).decode()
        return "\n".join(
            (
                f"Look at it on http://127.0.0.1:{self.http_port}/console as {EMAIL} with the password {password}",
                f"(or as somebody who may do less: {', '.join(one for one in PEOPLE if one != EMAIL)})",
                f"The ledger answers on http://127.0.0.1:{self.http_port}. Ask it:",
                f"{bearer} {json} {self._organization}/sendable -d '{_question()}'",
                f"{bearer} {json} {self._organization}/contacts/search -d '{search}'",
                f"{bearer} '{self._organization}/contacts?limit=3&count=true'",
                "and for an unsubscribe link to open in a browser:",
                f"{bearer} {json} {self._organization}/unsubscribe-links -d '{_link()}'",
                "Ctrl-C stops it.",
            )
        )

    @property
    def _organization(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/v1/organizations/{person(0).organization.code}"


@contextmanager
def processes(environment: Mapping[str, str], data: Path, http_port: int) -> Iterator[Processes]:
    """Runs them, each with its log in `data`; at the end all are told to stop and waited for."""
    probe_port = free_port()
    logs = data / "logs"
    logs.mkdir(exist_ok=True)
    extra = {
        "serve": {"LEDGER_HTTP_PORT": str(http_port)},
        "consume": {"LEDGER_PROBE_PORT": str(probe_port)},
    }
    children: dict[str, Child] = {}
    try:
        for command in _COMMANDS:
            children[command] = Child(
                [sys.executable, "-m", "entrypoints", command],
                (logs / f"{command}.log").absolute(),
                signal.SIGTERM,
                environment={**os.environ, **environment, **extra.get(command, {})},
            )
        children["serve"].wait_until(lambda: _answers(http_port), "the HTTP service")
        children["consume"].wait_until(lambda: _answers(probe_port), "consuming")
        yield Processes(children, http_port, probe_port)
    finally:
        for child in children.values():
            child.tell(signal.SIGTERM)
        for child in children.values():
            child.end(signal.SIGTERM)


def _question() -> str:
    """Whether the first person of the first day may be written to."""
    first = person(0)
    identifiers = [{"kind": "email", "value": first.emails[0]}]
    question = {
        "channel": "email",
        "scope": first.organization.lists[0],
        "purpose": "marketing",
        "identifiers": identifiers,
    }
    return orjson.dumps(question).decode()


def _link() -> str:
    """A link for a message of today to the same person."""
    first = person(0)
    wanted = {"kind": "email", "value": first.emails[0], "channel": "email", "scope": first.organization.lists[0]}
    return orjson.dumps({"links": [{**wanted, "message_id": "mail-1"}]}).decode()


def _counted(metrics: str) -> Fates:
    results: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for sample in (one for family in text_string_to_metric_families(metrics) for one in family.samples):
        if sample.name == "ledger_messages_total":
            results[sample.labels["result"]] += int(sample.value)
        elif sample.name == "ledger_rejections_total":
            reasons[sample.labels["reason"]] += int(sample.value)
    return Fates(results, reasons)


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
        body: bytes = answer.read()
    return body.decode()


def _answers(port: int) -> bool:
    try:
        _get(f"http://127.0.0.1:{port}/livez")
    except OSError:
        return False
    return True
