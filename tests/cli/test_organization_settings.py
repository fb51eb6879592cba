"""Keys, fields, retention and the platform's blacklist on the command line."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from consumers.intake import Message, take
from entrypoints.keys import admitted
from entrypoints.wiring import Service, projecting
from ledger.acts.act import Act
from ledger.acts.given import Given
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.messages import signup
from tests.cli.conftest import Run

STRUCTURED = (("content-type", b"application/cloudevents+json"),)


def _read(result: Any) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_key_is_revoked_once_it_was_shown_which(run: Run, organization: str, ledger: Service) -> None:
    key = _read(run("organizations", "keys", "issue", organization, "--role", "service", "--json"))["key"]
    (listed,) = _read(run("organizations", "keys", "list", organization, "--json"))
    dry = run("organizations", "keys", "revoke", organization, listed["id"])
    assert key.split("_")[1] in dry.stderr
    assert key.split("_", 2)[2] not in dry.stderr
    assert _usable(ledger, organization, key)
    assert run("organizations", "keys", "revoke", organization, listed["id"], "--yes").exit_code == 0
    assert not _usable(ledger, organization, key)
    assert _read(run("organizations", "keys", "list", organization, "--json"))[0]["state"] == "revoked"
    assert run("organizations", "keys", "revoke", organization, str(ledger.ids.organization("x"))).exit_code == 1


def test_a_key_is_limited_to_some_of_what_its_role_may_do(run: Run, organization: str) -> None:
    issue = ("organizations", "keys", "issue", organization, "--role", "service", "--expires", "2099-01-01")
    assert run(*issue, "--permission", "erase").exit_code == 1
    assert run(*issue, "--permission", "everything").exit_code == 2
    _read(run(*issue, "--permission", "sendable", "--permission", "lookup", "--json"))
    (listed,) = _read(run("organizations", "keys", "list", organization, "--json"))
    assert (listed["permissions"], listed["used_at"]) == (["lookup", "sendable"], None)
    assert listed["expires_at"].startswith("2099-01-01")


def _usable(ledger: Service, organization: str, key: str) -> bool:
    stream = ledger.ids.organization(organization)
    return admitted(key, ledger.reading.read([stream])[stream], ledger.now()) is not None


def test_fields_are_defined_and_retired(run: Run, organization: str) -> None:
    named = ("-o", organization, "shoe_size")
    assert _read(run("fields", "define", *named, "--type", "number", "--json"))["changed"] is True
    assert _read(run("fields", "define", *named, "--type", "number", "--json"))["changed"] is False
    assert run("fields", "define", *named, "--type", "text").exit_code == 1
    assert "--yes retires it" in run("fields", "retire", *named).stderr
    assert _read(run("fields", "list", "-o", organization, "--json"))[-1]["retired"] is False
    assert _read(run("fields", "retire", *named, "--yes", "--json"))["retired"] is True
    assert _read(run("fields", "list", "-o", organization, "--json"))[-1]["retired"] is True


def test_retention_is_set(run: Run, organization: str) -> None:
    assert _read(run("retention", "set", "-o", organization, "activity", "400", "--json"))["changed"] is True
    assert run("retention", "set", "-o", organization, "activity", "1").exit_code == 1
    assert _read(run("retention", "list", "-o", organization, "--json"))[0]["days"] == 400


@pytest.fixture
def project(ledger: Service) -> Iterator[Callable[[], None]]:
    """Brings the tables up to the log's end."""
    with projecting(ledger.settings) as source:
        yield lambda: catch_up(source, list(PROJECTIONS.values()))


def test_the_platforms_blacklist_holds_for_every_organization(
    run: Run, organization: str, ledger: Service, project: Callable[[], None]
) -> None:
    address = f"{organization}@example.com"
    message = signup(organization, {"kind": "email", "value": address})
    taken = take(Message(json.dumps(message).encode(), STRUCTURED, ledger.now()))
    assert isinstance(taken, Act)
    ledger.recording.record([taken])
    assert run("blacklist", "add", "--email", address).exit_code == 2
    added = _read(run("blacklist", "add", "--platform", "--email", "-", "--json", stdin=address + "\n"))
    assert _reasons(ledger, organization, address) == ("blacklisted",)
    project()
    (mine,) = [one for one in _read(run("blacklist", "list", "--platform", "--json")) if _is(one, added)]
    assert (mine["address"], mine["organizations"]) == (f"{address[0]}***@example.com", 1)
    assert address in run("blacklist", "list", "--platform", "--unmasked", "--json").stdout
    _read(run("blacklist", "remove", "--platform", "--email", "-", "--json", stdin=address + "\n"))
    assert _reasons(ledger, organization, address) == ()
    project()
    assert not any(_is(one, added) for one in _read(run("blacklist", "list", "--platform", "--json")))


def _is(one: dict[str, Any], added: dict[str, Any]) -> bool:
    return bool(one["platform_key"] == added["platform_key"])


def _reasons(ledger: Service, organization: str, address: str) -> tuple[str, ...]:
    given = Given("email", address, address)
    [answer] = ledger.answers.sendable(organization, "email", f"{organization}/shop", "marketing", [given])
    return answer.reasons
