"""Carriers' deactivation files at a terminal (beyond 23, features 1b; Y23)."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from consumers.intake import Message, take
from entrypoints.wiring import Service
from ledger.acts.act import Act
from tests.api.messages import signup
from tests.cli.conftest import Run

FILE = """Number;Effective Date;Status
4155550100;2026-03-04;DEACTIVATED
+14155550101;2026-03-04;recycled
14155550102;2026-03-04T12:00:00Z;Ported
+14155550199;2026-03-04;disconnected

+14155550103;2026-03-04;sleeping
none;2026-03-04;deactivated
+14155550104;some day;deactivated
"""


def phone(number: int) -> dict[str, str]:
    return {"kind": "phone", "value": f"+141555501{number:02d}"}


@pytest.fixture
def people(ledger: Service, organization: str) -> str:
    """Five sign up with their numbers on 2 March."""
    messages = [signup(organization, phone(number), channel="sms") for number in range(5)]
    acts = [take(Message(json.dumps(message).encode(), (), ledger.now())) for message in messages]
    outcomes = ledger.recording.record([act for act in acts if isinstance(act, Act)])
    assert {outcome.result for outcome in outcomes} == {"recorded"}
    return organization


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "carrier.csv"
    path.write_text(FILE)
    return path


def told(run: Run, *arguments: str) -> dict[str, Any]:
    done = run("deactivations", *arguments, "--json")
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def reasons(run: Run, organization: str, number: int) -> list[str]:
    asked = ("--kind", "phone", "--value", phone(number)["value"], "--channel", "sms")
    done = run("status", "-o", organization, *asked, "--scope", f"{organization}/shop", "--json")
    assert done.exit_code == 0, done.output
    said: list[str] = json.loads(done.stdout)["reasons"]
    return said


def test_a_file_is_shown_recorded_and_read_again_without_effect(run: Run, people: str, file: Path) -> None:
    refused = {"unknown_status": 1, "not_a_phone": 1, "date_unreadable": 1}
    outcomes = {"deactivated": 2, "recycled": 1, "ported": 1, "refused": 3}
    dry = told(run, str(file), "-o", people)
    assert dry == {"rows": 7, "dry_run": True, "outcomes": outcomes, "refused": refused}
    assert reasons(run, people, 0) == []
    done = told(run, str(file), "-o", people, "--yes")
    assert done["outcomes"] == {"recorded": 4, "refused": 3}
    assert [reasons(run, people, number) for number in range(5)] == [["unsubscribed"], ["never"], [], [], []]
    assert reasons(run, people, 99) == ["unsubscribed"], "an opt-out of an unknown number is recorded"
    again = told(run, str(file), "-o", people, "--yes")
    assert again["outcomes"] == {"duplicate": 4, "refused": 3}


def test_unknown_numbers_can_be_left_out_and_every_row_is_reported(
    run: Run, people: str, file: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    said = told(run, str(file), "-o", people, "--known-only", "--yes", "-O", str(report))
    assert said["outcomes"] == {"recorded": 3, "unknown": 1, "refused": 3}
    with report.open() as lines:
        written = list(csv.reader(lines))
    assert written == [
        ["line", "outcome", "detail"],
        ["2", "recorded", "deactivated"],
        ["3", "recorded", "recycled"],
        ["4", "recorded", "ported"],
        ["5", "unknown", ""],
        ["7", "refused", "unknown_status"],
        ["8", "refused", "not_a_phone"],
        ["9", "refused", "date_unreadable"],
    ]


def test_a_list_of_numbers_alone(run: Run, people: str, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("+14155550100\n+14155550101\n")
    assert run("deactivations", str(file), "-o", people).exit_code == 2, "nothing says what became of them"
    assert told(run, str(file), "-o", people, "--all", "deactivated")["outcomes"] == {"deactivated": 2}


def test_all_is_said_of_every_row_whatever_the_files_own_column_says(run: Run, people: str, file: Path) -> None:
    said = told(run, str(file), "-o", people, "--all", "ported")
    assert said["outcomes"] == {"ported": 5, "refused": 2}


@pytest.mark.parametrize(
    "more",
    [
        ("--all", "gone"),
        ("--all", "ported", "--status-column", "3"),
        ("--status-column", "nothing"),
        ("--number-column", "9"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_recorded(
    run: Run, people: str, file: Path, more: tuple[str, ...]
) -> None:
    assert run("deactivations", str(file), "-o", people, *more, "--yes").exit_code == 2
    assert reasons(run, people, 0) == []
