"""Policies in the console: in words, side by side, and adopted only after somebody saw whom that changes."""

import re
from typing import Any

import pytest

from entrypoints import forecasting, policies
from ledger.errors import NotFound
from ledger.events.settings import PolicyAdopted
from ledger.store import forecasts
from tests.api.messages import EMAIL, signup
from tests.api.serving import Served, wait_until
from tests.console.lists import Lists, Opening, Record

OWN = {
    "policy": "strict",
    "version": "1",
    "stop_reach": "sender",
    "soft_bounces": "counted",
    "request_lifetime_days": "7",
    "bounce_threshold": "1",
    "soft_bounce_threshold": "10",
    "bulk_never_lifts.carrier": "on",
    "bulk_never_lifts.complaint": "on",
    "bulk_never_lifts.keyword": "on",
    "bulk_never_lifts.provider_rejection": "on",
}


def bounced(organization: str) -> dict[str, Any]:
    data = {"organization": organization, "identifier": EMAIL, "channel": "email", "outcome": "soft_bounce"}
    head = {"specversion": "1.0", "id": "b", "source": "ses", "type": "delivery.receipt.v1"}
    return {**head, "time": "2026-03-05T00:00:00Z", "data": data}


@pytest.fixture
def foreseen(organization: str, opening: Opening, record: Record) -> tuple[Lists, str]:
    """An administrator, and the path of what a strict policy would change, once it is worked out."""
    record(signup(organization), bounced(organization))
    lists = opening()
    path = begun(lists, **OWN)
    done(lists, path)
    return lists, path


def begun(lists: Lists, **fields: str) -> str:
    answer = lists.post("policies/forecasts", **fields)
    assert answer.status_code == 303, answer.text
    return "policies/" + answer.headers["location"].partition("/policies/")[2]


def done(lists: Lists, path: str) -> None:
    wait_until(lambda: lists.json(path)["forecast"]["state"] != "running", 120)
    assert lists.json(path)["forecast"]["state"] == "done"


def test_policies_are_listed_in_words_and_compared(opening: Opening) -> None:
    lists = opening("analyst")
    compared = lists.json("policies", left="built-in/1", right="us/2027")["compared"]
    different = {one["parameter"] for one in compared if one["differs"]}
    assert different == {"jurisdiction", "stop_reach", "inquiry_months", "purchase_months", "quiet_hours"}
    assert "A STOP reaches the whole organization." in lists.text("policies", right="us/2027")
    assert "A STOP reaches the whole organization." in lists.text("policies/us/2027")
    assert lists.rows("policies/us/2027")[0]["parameter"] == "jurisdiction"
    assert lists.get("policies", left="nobody's").status_code == 404
    assert lists.get("policies/us/1999").status_code == 404


def test_a_policy_is_adopted_for_a_reason_once_it_was_seen_whom_it_changes(
    server: Served, organization: str, foreseen: tuple[Lists, str], opening: Opening
) -> None:
    lists, path = foreseen
    early = lists.post(f"{path}/adopt", reason="fewer bounces")
    assert (early.status_code, "look at what it would change first" in early.text) == (422, True)
    page = lists.text(path)
    assert EMAIL["value"] in page
    assert "bounced" in page
    assert EMAIL["value"] not in opening("analyst").text(path)
    [moment] = lists.json(path)["forecast"]["result"]["moments"]
    assert (moment["identifiers"], moment["become_sendable"], moment["become_unsendable"] > 0) == (1, 0, True)
    assert "bounced" in lists.text(f"{path}/changes.csv")
    assert lists.post(f"{path}/adopt", reason="").status_code == 422
    assert opening("analyst").post(f"{path}/adopt", reason="why not").status_code == 403
    assert lists.post(f"{path}/adopt", reason="fewer bounces").status_code == 303
    assert [one["version"] for one in lists.json("policies")["adopted"] if one["now"]] == ["strict/1"]
    assert lists.json("policies")["history"][0]["by"] == "Ann Example"
    assert "fewer bounces" in lists.text("policies")
    assert "fewer bounces" not in opening("analyst").text("policies")
    stream = server.ledger.ids.organization(organization)
    [event] = [one for one in server.ledger.reading.read([stream])[stream] if isinstance(one.body, PolicyAdopted)]
    assert event.envelope.correlation_id == path.rpartition("/")[2]
    assert isinstance(event.body, PolicyAdopted)
    assert event.body.reason is None


