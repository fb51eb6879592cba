"""suppress and reverse at a terminal: files in and out, lists shown before anything is done."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from consumers.intake import Message, take
from entrypoints.cli.suppress import COLUMNS
from entrypoints.wiring import Service
from ledger.acts.act import Act
from tests.api.messages import opt_out, signup
from tests.cli.conftest import Run

Record = Callable[..., None]
CLICK = {"user_agent": "Mimecast/1.0", "ip": "192.0.2.17", "http_method": "GET"}
SPAN = ("--from", "2026-03-03T09:00", "--to", "2026-03-03T09:08")


def mail(number: int) -> dict[str, str]:
    return {"kind": "email", "value": f"person{number}@example.com"}


@pytest.fixture
def people(ledger: Service, organization: str) -> str:
    """Five sign up; a scanner opts two of them out."""
    messages: list[dict[str, Any]] = [signup(organization, mail(number)) for number in range(5)]
    messages += [opt_out(organization, mail(number), evidence=CLICK) for number in (1, 3)]
    acts = [take(Message(json.dumps(message).encode(), (), ledger.now())) for message in messages]
    ledger.recording.record([act for act in acts if isinstance(act, Act)])
    return organization


def place(organization: str) -> tuple[str, ...]:
    return ("-o", organization, "--channel", "email", "--scope", f"{organization}/shop")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_file_comes_back_with_the_answers(
    run: Run, people: str, tmp_path: Path, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrypoints.cli.suppress._SMALL", 0)
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [[f"{number:05d}", f"person{number % 6}@example.com"] for number in range(5_000)]
    with source.open("w") as file:
        csv.writer(file).writerows([["id", "email"], *rows])
    done = run("suppress", str(source), *place(people), "-O", str(target), "--workers", workers, "--json")
    assert done.exit_code == 0, done.output
    with target.open() as file:
        written = list(csv.reader(file))
    reasons = {1: "unsubscribed", 3: "unsubscribed", 5: "never"}
    assert written[1:] == [
        [*row, "false" if n % 6 in reasons else "true", reasons.get(n % 6, "")] for n, row in enumerate(rows)
    ]
    told = json.loads(done.stdout)
    assert (told["rows"], told["sendable"] + told["not_sendable"]) == (5_000, 5_000)
    assert told["reasons"] == {"unsubscribed": 1_667, "never": 833}
    assert set(tmp_path.iterdir()) == {source, target}


@pytest.mark.parametrize("into", ["-O", "--csv", "--html", "report"])
def test_a_file_that_is_there_is_replaced_only_where_asked_for(
    run: Run, people: str, tmp_path: Path, into: str
) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out"
    source.write_text("+14155550142\n")
    target.write_text("mine")
    who = ("--kind", "email", "--value", "person0@example.com")
    command = {
        "-O": ("suppress", "--export", *place(people), "-O", str(target)),
        "--csv": ("contacts", "-o", people, "--csv", str(target)),
        "--html": ("access", "-o", people, *who, "--html", str(target)),
        "report": ("deactivations", str(source), "-o", people, "--all", "deactivated", "-O", str(target)),
    }[into]
    refused = run(*command)
    assert (refused.exit_code, target.read_text()) == (2, "mine")
    assert "--overwrite" in refused.output
    assert run(*command, "--overwrite").exit_code == 0
    assert target.read_text() != "mine"


def test_standard_input_and_output(run: Run, people: str) -> None:
    done = run("suppress", "-", *place(people), stdin="person0@example.com\nx\n")
    assert done.stdout == "person0@example.com,true,\nx,false,not_an_identifier\n"
    assert "2 rows, 1 sendable" in done.stderr


def test_parquet(run: Run, people: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    parquet.write_table(arrow.table({"e-mail": ["person0@example.com", "person1@example.com"]}), source)
    assert run("suppress", str(source), *place(people), "-O", str(target)).exit_code == 0
    assert parquet.read_table(target).column("reasons").to_pylist() == [[], ["unsubscribed"]]


def test_what_cannot_be_answered_leaves_no_file(run: Run, people: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("a,b\n1,2\n")
    for more in ((str(source),), (str(source), "--kind", "phone"), ("--export", str(source)), ()):
        refused = run("suppress", *more, *place(people), "-O", str(target))
        assert refused.exit_code == 2, refused.output
    assert run("suppress", str(tmp_path / "none.csv"), *place(people)).exit_code == 2
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_list_of_everyone_who_must_not_be_written_to(
    run: Run, people: str, tmp_path: Path, workers: str
) -> None:
    target = tmp_path / "list.csv"
    done = run("suppress", "--export", *place(people), "-O", str(target), "--workers", workers)
    assert done.exit_code == 0, done.output
    with target.open() as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert [line[0] for line in lines] == ["p***@example.com"] * 2
    assert {tuple(line[2:6]) for line in lines} == {
        ("unsubscribed", "unsubscribed", "2026-03-03T09:00:00+00:00", "link")
    }
    opened = run("suppress", "--export", *place(people), "--unmasked", "--workers", "1").stdout
    assert {line.split(",")[0] for line in opened.splitlines()[1:]} == {
        "person1@example.com",
        "person3@example.com",
    }
    parquet_ = tmp_path / "list.parquet"
    assert run("suppress", "--export", *place(people), "-O", str(parquet_), "--workers", "1").exit_code == 0
    assert parquet.read_table(parquet_).num_rows == 2


def test_a_burst_is_listed_approved_and_undone(run: Run, people: str) -> None:
    asked = ("reverse", "-o", people, *SPAN, "--method", "link,one_click", "--network", "192.0.2.0/24")
    shown = run(*asked)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("p***@example.com") == 2
    assert "marketing" in shown.stdout
    listed = json.loads(run(*asked, "--json").stdout)
    assert (listed["count"], listed["makes_sendable"]) == (2, 2)
    digest = listed["digest"]
    assert f"--approve {digest}" in shown.stderr
    assert run(*asked, "--approve", digest).exit_code == 2, "without actor and reason"
    wrong = run(*asked, "--approve", "0" * 64, "--actor", "ops-7", "--reason", "scanner")
    assert wrong.exit_code != 0
    done = run(*asked, "--approve", digest, "--actor", "ops-7", "--reason", "scanner", "--json")
    batch = json.loads(done.stdout)["batch"]
    assert json.loads(done.stdout) == {"batch": batch, "events": 2, "recorded": 2}
    assert "No opt-out that stands fits" in run(*asked).stdout
    undo = ("reverse", "-o", people, "--batch", batch, "--undo")
    back = json.loads(run(*undo, "--json").stdout)
    assert back["count"] == 2
    assert run(*undo, "--approve", back["digest"], "--actor", "ops-7", "--reason", "was right").exit_code == 0
    assert "unsubscribed" in run("suppress", "-", *place(people), stdin="person1@example.com\n").stdout


def test_a_scanners_clicks_are_flagged_and_found(run: Run, people: str) -> None:
    assert json.loads(run("reverse", "-o", people, *SPAN, "--suspected", "--json").stdout)["count"] == 2


def test_what_cannot_be_asked_for(run: Run, people: str) -> None:
    for more in ((), SPAN[:2], (*SPAN, "--network", "here"), (*SPAN, "--method", "wink"), ("--undo",)):
        assert run("reverse", "-o", people, *more).exit_code == 2
