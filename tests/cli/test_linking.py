"""Links on the command line: shown before they are made, made by --yes or an answer at the terminal."""

import json
from typing import Any
from uuid import UUID

from entrypoints.acting import Hand
from entrypoints.wiring import Service, projecting
from ledger.acts.contact import Identification
from ledger.acts.given import Given
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.cli.conftest import Run

ANN, BEN = "email:ann@example.com", "email:ben@example.com"


def _people(ledger: Service, organization: str) -> list[UUID]:
    found = []
    for side in (ANN, BEN):
        one = Given("email", side.removeprefix("email:"), "")
        Hand(ledger, organization).record(Identification((one,), "form"))
        found.append(ledger.answers.holder(organization, one)[1])
    return [contact for contact in found if contact is not None]


def _json(run: Run, *arguments: str) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_link_is_shown_made_listed_and_removed(run: Run, organization: str, ledger: Service) -> None:
    ann, ben = _people(ledger, organization)
    link = ("link", "-o", organization, ANN, str(ben), "--reason", "she called")
    seen = _json(run, *link, "--dry-run")
    assert (len(seen["before"]), [one["id"] for one in seen["after"]]) == (2, [str(ann)])
    assert _json(run, "links", "-o", organization, str(ben)) == []
    done = _json(run, *link, "--yes", "--id", "l-1")
    assert done["people"] == [str(ann)]
    assert _json(run, *link, "--yes", "--id", "l-1") == done
    [listed] = _json(run, "links", "-o", organization, str(ben))
    assert listed["link_id"] == done["links"][0]
    assert "Nothing would change" in run(*link, "--dry-run").stderr
    unlink = ("unlink", "-o", organization, "--reason", "two people")
    assert len(_json(run, *unlink, listed["link_id"], "--dry-run")["after"]) == 2
    assert sorted(_json(run, *unlink, listed["link_id"], "--yes")["people"]) == sorted([str(ann), str(ben)])


def test_a_contact_stands_alone_by_whole(run: Run, organization: str, ledger: Service) -> None:
    ann, ben = _people(ledger, organization)
    _json(run, "link", "-o", organization, ANN, BEN, "--reason", "x", "--yes")
    whole = ("unlink", "-o", organization, "--contact", str(ann), "--whole", "--reason", "x")
    assert sorted(_json(run, *whole, "--yes")["people"]) == sorted([str(ann), str(ben)])


def test_without_a_terminal_or_yes_nothing_is_done(run: Run, organization: str, ledger: Service) -> None:
    _, ben = _people(ledger, organization)
    refused = run("link", "-o", organization, ANN, BEN, "--reason", "x")
    assert refused.exit_code == 2
    assert "--yes does it" in refused.output
    assert _json(run, "links", "-o", organization, str(ben)) == []


def test_what_cannot_be_a_side_is_refused(run: Run, organization: str) -> None:
    assert run("link", "-o", organization, "nobody", BEN, "--reason", "x", "--dry-run").exit_code == 2
    assert run("link", "-o", organization, "email:nobody", BEN, "--reason", "x", "--dry-run").exit_code == 2
    assert run("unlink", "-o", organization, "--reason", "x", "--whole").exit_code == 2
    assert run("link", "-o", organization, ANN, BEN, "--reason", "x", "--dry-run").exit_code == 1


def test_a_candidate_is_accepted_or_dismissed(run: Run, organization: str, ledger: Service) -> None:
    ann, ben = map(str, _people(ledger, organization))
    both = tuple(Given("email", side.removeprefix("email:"), "") for side in (ANN, BEN))
    Hand(ledger, organization).record(Identification(both, "import"))
    with projecting(ledger.settings) as source:
        catch_up(source, list(PROJECTIONS.values()))
    [listed] = _json(run, "candidates", "list", "-o", organization)["candidates"]
    assert (listed["low_id"], listed["high_id"]) == (min(ann, ben), max(ann, ben))
    decided = ("-o", organization, ann, ben, "--reason", "x")
    assert len(_json(run, "candidates", "accept", *decided, "--dry-run")["after"]) == 1
    assert _json(run, "candidates", "dismiss", *decided) == {"dismissed": False}
    assert _json(run, "candidates", "dismiss", *decided, "--yes") == {"dismissed": True}
    assert _json(run, "candidates", "accept", *decided, "--yes")["people"] == [ann]
