"""Replies that wait, over HTTP: listed by those who list people, read by those who may say what they mean."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from entrypoints.roles import Role
from tests.api.messages import PHONE, event, question, signup
from tests.api.serving import Caller, Served

READ_AS_STOP = {"meaning": "stop", "actor": "ann", "reason": "wants no more"}


def text(organization: str, words: str, hour: int) -> Any:
    data = {"from": PHONE["value"], "to": f"{organization}/shop", "text": words}
    return event("sms.inbound.v1", organization, **data) | {"time": f"2026-03-03T{hour:02}:00:00Z"}


@pytest.fixture
def waiting(server: Served, admin: Caller) -> list[str]:
    """Event ids of three replies that wait."""
    code = admin.organization
    admin.record(signup(code, PHONE, "sms"))
    for hour in (9, 10, 11):
        admin.record(text(code, f"what is offer {hour}?", hour))
    server.project()
    return [one["event_id"] for one in admin.get("replies").json()["replies"]]


def test_they_are_listed_page_by_page_with_their_texts(admin: Caller, waiting: list[str]) -> None:
    assert len(waiting) == 3
    first = admin.get("replies", limit="2").json()
    assert [one["text"] for one in first["replies"]] == ["what is offer 9?", "what is offer 10?"]
    rest = admin.get("replies", limit="2", after=first["after"]).json()
    assert [one["event_id"] for one in (*first["replies"], *rest["replies"])] == waiting
    assert rest["after"] is None
    assert admin.get("replies", state="seen").json()["replies"] == []


def test_texts_are_for_those_who_may_read_values(caller: Callable[[Role], Caller], waiting: list[str]) -> None:
    seen = {role: caller(role).get("replies") for role in ("marketer", "analyst", "auditor", "service")}
    assert seen["service"].status_code == 403
    assert [one["text"] for one in seen["analyst"].json()["replies"]] == [None, None, None]
    assert seen["auditor"].json()["replies"][0]["text"] is None
    reasoned = replace(caller("auditor"), reason="case 4711").get("replies").json()
    assert reasoned["replies"][0]["text"] == "what is offer 9?"
    for role in ("analyst", "auditor", "service"):
        assert caller(role).post(f"replies/{waiting[0]}/reading", READ_AS_STOP).status_code == 403


def test_a_person_says_that_it_is_a_stop(server: Served, admin: Caller, waiting: list[str]) -> None:
    asked = question(admin.organization, PHONE, channel="sms")
    assert admin.post("sendable", asked).json()["answers"][0]["sendable"] is True
    assert admin.post(f"replies/{waiting[0]}/reading", READ_AS_STOP).json() == {"recorded": True}
    assert admin.post(f"replies/{waiting[0]}/reading", READ_AS_STOP).json() == {"recorded": False}
    assert admin.post("sendable", asked).json()["answers"][0]["reasons"] == ["unsubscribed"]
    history = admin.get(f"identifiers/{admin.identifier(**PHONE)}/history").json()["events"]
    assert (history[-1]["actor"], history[-1]["data"]["confidence"]) == ("ann", "person")
    server.project()
    assert admin.get("replies").json()["replies"] == []


def test_what_cannot_be_taken(server: Served, admin: Caller, waiting: list[str]) -> None:
    there = f"replies/{waiting[0]}/reading"
    assert admin.post(there, {"meaning": "stop", "actor": "ann"}).status_code == 422
    assert admin.post(there, {**READ_AS_STOP, "meaning": "maybe"}).status_code == 422
    assert admin.post("replies/00000000-0000-0000-0000-000000000007/reading", READ_AS_STOP).status_code == 404
    stranger = server.caller(f"{admin.organization}-2")
    assert stranger.post(there, READ_AS_STOP).status_code == 404
    assert stranger.get("replies").json()["replies"] == []
    assert admin.get("replies", after="yesterday").status_code == 404
    assert admin.get("replies", state="lost").status_code == 422
