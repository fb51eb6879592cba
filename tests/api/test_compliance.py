"""The compliance clock over HTTP: pages, what is overdue, and whose it is."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from consumers.intake import Message, take
from entrypoints.roles import Role
from ledger.acts.act import Act
from tests.api.messages import PHONE, event, opt_out, signup
from tests.api.serving import Caller, Served


def record_late(server: Served, message: dict[str, Any], ago: timedelta) -> None:
    """A message that Kafka had so long ago, and the ledger only now."""
    taken = take(Message(json.dumps(message).encode(), (), datetime.now(UTC) - ago))
    assert isinstance(taken, Act)
    [outcome] = server.ledger.recording.record([taken])
    assert outcome.result == "recorded"


def opted_out(organization: str, number: int) -> dict[str, Any]:
    message: dict[str, Any] = opt_out(organization, {"kind": "email", "value": f"p{number}@example.com"})
    return message


def test_pages_follow_each_other_last_received_first(server: Served, admin: Caller) -> None:
    for number in range(5):
        admin.record(opted_out(admin.organization, number))
    server.project()
    whole = admin.get("compliance/clock").json()
    assert (len(whole["opt_outs"]), whole["after"]) == (5, None)
    seen: list[Any] = []
    after: dict[str, str] = {}
    while len(seen) < 5:
        page = admin.get("compliance/clock", limit="2", **after).json()
        seen += page["opt_outs"]
        after = {"after": page["after"]}
    assert page["after"] is None
    assert [one["event_id"] for one in seen] == [one["event_id"] for one in whole["opt_outs"]]
    received = [one["received_at"] for one in seen]
    assert received == sorted(received, reverse=True)
    since = admin.get("compliance/clock", since=received[1]).json()["opt_outs"]
    assert [one["received_at"] for one in since] == received[:2]


def test_overdue_is_what_came_after_its_due_date(server: Served, admin: Caller) -> None:
    organization = admin.organization
    for number, ago in enumerate((40, 31, 9, 0)):
        record_late(server, opted_out(organization, number), timedelta(days=ago))
    server.project()
    page = admin.get("compliance/clock", overdue="true").json()
    assert [one["overdue"] for one in page["opt_outs"]] == [["recorded", "enforced", "published"]] * 2
    received = [one["received_at"] for one in page["opt_outs"]]
    assert received == sorted(received)
    first = admin.get("compliance/clock", overdue="true", limit="1").json()
    assert [one["received_at"] for one in first["opt_outs"]] == received[:1]
    rest = admin.get("compliance/clock", overdue="true", after=first["after"]).json()
    assert [one["received_at"] for one in rest["opt_outs"]] == received[1:]
    summary = admin.get("compliance/summary").json()
    assert (summary["opt_outs"], summary["overdue"], summary["waiting"], summary["more"]) == (4, 2, 4, False)
    assert summary["seconds"]["recorded"]["max"] >= 40 * 86_400
    assert "published" not in summary["seconds"]
    everyone = admin.get("compliance/clock").json()["opt_outs"]
    assert [one["overdue"] != [] for one in everyone] == [False, False, True, True]


def test_the_clock_is_among_the_metrics(server: Served, admin: Caller) -> None:
    record_late(server, opted_out(admin.organization, 1), timedelta(days=40))
    server.project()
    figures = dict(
        line.rsplit(" ", 1)
        for line in server.client.get("/metrics").text.splitlines()
        if line.startswith("ledger_opt_out")
    )
    assert float(figures["ledger_opt_outs_overdue"]) >= 1
    assert float(figures['ledger_opt_outs_waiting{stage="published"}']) >= 1
    assert float(figures['ledger_opt_outs_waiting{stage="enforced"}']) == 0
    assert float(figures['ledger_opt_outs_oldest_waiting_seconds{stage="published"}']) > 39 * 86_400
    assert float(figures['ledger_opt_out_seconds{quantile="1",stage="recorded"}']) > 39 * 86_400


def test_the_calendar_is_chosen_by_administrators(caller: Callable[[Role], Caller], admin: Caller) -> None:
    wanted = {"country": "CA", "subdivision": "QC", "time_zone": "America/Toronto"}
    assert admin.get("compliance/calendar").json()["country"] == "US"
    assert caller("auditor").put("compliance/calendar", wanted).status_code == 403
    assert admin.put("compliance/calendar", wanted).json() == {
        **admin.get("compliance/calendar").json(),
        "due_if_received_now": ANY,
        **wanted,
    }
    for field, wrong in (("country", "XX"), ("subdivision", "QQ"), ("time_zone", "Mars/Olympus")):
        refused = admin.put("compliance/calendar", {**wanted, field: wrong})
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert admin.get("compliance/calendar").json()["subdivision"] == "QC"


def test_a_reply_nobody_understands_is_due_and_leaves_when_a_person_has_read_it(
    server: Served, admin: Caller
) -> None:
    organization = admin.organization
    sender = f"{organization}/shop/55512"
    admin.record(signup(organization, PHONE, "sms"))
    reply = {"from": PHONE["value"], "to": sender, "text": "hm, who is that", "provider_message_id": "p-1"}
    record_late(server, event("sms.inbound.v1", organization, **reply), timedelta(days=40))
    server.project()
    (one,) = admin.get("compliance/unclassified").json()["replies"]
    assert (one["overdue"], one["text"]) == (True, None)
    assert one["received_at"] < one["due_at"] < one["recorded_at"]
    figures = server.client.get("/metrics").text.splitlines()
    (near_due,) = [line for line in figures if line.startswith("ledger_replies_unclassified_near_due ")]
    assert float(near_due.split()[1]) >= 1
    meaning = {"meaning": "stop", "actor": "ann", "reason": "wants no more"}
    assert admin.post(f"replies/{one['event_id']}/reading", meaning).status_code == 200
    server.project()
    assert admin.get("compliance/unclassified").json()["replies"] == []
    (opted_out,) = admin.get("compliance/clock").json()["opt_outs"]
    assert opted_out["received_at"] == one["received_at"]
    assert "recorded" in opted_out["overdue"]


def test_another_organization_sees_nothing_and_only_some_roles_see_any(
    server: Served, organization: str, caller: Callable[[Role], Caller], admin: Caller
) -> None:
    admin.record(opt_out(organization))
    server.project()
    assert server.caller(f"{organization}-b").get("compliance/clock").json()["opt_outs"] == []
    readers: dict[Role, int] = {"auditor": 200, "analyst": 200, "service": 403, "marketer": 403}
    for role, status in readers.items():
        asked = caller(role)
        assert asked.get("compliance/clock").status_code == status, role
        assert asked.get("compliance/summary").status_code == status, role
    assert "example.com" not in admin.get("compliance/clock").text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "yesterday"}, "since"),
        ({"limit": "0"}, "limit"),
        ({"after": "%00"}, "after"),
        ({"after": "x"}, "after"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_field_named(
    query: dict[str, str], field: str, admin: Caller
) -> None:
    refused = admin.get("compliance/clock", **query)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
