"""erase and erasures at a terminal: shown first, done once, proven."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from consumers.intake import Message, take
from entrypoints import exports
from entrypoints.erasure_report import SOURCE
from entrypoints.whom import contact_of
from entrypoints.wiring import Service, projecting
from ledger.acts.act import Act
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.rules.erasure import reach
from ledger.rules.identity import person
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.messages import event, opt_out, signup
from tests.api.serving import settings
from tests.cli.conftest import Run

ANN = {"kind": "email", "value": "ann.planted@example.com"}
BEN = {"kind": "email", "value": "ben@example.com"}
WHO = ("--kind", "email", "--value", "ann.planted@example.com")
WHY = ("--reason", "asked by letter", "--request-id", "DSR-17")


def _record(ledger: Service, *messages: dict[str, Any]) -> None:
    """As the consumer would; all of them are taken."""
    acts = [take(Message(json.dumps(message).encode(), (), ledger.now())) for message in messages]
    outcomes = ledger.recording.record([act for act in acts if isinstance(act, Act)])
    assert [one.result for one in outcomes] == ["recorded"] * len(messages)


@pytest.fixture
def ann(ledger: Service, organization: str) -> str:
    """She signed up and opted out again."""
    _record(ledger, signup(organization, ANN), opt_out(organization, ANN))
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
    with psycopg.connect(database) as connection:  # other tests look at the table too
        connection.execute("UPDATE identifiers SET value = NULL WHERE value = 'left behind'")


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
    _record(ledger, signup(ann, BEN))
    refused = run("erase", "-o", ann, "--kind", "email", "--value", BEN["value"], *WHY, "--yes")
    assert refused.exit_code == 1
    assert "another person" in str(refused.exception)


def test_access_is_json_or_a_page_that_stands_alone(run: Run, ann: str, tmp_path: Path) -> None:
    told = json.loads(run("access", "-o", ann, *WHO).stdout)
    assert [one["value"] for one in told["identifiers"]] == [ANN["value"]]
    assert [one["said"] for one in told["events"]][-1].startswith("Opted out of e-mail")
    page = tmp_path / "ann.html"
    assert run("access", "-o", ann, *WHO, "--html", str(page), "--overwrite").exit_code == 0
    assert ANN["value"] in page.read_text()
    assert "http" not in page.read_text()
    assert page.stat().st_mode & 0o077 == 0


@pytest.fixture
def page(run: Run, ann: str, tmp_path: Path) -> Path:
    """Her access page, as it was written."""
    written = tmp_path / "page.html"
    assert run("access", "-o", ann, *WHO, "--html", str(written)).exit_code == 0
    return written


def _files(run: Run, organization: str) -> dict[str, str]:
    """Path → what a dry run says was found of it."""
    shown = json.loads(run("erase", "-o", organization, *WHO, *WHY, "--dry-run", "--json").stdout)
    return {one["where"].partition(":")[2]: one["found"] for one in shown["files"]}


def test_a_page_of_the_person_goes_with_the_erasure_and_the_dry_run_says_so(
    run: Run, ann: str, page: Path, project: Any
) -> None:
    assert _files(run, ann) == {str(page): "going"}
    assert page.exists()
    project()
    report = json.loads(run("erase", "-o", ann, *WHO, *WHY, "--yes", "--json").stdout)
    assert not page.exists()
    [told] = [one for one in report["copies"] if one["copy"].startswith("file of access")]
    assert (told["state"], str(page) in told["copy"]) == ("cleared", False)
    assert told["cleared_at"]
    assert json.loads(run("erasures", "files", "-o", ann, "--json").stdout) == []


def test_a_page_that_was_changed_or_moved_stays_and_its_holder_is_told(
    run: Run, ann: str, page: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved.html"
    assert run("access", "-o", ann, *WHO, "--html", str(moved)).exit_code == 0
    moved.rename(tmp_path / "elsewhere.html")
    page.write_text(page.read_text() + "<!-- noted by hand -->")
    assert _files(run, ann) == {str(page): "changed", str(moved): "absent"}
    report = json.loads(run("erase", "-o", ann, *WHO, *WHY, "--yes", "--json").stdout)
    assert page.exists()
    remains = {one["what"]: one["why"] for one in report["remains"] if one["what"].startswith("file of access")}
    assert [why for what, why in remains.items() if str(page) in what] == [
        "it was changed since it was written: its holder must delete it"
    ]
    assert len(remains) == 2


def _erased_and_died(ledger: Service, organization: str) -> None:
    """As a process that ends right after the erasure was recorded: the files were found, none was deleted."""
    within = ledger.within(organization)
    contact = contact_of(within, organization, Given("email", ANN["value"], ANN["value"]))
    reached = reach(person(contact, within.reading.read), within.reading.read)
    exports.keep(
        within, within.ids.act(organization, SOURCE, "DSR-17"), exports.look(within, organization, reached)
    )
    now = ledger.now()
    body = ContactChange("erase", contact, "asked by letter", "DSR-17")
    act = Act(organization, SOURCE, "DSR-17", "contact.erase.v1", now, b"", body, occurred_at=now)
    assert ledger.recording.record([act])[0].result == "recorded"


def _page_state(run: Run, organization: str, *command: str) -> str:
    report = json.loads(run(*command, "-o", organization, "--json").stdout)
    [told] = [one for one in report["copies"] if one["copy"].startswith("file of access")]
    return str(told["state"])


def test_what_a_process_that_died_left_is_deleted_by_the_same_request(
    run: Run, ledger: Service, ann: str, page: Path
) -> None:
    _erased_and_died(ledger, ann)
    assert _page_state(run, ann, "erasures", "show", "DSR-17") == "waiting"
    assert page.exists()
    assert _page_state(run, ann, "erase", *WHO, *WHY, "--yes") == "cleared"
    assert not page.exists()


def test_a_file_written_since_to_the_same_place_is_not_the_one_that_was_meant(
    run: Run, ledger: Service, ann: str, page: Path
) -> None:
    _erased_and_died(ledger, ann)
    _record(ledger, signup(ann, BEN))
    assert (
        run(
            "access", "-o", ann, "--kind", "email", "--value", BEN["value"], "--html", str(page), "--overwrite"
        ).exit_code
        == 0
    )
    assert _page_state(run, ann, "erase", *WHO, *WHY, "--yes") == "cleared"
    assert BEN["value"] in page.read_text()


def test_a_file_about_many_stays_and_is_told_where_the_person_is_in_it(
    run: Run, ledger: Service, ann: str, project: Any, tmp_path: Path
) -> None:
    _record(ledger, signup(ann, BEN), opt_out(ann, BEN))
    project()
    asked = ("--channel", "email", "--scope", f"{ann}/shop", "--workers", "1")
    sources = {"both": [ANN["value"].upper(), BEN["value"]], "ben": [BEN["value"]], "none": []}
    for name, values in sources.items():
        (tmp_path / name).write_text("\n".join(["email", *values]))
        command = ("suppress", str(tmp_path / name), "-o", ann, *asked, "-O", str(tmp_path / f"{name}.csv"))
        assert run(*command).exit_code == 0
    for name in ("list.csv", "list.parquet"):
        assert run("suppress", "--export", "-o", ann, *asked, "-O", str(tmp_path / name)).exit_code == 0
    assert run("contacts", "-o", ann, "--csv", str(tmp_path / "people.csv")).exit_code == 0
    found = {Path(path).name: what for path, what in _files(run, ann).items()}
    assert found == {
        "both.csv": "among_others",
        "list.csv": "among_others",
        "list.parquet": "unreadable",
        "people.csv": "among_others",
    }
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    report = json.loads(run("erase", "-o", ann, *WHO, *WHY, "--yes", "--json").stdout)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert sum(one["what"].startswith("file of ") for one in report["remains"]) == 4
    places = [one["where"] for one in json.loads(run("erasures", "files", "-o", ann, "--json").stdout)]
    assert len(places) == 6


def test_an_erasure_by_message_says_that_nobody_looked_into_files(run: Run, ledger: Service, ann: str) -> None:
    why = {"actor": "desk", "reason": "asked by letter", "request_id": "DSR-18"}
    _record(ledger, event("contact.erase.v1", ann, identifier=ANN, **why))
    report = json.loads(run("erasures", "show", "DSR-18", "-o", ann, "--json").stdout)
    assert "files that commands wrote" in {one["what"] for one in report["remains"]}


def test_the_place_of_a_file_is_sealed(run: Run, ann: str, page: Path, database: str) -> None:
    with psycopg.connect(database) as connection:
        [row] = connection.execute("SELECT * FROM exports WHERE organization = %s", (ann,)).fetchall()
    assert str(page).encode() not in b"".join(one for one in row if isinstance(one, bytes))
    assert page.name not in repr(row)
