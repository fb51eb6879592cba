"""Scopes on the command line: what is destructive asks first."""

import json
from collections.abc import Callable, Iterator

import pytest

from entrypoints.wiring import Service, projecting
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.cli.conftest import Run


@pytest.fixture
def project(ledger: Service) -> Iterator[Callable[[], None]]:
    """Brings the tables up to the log's end."""
    with projecting(ledger.settings) as source:
        yield lambda: catch_up(source, list(PROJECTIONS.values()))


def test_a_scope_is_added_renamed_and_retired(run: Run, organization: str, project: Callable[[], None]) -> None:
    scope = f"{organization}/shop"
    assert json.loads(run("scopes", "add", "-o", organization, scope, "--json").stdout)["added"] is True
    assert json.loads(run("scopes", "add", "-o", organization, scope, "--json").stdout)["added"] is False
    assert run("scopes", "rename", "-o", organization, scope, "--name", "Shoes").exit_code == 0
    dry = run("scopes", "retire", "-o", organization, scope)
    assert "--yes retires it" in dry.stderr
    assert _state(run, organization, scope, project) == ("Shoes", "active")
    done = json.loads(run("scopes", "retire", "-o", organization, scope, "--yes", "--json").stdout)
    assert done == {"scope": scope, "retired": True, "dry_run": False, "subscribed": []}
    assert _state(run, organization, scope, project) == ("Shoes", "retired")


def _state(run: Run, organization: str, scope: str, project: Callable[[], None]) -> tuple[str, str]:
    project()
    listed = json.loads(run("scopes", "list", "-o", organization, "--json").stdout)["scopes"]
    (one,) = [one for one in listed if one["scope"] == scope]
    return one["display_name"], one["state"]


def test_an_organization_is_renamed_and_retired_like_any_scope(run: Run, organization: str) -> None:
    assert run("scopes", "rename", "-o", organization, organization, "--name", "Acme Stores").exit_code == 0
    assert run("scopes", "retire", "-o", organization, organization, "--yes").exit_code == 0
    listed = json.loads(run("organizations", "list", "--json").stdout)
    (mine,) = [one for one in listed if one["organization"] == organization]
    assert mine["name"] == "Acme Stores"
    assert mine["retired_at"]
    assert json.loads(run("scopes", "add", "-o", organization, organization, "--json").stdout)["added"] is True
    (mine,) = [
        one
        for one in json.loads(run("organizations", "list", "--json").stdout)
        if one["organization"] == organization
    ]
    assert (mine["name"], mine["retired_at"]) == ("Acme Stores", None)


def test_what_cannot_be_is_refused_with_what_to_do(run: Run, organization: str) -> None:
    assert run("scopes", "retire", "-o", organization, f"{organization}/never", "--yes").exit_code == 1
    assert run("scopes", "add", "-o", organization, "elsewhere/shop").exit_code == 1
    assert run("scopes", "add", "-o", "nobody-registered", "nobody-registered/shop").exit_code == 1
    assert run("scopes", "list", "-o", organization, "--state", "lost").exit_code == 2
    assert run("scopes", "unknown", "-o", organization, "perhaps").exit_code == 2


def test_the_rule_for_unknown_scopes_is_set_and_shown(run: Run, organization: str) -> None:
    assert json.loads(run("scopes", "unknown", "-o", organization, "refuse", "--json").stdout)["changed"] is True
    listed = json.loads(run("scopes", "list", "-o", organization, "--unknown", "--json").stdout)
    assert listed == {"scopes": [], "after": None, "unknown_scopes": "refuse"}
