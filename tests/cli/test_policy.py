"""policy list, show, diff, adopt at a terminal and for machines."""

import json
from pathlib import Path
from typing import Any

import pytest

from consumers.intake import Message, take
from entrypoints.wiring import Service
from ledger.acts.act import Act
from tests.api.messages import EMAIL, signup
from tests.cli.conftest import Run


def record(ledger: Service, *messages: dict[str, Any]) -> None:
    acts = [take(Message(json.dumps(message).encode(), (), ledger.now())) for message in messages]
    ledger.recording.record([act for act in acts if isinstance(act, Act)])


def bounce(organization: str, number: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"b-{number}",
        "source": "ses",
        "type": "delivery.receipt.v1",
        "time": f"2026-03-05T0{number}:00:00Z",
        "data": {
            "organization": organization,
            "identifier": EMAIL,
            "channel": "email",
            "outcome": "soft_bounce",
        },
    }


@pytest.fixture
def strict(tmp_path: Path) -> str:
    file = tmp_path / "strict.json"
    file.write_text(json.dumps({"policy": "strict", "version": "1", "parameters": {"bounce_threshold": 2}}))
    return str(file)


def test_what_a_policy_would_change_is_named_and_nothing_is_changed(
    run: Run, organization: str, ledger: Service, strict: str
) -> None:
    record(ledger, signup(organization), bounce(organization, 1), bounce(organization, 2))
    lines = run("policy", "diff", "current", strict, "-o", organization, "--json").stdout.splitlines()
    changes = [json.loads(line) for line in lines]
    named = next(one for one in changes if one["before"]["sendable"] and one["purpose"] == "marketing")
    assert (named["before"]["sendable"], named["after"]["reasons"]) == (True, ["bounced"])
    assert named["sendability_changes"]
    assert (named["after"]["rule"], named["after"]["policy"]) == ("bounce.soft", "strict/1")
    counted = run("policy", "diff", "current", strict, "-o", organization, "--summary", "--json", "--workers", "1")
    assert json.loads(counted.stdout)["identifiers"] == 1
    told = run("policy", "diff", "current", strict, "-o", organization, "--workers", "1").stdout
    assert told.count("bounced (bounce.soft") > 0
    assert "ann@" not in "".join(lines)
    assert "strict" not in run("policy", "list", "-o", organization).stdout


def test_adopting_counts_first_and_asks_unless_told_yes(
    run: Run, organization: str, ledger: Service, strict: str
) -> None:
    record(ledger, signup(organization), bounce(organization, 1), bounce(organization, 2))
    adopt = ("policy", "adopt", strict, "-o", organization, "--actor", "person:17", "--json", "--workers", "1")
    tried = run(*adopt, "--dry-run")
    before = json.loads(tried.stdout)
    assert (tried.exit_code, before["adopted"], before["changes"][0]["identifiers"]) == (0, False, 1)
    unanswered = run(*adopt, stdin="")
    assert (unanswered.exit_code, json.loads(unanswered.stdout)["adopted"]) == (1, False)
    assert json.loads(run(*adopt, "--yes").stdout)["adopted"] is True
    asked = (
        "status",
        "-o",
        organization,
        "--channel",
        "email",
        "--scope",
        f"{organization}/shop",
        "--kind",
        "email",
    )
    status = json.loads(run(*asked, "--value", "-", "--json", stdin="ann@example.com\n").stdout)
    assert (status["reasons"], status["policy"], status["policies"]) == (
        ["bounced"],
        "strict/1",
        ["built-in/1", "strict/1"],
    )
    again = run(*adopt, "--yes")
    assert again.exit_code != 0
    assert "version: this version was adopted before" in str(again.exception)


def test_the_us_policy_comes_in_two_dated_versions(run: Run, organization: str) -> None:
    adopted = run("policy", "adopt", "us", "-o", organization, "--actor", "a", "--yes", "--json", "--workers", "1")
    assert json.loads(adopted.stdout)["versions"] in (["us/2026", "us/2027"], ["us/2027"])
    listed = json.loads(run("policy", "list", "-o", organization, "--json").stdout)
    assert [one["version"] for one in listed["adopted"]][-1] == "us/2027"
    shown = json.loads(run("policy", "show", "us/2027", "-o", organization, "--json").stdout)
    assert (shown["in_force_from"], shown["parameters"]["stop_reach"]) == (
        "2027-01-31T05:00:00+00:00",
        "organization",
    )
    assert "us/2027" in run("policy", "list", "-o", organization).stdout
    said = run("policy", "show", "us/2027", "-o", organization).stdout
    assert "stop_reach" in said
    assert "A STOP reaches the whole organization." in " ".join(said.split())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"policy": "x", "version": "1", "parameters": {"bounces": 2}}, "parameters.bounces: no such parameter"),
        ({"policy": "x", "version": "1", "in_force_from": "soon"}, "in_force_from: takes a moment"),
        ({"policy": "x"}, "version: a policy has "),
        ({"policy": "built-in", "version": "2"}, "policy: built-in is the ledger's own"),
        ([], "file: a policy has "),
    ],
)
def test_a_policy_that_cannot_be_taken_says_which_field(
    run: Run, organization: str, tmp_path: Path, document: object, said: str
) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(document))
    refused = run("policy", "adopt", str(file), "-o", organization, "--actor", "a", "--yes")
    assert refused.exit_code != 0
    assert said in str(refused.exception)