def test_what_was_foreseen_of_another_history_is_not_adopted(
    server: Served, organization: str, foreseen: tuple[Lists, str]
) -> None:
    lists, path = foreseen
    lists.text(path)
    wanted = policies.dated(policies.shipped("ca", server.ledger.now()), server.ledger.now())
    policies.adopt(server.ledger, organization, wanted, actor="somebody", source="test")
    answer = lists.post(f"{path}/adopt", reason="fewer bounces")
    assert answer.status_code == 422
    assert "compare again" in answer.text
    assert "strict/1" not in [one["version"] for one in lists.json("policies")["adopted"]]


def test_a_policy_that_cannot_be_taken_comes_back_with_what_was_typed(opening: Opening) -> None:
    lists = opening()
    wrong = {**OWN, "bounce_threshold": "often", "express_months": "0", "soft_bounces": "never"}
    page = lists.post("policies/forecasts", on="policies/new", **wrong)
    assert page.status_code == 422
    for name, typed, takes in (
        ("bounce_threshold", "often", "Takes a whole number from 1 to 1,000"),
        ("express_months", "0", "Takes a whole number of months from 1 to 1,200"),
    ):
        assert re.search(rf'id="write-{name}"[^>]* value="{typed}"[^>]*aria-invalid="true"', page.text)
        assert re.search(rf'id="write-{name}-wrong">{takes}', page.text)
    assert re.search(r'value="never" selected', page.text)
    assert re.search(r'name="bulk_never_lifts.carrier" checked', page.text)
    fewer = {name: value for name, value in OWN.items() if name != "bulk_never_lifts.keyword"}
    page = lists.post("policies/forecasts", on="policies/new", **fewer)
    assert "leave none of them out" in page.text
    assert re.search(r'name="bulk_never_lifts.carrier" checked', page.text)
    assert not re.search(r'name="bulk_never_lifts.keyword" checked', page.text)
    assert lists.post("policies/forecasts", before="current", after="nowhere").status_code == 404


def test_two_versions_are_compared_and_not_adopted(organization: str, opening: Opening, record: Record) -> None:
    record(signup(organization))
    lists = opening()
    path = begun(lists, before="built-in/1", after="us/2027", always="on")
    done(lists, path)
    assert not lists.json(path)["adoptable"]
    lists.text(path)
    assert lists.post(f"{path}/adopt", reason="because").status_code == 422


def test_a_forecast_whose_process_died_is_told_apart_and_another_may_be_asked_for(
    server: Served, organization: str, opening: Opening
) -> None:
    question = {"before": "current", "after": "us", "document": None, "adopt": True, "always": False, "at": None}
    now = server.ledger.now()
    with server.ledger.writing.connection() as connection:
        dead = forecasts.ask(
            connection, organization, "policy", question, asked_by="person/x", now=now - 2 * forecasts.SILENT
        )
    lists = opening()
    page = lists.text(f"policies/forecasts/{dead}")
    assert "It was interrupted and changed nothing." in page
    assert lists.post(f"policies/forecasts/{dead}/adopt", reason="because").status_code == 422
    path = begun(lists, before="current", after="us")
    busy = lists.post("policies/forecasts", before="current", after="us")
    assert busy.status_code == 422 or lists.json(path)["forecast"]["state"] == "done"
    done(lists, path)
    assert len(lists.json(path)["forecast"]["result"]["moments"]) == 2


def test_a_forecast_of_another_organization_is_unknown(
    server: Served, organization: str, foreseen: tuple[Lists, str]
) -> None:
    _, path = foreseen
    other = server.caller(f"{organization}-b").organization
    found = forecasting.latest(server.ledger, organization, "policy")
    assert forecasting.latest(server.ledger, other, "policy") == []
    assert path.endswith(str(found[0].id))
    with server.ledger.reading.connection() as connection, pytest.raises(NotFound, match="no forecast"):
        forecasts.get(connection, other, found[0].id)
