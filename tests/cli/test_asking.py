"""status, explain, history, contacts, at a terminal and for machines."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from consumers.intake import Message, take
from entrypoints.wiring import Service, projecting
from ledger.acts.act import Act
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.cli.conftest import Run


def record(ledger: Service, *messages: dict[str, Any]) -> None:
    acts = [take(Message(json.dumps(message).encode(), (), ledger.now())) for message in messages]
    assert all(isinstance(act, Act) for act in acts)
    ledger.recording.record([act for act in acts if isinstance(act, Act)])


def _ask(organization: str, *more: str) -> tuple[str, ...]:
    place = ("-o", organization, "--channel", "email", "--scope", f"{organization}/shop")
    return (*place, "--kind", "email", "--value", "-", *more)


def test_status_says_no_and_why_then_yes(run: Run, organization: str, ledger: Service) -> None:
    before = run("status", *_ask(organization), stdin="ann@example.com\n")
    assert before.exit_code == 0
    assert "May not be sent" in before.stdout
    assert "never" in before.stdout
    record(ledger, signup(organization))
    assert "May be sent" in run("status", *_ask(organization), stdin="ann@example.com\n").stdout


def test_the_same_as_json_by_value_and_by_id(run: Run, organization: str, ledger: Service) -> None:
    record(ledger, signup(organization), opt_out(organization))
    at = ("--at", "2026-03-04T00:00:00Z")
    by_value = json.loads(run("status", *_ask(organization, "--json", *at), stdin="ann@example.com\n").stdout)
    assert (by_value["sendable"], by_value["reasons"]) == (False, ["unsubscribed"])
    place = ("-o", organization, "--channel", "email", "--scope", f"{organization}/shop")
    by_id = run("status", *place, "--identifier", by_value["identifier_id"], "--json", *at)
    assert json.loads(by_id.stdout) == by_value
    earlier = run("status", *_ask(organization, "--json", "--at", "2026-03-02 12:00"), stdin="ann@example.com\n")
    assert json.loads(earlier.stdout)["sendable"] is True


def test_explain_and_history_list_every_event(run: Run, organization: str, ledger: Service) -> None:
    record(ledger, signup(organization), opt_out(organization))
    explained = run("explain", *_ask(organization), stdin="ann@example.com\n").stdout
    assert explained.startswith("No: at ")
    for part in ("a***@example.com", "Opted out of e-mail", "Decides the answer.", "Was ended by step 3.", "CFR"):
        assert part in explained
    assert "ann@example.com" not in explained
    narrow = run("explain", *_ask(organization, "--unmasked"), stdin="ann@example.com\n").stdout
    assert "email ann@example.com may not be sent" in " ".join(narrow.split())
    then = run("explain", *_ask(organization, "--known-at", "2026-01-01"), stdin="ann@example.com\n").stdout
    assert "By all that is known now: No" in " ".join(then.split())
    assert then.count("Was not known yet.") == 3
    history = run(
        "history", "-o", organization, "--kind", "email", "--value", "-", stdin="ann@example.com\n"
    ).stdout
    events = [line.split()[-1] for line in history.splitlines() if "2026-03" in line]
    assert events == ["claimed", "subscribed", "opted-out"]
    assert history.count("shop/web") == 3


def test_values_are_masked_unless_asked_for(run: Run, organization: str, ledger: Service) -> None:
    record(ledger, signup(organization))
    asked = ("history", "-o", organization, "--kind", "email", "--value", "ann@example.com", "--json")
    assert "ann@example.com" not in run(*asked).stdout
    assert "ann@example.com" in run(*asked, "--unmasked").stdout


def test_history_tells_who_held_a_recycled_number(run: Run, organization: str, ledger: Service) -> None:
    asked = ("history", "-o", organization, "--kind", "phone", "--value", PHONE["value"])
    record(ledger, signup(organization, PHONE, channel="sms"))
    assert "Holders" not in run(*asked).stdout
    recycled = event("contact.reassign.v1", organization, identifier=PHONE, cause="recycled")
    record(ledger, recycled | {"time": "2026-03-04T09:00:00Z"})
    told = json.loads(run(*asked, "--json").stdout)
    first, second = told["epochs"]
    assert (first["cause"], len(first["contacts"]), first["closed_at"]) == (
        "first_heard_of",
        1,
        second["opened_at"],
    )
    assert (second["cause"], second["contacts"], second["closed_at"]) == ("recycled", [], None)
    assert first["contacts"][0] in run(*asked).stdout


def test_the_deleted_are_listed_by_deletion_and_written_to_a_file(
    run: Run, organization: str, ledger: Service, tmp_path: Path
) -> None:
    """Y9."""
    people = [{"kind": "email", "value": f"p{number}@example.com"} for number in range(3)]
    record(ledger, *[signup(organization, one) for one in people])
    for number in (1, 0):
        gone = event("contact.delete.v1", organization, identifier=people[number], actor="x", reason="y")
        record(ledger, gone | {"time": ledger.now().isoformat()})
    with projecting(ledger.settings) as source:
        catch_up(source, list(PROJECTIONS.values()))
    tab = ("contacts", "-o", organization, "--deleted", "--ranked", "deleted")
    shown = json.loads(run(*tab, "--json", "--unmasked").stdout)
    assert [one["emails"] for one in shown["contacts"]] == [["p0@example.com"], ["p1@example.com"]]
    file = tmp_path / "deleted.csv"
    assert run(*tab, "--mark", "blocked", "--unmasked", "--csv", str(file)).exit_code == 0
    with file.open(newline="") as lines:
        assert [line["emails"] for line in csv.DictReader(lines)] == ["p0@example.com", "p1@example.com"]
    assert file.stat().st_mode & 0o077 == 0, "nobody else reads it"
    assert run("contacts", "-o", organization, "--ranked", "deleted").exit_code != 0
    assert run(*tab[:-1], "age").exit_code == 2


def test_contacts_are_listed_searched_and_shown(run: Run, organization: str, ledger: Service) -> None:
    bob = {"kind": "email", "value": "bob@example.com"}
    record(ledger, signup(organization, profile={"first_name": "Ann"}), signup(organization, bob))
    with projecting(ledger.settings) as source:
        catch_up(source, list(PROJECTIONS.values()))
    listed = run("contacts", "-o", organization).stdout
    assert "2 contacts out of 2" in listed
    assert "a***@example.com" in listed
    found = json.loads(run("contacts", "-o", organization, "--search", "-", "--json", stdin="bob@\n").stdout)
    assert [one["emails"] for one in found["contacts"]] == [["b***@example.com"]]
    page = json.loads(run("contacts", "-o", organization, "--limit", "1", "--json").stdout)
    following = ("--limit", "1", "--after", page["after"], "--json")
    rest = json.loads(run("contacts", "-o", organization, *following).stdout)
    assert rest["after"] is None
    ids = {one["contacts"][0]["id"] for one in (page, rest)}
    assert len(ids) == 2
    shown = run("contacts", "-o", organization, found["contacts"][0]["id"], "--unmasked").stdout
    assert "bob@example.com" in shown


@pytest.mark.parametrize(
    "wrong",
    [
        ("--kind", "email"),
        ("--kind", "email", "--value", "ann"),
        ("--kind", "fax", "--value", "1"),
        ("--kind", "phone", "--value", "+14155550100"),
        ("--identifier", "x"),
        ("--kind", "email", "--value", "ann@example.com", "--at", "yesterday"),
        ("--kind", "email", "--value", "ann@example.com", "--purpose", "fun"),
        ("--kind", "email", "--value", "ann@example.com", "--scope", "someone-else"),
        ("--kind", "email", "--value", "ann@example.com", "--identifier", "0" * 32),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(wrong: tuple[str, ...], run: Run, organization: str) -> None:
    assert run("status", "-o", organization, "--channel", "email", *wrong).exit_code == 2


def test_what_is_not_there_is_said_and_ends_with_1(run: Run, organization: str) -> None:
    stranger = run("history", "-o", organization, "--kind", EMAIL["kind"], "--value", EMAIL["value"])
    unknown = run("status", "-o", "nobody", "--channel", "email", "--kind", "email", "--value", EMAIL["value"])
    for result in (stranger, unknown):
        assert result.exit_code == 1
        assert EMAIL["value"] not in str(result.exception)


@pytest.mark.parametrize(
    "command",
    [
        ("status", "--channel", "email", "--scope", "acme/shop", "--kind", "email", "--value", "ann@example.com"),
        ("explain", "--channel", "email", "--scope", "acme/shop", "--kind", "email", "--value", "ann@example.com"),
        ("history", "--kind", "email", "--value", "ann@example.com"),
        ("contacts",),
        ("clock",),
        ("candidates", "list"),
        ("scopes", "list"),
        ("fields", "list"),
        ("policy", "list"),
        ("people", "list"),
        ("rejections", "list"),
        ("suppress", "--export", "--channel", "email", "--scope", "acme/shop"),
    ],
)
def test_an_organization_that_is_not_there_is_told_as_that(run: Run, command: tuple[str, ...]) -> None:
    answer = run(*command, "-o", "nosuch")
    assert answer.exit_code != 0
    assert "nosuch: not registered" in " ".join(f"{answer.output} {answer.exception}".split())
