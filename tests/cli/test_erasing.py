"""erase and erasures at a terminal: shown first, done once, proven."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from consumers.intake import Message, take
from entrypoints.wiring import Service, projecting
from ledger.acts import Act
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.messages import opt_out, signup
from tests.api.serving import settings
from tests.cli.conftest import Run

ANN = {"kind": "email", "value": "ann.planted@example.com"}
WHO = ("--kind", "email", "--value", "ann.planted@example.com")
WHY = ("--reason", "asked by letter", "--request-id", "DSR-17")


@pytest.fixture
def ann(ledger: Service, organization: str) -> str:
    """She signed up and opted out again."""
    messages = [signup(organization, ANN), opt_out(organization, ANN)]
    acts = [take(Message(json.dumps(message).encode(), (), ledger.now())) for message in messages]
    ledger.recording.record([act for act in acts if isinstance(act, Act)])
    return organization


@pytest.fixture
def project(database: str) -> Any:
    def up_to_the_end() -> None:
        with projecting(settings(database)) as source:
            catch_up(source, list(PROJECTIONS.values()))

    return up_to_the_end


def test_a_dry_run_lists_what_would_go_and_does_nothing(run: Run, ann: str, project: Any) -> None:
    project()
    shown = json.loads(run("erase", "-o", ann, *WHO, *WHY, "--dry-run", "--json").stdout)
    assert (len(shown["contacts"]), len(shown["identifiers"]), shown["keys"]) == (1, 1, 1)
    rows = {"all_contacts": 1, "contact_search": 1, "identifiers": 1}
    assert {table: found for table, found in shown["rows"].items() if found} == rows
    assert json.loads(run("erasures", "list", "-o", ann, "--json").stdout) == []


def test_it_asks_before_it_is_done(run: Run, ann: str) -> None:
    refused = run("erase", "-o", ann, *WHO, *WHY, stdin="n\n")
    assert refused.exit_code == 1
    assert json.loads(run("erasures", "list", "-o", ann, "--json").stdout) == []


def test_a_request_is_done_once_and_its_report_proves_it(run: Run, ann: str, project: Any) -> None:
    project()
    done = run("erase", "-o", ann, *WHO, *WHY, "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert {one["copy"]: one["state"] for one in report["copies"]}["data keys"] == "cleared"
    again = json.loads(run("erase", "-o", ann, *WHO, *WHY, "--yes", "--json").stdout)
    assert again["act_id"] == report["act_id"]
    waiting = run("erasures", "show", "DSR-17", "-o", ann, "--json")
    assert waiting.exit_code == 1
    project()
    copies = json.loads(run("erasures", "show", "DSR-17", "-o", ann, "--json").stdout)["copies"]
    tables = [one for one in copies if one["copy"].startswith("table ")]
    assert {(one["state"], one["left"]) for one in tables} == {("cleared", 0)}
    assert all(one["cleared_at"] for one in tables)
    assert "planted" not in json.dumps(copies)


def test_the_report_looks_and_does_not_only_reckon(run: Run, ann: str, project: Any, database: str) -> None:
    """A value that a projection left behind is told, although the projection has come past the erasure."""
    project()
    assert run("erase", "-o", ann, *WHO, *WHY, "--yes").exit_code == 0
    project()
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE identifiers SET value = 'left behind' WHERE organization = %s", (ann,))
    copies = json.loads(run("erasures", "show", "DSR-17", "-o", ann, "--json").stdout)["copies"]
    [told] = [one for one in copies if one["copy"] == "table identifiers"]
    assert (told["state"], told["left"], told["cleared_at"]) == ("waiting", 1, None)


def test_a_person_who_came_back_is_still_cleared_of_before(
    run: Run, ledger: Service, ann: str, project: Any
) -> None:
    assert run("erase", "-o", ann, *WHO, *WHY, "--yes").exit_code == 0
    again = signup(ann, ANN) | {"time": ledger.now().isoformat()}
    act = take(Message(json.dumps(again).encode(), (), ledger.now()))
    assert isinstance(act, Act)
    assert ledger.recording.record([act])[0].result == "recorded"
    project()
    copies = json.loads(run("erasures", "show", "DSR-17", "-o", ann, "--json").stdout)["copies"]
    assert {one["state"] for one in copies if not one["copy"].startswith("topic ")} == {"cleared"}


def test_a_request_id_is_one_persons(run: Run, ledger: Service, ann: str) -> None:
    assert run("erase", "-o", ann, *WHO, *WHY, "--yes").exit_code == 0
    other = {"kind": "email", "value": "ben@example.com"}
    act = take(Message(json.dumps(signup(ann, other)).encode(), (), ledger.now()))
    assert isinstance(act, Act)
    ledger.recording.record([act])
    refused = run("erase", "-o", ann, "--kind", "email", "--value", "ben@example.com", *WHY, "--yes")
    assert refused.exit_code == 1
    assert "another person" in str(refused.exception)


def test_access_is_json_or_a_page_that_stands_alone(run: Run, ann: str, tmp_path: Path) -> None:
    told = json.loads(run("access", "-o", ann, *WHO).stdout)
    assert [one["value"] for one in told["identifiers"]] == [ANN["value"]]
    assert [one["said"] for one in told["events"]][-1].startswith("Opted out of e-mail")
    page = tmp_path / "ann.html"
    assert run("access", "-o", ann, *WHO, "--html", str(page)).exit_code == 0
    assert ANN["value"] in page.read_text()
    assert "http" not in page.read_text()
    assert page.stat().st_mode & 0o077 == 0
