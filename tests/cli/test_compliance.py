"""The compliance clock at a terminal and for machines."""

import json
from typing import Any

from entrypoints.wiring import Service, projecting
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from tests.api.messages import PHONE, event, opt_out, signup
from tests.cli.conftest import Run
from tests.cli.test_asking import record


def project(ledger: Service) -> None:
    with projecting(ledger.settings) as source:
        catch_up(source, list(PROJECTIONS.values()))


def test_an_opt_out_is_shown_with_its_clock(run: Run, organization: str, ledger: Service) -> None:
    assert "No opt-outs." in run("clock", "-o", organization).stdout
    record(ledger, signup(organization), opt_out(organization))
    project(ledger)
    shown = run("clock", "-o", organization)
    assert shown.exit_code == 0, shown.output
    for part in ("received → recorded", "received → enforced", "in 10 business days of US", "not yet"):
        assert part in shown.stdout
    found = json.loads(run("clock", "-o", organization, "--json").stdout)
    (one,) = found["opt_outs"]
    assert one["event_id"] in shown.stdout
    assert one["received_at"] <= one["recorded_at"] < one["enforced_at"] < one["due_at"]
    assert (one["waiting_for"], one["overdue"]) == (["published"], [])
    assert found["summary"]["opt_outs"] == found["summary"]["waiting"] == 1
    assert "None is overdue." in run("clock", "-o", organization, "--overdue").stdout


def test_replies_nobody_has_understood_are_listed(run: Run, organization: str, ledger: Service) -> None:
    assert "every reply is understood" in run("clock", "-o", organization, "--unclassified").stdout
    record(ledger, signup(organization, PHONE, "sms"), text(organization, "hm, who is that"))
    project(ledger)
    listed = run("clock", "-o", organization, "--unclassified")
    assert f"to {organization}/shop/55512" in listed.stdout
    (one,) = json.loads(run("clock", "-o", organization, "--unclassified", "--json").stdout)["replies"]
    assert one["due_at"] > one["reply"]["received_at"]


def text(organization: str, words: str) -> dict[str, Any]:
    sender = f"{organization}/shop/55512"
    return event("sms.inbound.v1", organization, **{"from": PHONE["value"]}, to=sender, text=words)


def test_the_calendar_is_shown_and_chosen(run: Run, organization: str) -> None:
    here = ("-o", organization)
    assert json.loads(run("calendar", "show", *here, "--json").stdout)["country"] == "US"
    wanted = ("--country", "CA", "--subdivision", "QC", "--time-zone", "America/Toronto")
    tried = run("calendar", "choose", *here, *wanted)
    assert "--yes chooses it" in tried.stderr
    assert json.loads(run("calendar", "show", *here, "--json").stdout)["country"] == "US"
    assert "chosen" in run("calendar", "choose", *here, *wanted, "--yes").stderr
    assert "already" in run("calendar", "choose", *here, *wanted, "--yes").stderr
    shown = json.loads(run("calendar", "show", *here, "--json").stdout)
    assert (shown["country"], shown["subdivision"], shown["time_zone"]) == ("CA", "QC", "America/Toronto")
    assert "CA-QC, America/Toronto" in run("clock", *here).stdout
    refused = run("calendar", "choose", *here, "--country", "XX", "--time-zone", "UTC", "--yes")
    assert refused.exit_code == 1
    assert str(refused.exception).startswith("calendar: country: ")


def test_a_page_that_does_not_exist_is_refused(run: Run, organization: str) -> None:
    refused = run("clock", "-o", organization, "--after", "nonsense")
    assert refused.exit_code == 1
    assert "after" in str(refused.exception)
    assert run("clock", "-o", "nobody").exit_code == 1
