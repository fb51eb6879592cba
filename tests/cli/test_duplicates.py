"""Duplicates at a terminal: listed, shown, removed under an approval (Y10-Y13)."""

import json

import pytest

from entrypoints.wiring import Service, projecting
from ledger.rules.identity import holder
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.messages import signup
from tests.api.serving import settings
from tests.cli.conftest import Run
from tests.cli.test_deletion import WHO, tell


@pytest.fixture
def people(ledger: Service, organization: str, database: str) -> str:
    """Three mailboxes that are likely one, created a day apart, and somebody else's."""
    values = ("ann@example.com", "ann+a@example.com", "ann+b@example.com", "bob@example.com")
    for day, value in enumerate(values, 2):
        message = signup(organization, {"kind": "email", "value": value})
        tell(ledger, message | {"time": f"2026-03-0{day}T09:00:00Z"})
    with projecting(settings(database)) as source:
        catch_up(source, list(PROJECTIONS.values()), batch=5_000)
    return organization


def test_they_are_listed_shown_and_all_but_one_removed(run: Run, people: str) -> None:
    listed = json.loads(run("duplicates", "list", "-o", people, "--json").stdout)
    assert (listed["count"], listed["values"]) == (1, [{"value": "a***@example.com", "people": 3}])
    shown = json.loads(run("duplicates", "show", "-", "-o", people, "--json", stdin="ann@example.com\n").stdout)
    ids = [one["id"] for one in shown]
    assert [one["emails"] for one in shown] == [["a***@example.com"]] * 3
    earlier = json.loads(run("duplicates", "remove", "earlier", "-o", people, "--json").stdout)
    assert {one["contact"] for one in earlier["contacts"]} == set(ids[:2])
    asked = ("duplicates", "remove", "later", "-o", people, "--json")
    later = json.loads(run(*asked).stdout)
    assert {one["contact"] for one in later["contacts"]} == set(ids[1:])
    assert run(*asked, "--approve", earlier["digest"], *WHO).exit_code == 1, "another list was shown"
    done = run(*asked, "--approve", later["digest"], *WHO)
    assert json.loads(done.stdout) == {"deleted": 2}
    assert json.loads(run(*asked).stdout)["count"] == 0


def test_in_a_chain_no_value_is_left_without_anybody(
    run: Run, ledger: Service, organization: str, database: str
) -> None:
    """Ann's later contact names Bob's address too: once it goes, Bob's own shares that with nobody who stays."""
    both = signup(organization, {"kind": "email", "value": "ann+b@example.com"})
    both["data"]["profile"] = {"second_email": "bob@example.com"}
    alone = [signup(organization, {"kind": "email", "value": f"{name}@example.com"}) for name in ("ann", "bob")]
    for day, message in enumerate((alone[0], both, alone[1]), 2):
        tell(ledger, message | {"time": f"2026-03-0{day}T09:00:00Z"})
    with projecting(settings(database)) as source:
        catch_up(source, list(PROJECTIONS.values()), batch=5_000)
    assert json.loads(run("duplicates", "list", "-o", organization, "--json").stdout)["count"] == 2
    stream = ledger.ids.identifier(organization, "email", "ann+b@example.com")
    middle = str(holder(ledger.reading.read([stream])[stream]))
    for which in ("later", "earlier"):
        listed = json.loads(run("duplicates", "remove", which, "-o", organization, "--json").stdout)
        assert [one["contact"] for one in listed["contacts"]] == [middle]


def test_what_cannot_be_asked_for(run: Run, people: str) -> None:
    for wrong in (("list", "--channel", "sms"), ("show", "nobody"), ("remove", "newer")):
        assert run("duplicates", *wrong, "-o", people).exit_code != 0
