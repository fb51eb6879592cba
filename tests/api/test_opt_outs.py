"""Opt-outs and a sender's phones over HTTP: found by what auditors and marketers ask for, masked for the others."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from entrypoints.roles import Role
from tests.api.messages import EMAIL, PHONE, opt_out, signup
from tests.api.serving import Caller, Served

BEN = {"kind": "email", "value": "ben@example.com"}


@pytest.fixture
def four(server: Served, admin: Caller) -> Caller:
    """Ann and Ben opted out, each with a reason of theirs; two phones are a sender's, one of them opted out."""
    code = admin.organization
    admin.record(signup(code), signup(code, BEN))
    admin.record(
        opt_out(code, reason="too many"), opt_out(code, BEN, method="manual", reason="moved", actor="op-7")
    )
    sender = {"channel": "sms", "scope": f"{code}/shop/48099", "purposes": ["marketing"]}
    phones = [PHONE, {"kind": "phone", "value": "+14155550142"}]
    admin.record(*[signup(code, one, subscriptions=[sender]) for one in phones])
    admin.record(opt_out(code, PHONE, "sms", scope=f"{code}/shop/48099"))
    server.project()
    return admin


def _found(caller: Caller, **asked: Any) -> list[Any]:
    answer = caller.post("opt-outs/search", asked)
    assert answer.status_code == 200, answer.text
    return [one["value"] for one in answer.json()["opt_outs"]]


def test_opt_outs_are_found_by_address_method_actor_reason_place_and_time(four: Caller) -> None:
    code = four.organization
    assert _found(four, identifier=EMAIL) == ["ann@example.com"]
    assert _found(four, method="manual") == _found(four, actor="op-7") == ["ben@example.com"]
    assert _found(four, reason="TOO") == ["ann@example.com"]
    assert _found(four, scope=f"{code}/shop/48099/-") == _found(four, scope=f"{code}/shop/48099")
    assert PHONE["value"] in _found(four, scope=f"{code}/shop/48099")
    assert _found(four, until="2026-01-01T00:00:00Z") == []
    assert sorted(_found(four)) == sorted(["ann@example.com", "ben@example.com", PHONE["value"]])


def test_opt_outs_come_page_by_page(four: Caller) -> None:
    first = four.post("opt-outs/search", {"limit": 2}).json()
    rest = four.post("opt-outs/search", {"limit": 2, "after": first["after"]}).json()
    assert len({one["event_id"] for one in (*first["opt_outs"], *rest["opt_outs"])}) == 3
    assert rest["after"] is None


def test_values_and_reasons_are_for_who_may_read_values(four: Caller, caller: Callable[[Role], Caller]) -> None:
    [one] = caller("analyst").post("opt-outs/search", {"identifier": EMAIL}).json()["opt_outs"]
    assert (one["value"], one["reason"]) == ("a***@example.com", None)
    assert caller("analyst").post("opt-outs/search", {"reason": "too"}).status_code == 422
    reasoned = replace(caller("auditor"), reason="case 4711")
    [one] = reasoned.post("opt-outs/search", {"identifier": EMAIL}).json()["opt_outs"]
    assert (one["value"], one["reason"]) == ("ann@example.com", "too many")
    assert caller("marketer").post("opt-outs/search", {}).status_code == 403


def test_what_cannot_be_asked_for_names_its_field(four: Caller) -> None:
    for asked, field in (
        ({"scope": "elsewhere/shop"}, "scope"),
        ({"identifier": {"kind": "email", "value": "nobody"}}, "identifier.value"),
        ({"since": 1764000000}, "since"),
        ({"limit": "5"}, "limit"),
    ):
        answer = four.post("opt-outs/search", asked)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_senders_phones_are_listed_by_tab_and_part_of_a_number(
    four: Caller, caller: Callable[[Role], Caller]
) -> None:
    sender = f"{four.organization}/shop/48099"
    assert [one["sender"] for one in four.get("sms/senders").json()] == [sender]

    def phones(who: Caller = four, **asked: Any) -> list[Any]:
        return [one["phone"] for one in who.post("sms/search", {"sender": sender, **asked}).json()["phones"]]

    assert phones() == phones(search="555 01-42") == ["+14155550142"]
    assert phones(tab="opted-out") == phones(tab="opted-out", reason="link") == [PHONE["value"]]
    assert phones(tab="opted-out", reason="ban") == phones(tab="other") == phones(search="0199") == []
    assert PHONE["value"] not in phones(caller("analyst"), tab="opted-out")
    assert four.post("sms/search", {"sender": "elsewhere/shop/48099"}).status_code == 422
