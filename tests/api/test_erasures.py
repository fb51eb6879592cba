"""Erasures and access over HTTP: previewed, done once, proven; everything told to the person and to no others."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from entrypoints import exports
from entrypoints.roles import Role
from tests.api.messages import EMAIL, PHONE, opt_out, question, signup
from tests.api.serving import BATCH, Caller, Served

WHY = {"request_id": "DSR-17", "reason": "asked by letter"}
AGENT = "Planted/1.0 <script>alert(1)</script>"


@pytest.fixture
def ann(admin: Caller) -> Caller:
    """Ann has an e-mail and a phone, a name and evidence, and opted out of mail."""
    organization = admin.organization
    first = signup(organization, evidence={"user_agent": AGENT}, profile={"first_name": "Plantedname"})
    first["data"]["identifiers"].append(PHONE)
    admin.record(first, opt_out(organization))
    return admin


def test_a_preview_counts_and_changes_nothing(ann: Caller) -> None:
    answer = ann.post("erasures/preview", EMAIL)
    assert answer.status_code == 200
    found = answer.json()
    assert (len(found["contacts"]), len(found["identifiers"]), found["keys"]) == (1, 2, 3)
    assert ann.get("erasures").json() == []


def test_an_erasure_is_done_once_and_proven(ann: Caller) -> None:
    first = ann.post("erasures", {**EMAIL, **WHY})
    assert first.status_code == 200, first.text
    again = ann.post("erasures", {**PHONE, **WHY})
    assert again.json()["act_id"] == first.json()["act_id"]
    [listed] = ann.get("erasures").json()
    assert (listed["request_id"], listed["contacts"], listed["identifiers"]) == ("DSR-17", 1, 2)
    report = ann.get("erasures/DSR-17").json()
    states = {one["copy"]: one["state"] for one in report["copies"]}
    assert states["data keys"] == states["rejected messages"] == "cleared"
    assert states["table all_contacts"] == "waiting"
    assert not report["complete"]
    [now] = ann.post("sendable", question(ann.organization)).json()["answers"]
    assert now["reasons"] == ["erased", "unsubscribed"]


def test_the_place_of_a_file_is_told_to_who_may_see_values_only(
    ann: Caller, caller: Callable[[Role], Caller], server: Served, tmp_path: Path
) -> None:
    page = tmp_path / f"{EMAIL['value']}.html"
    page.write_text("her page")
    [contact] = ann.post("erasures/preview", EMAIL).json()["contacts"]
    exports.note(server.ledger, ann.organization, page, "access", contacts=[UUID(contact)])
    page.write_text("her page, and a note")
    assert ann.post("erasures/preview", EMAIL).json()["files"][0]["where"].endswith(str(page))
    ann.post("erasures", {**EMAIL, **WHY})
    assert page.name in ann.get("erasures/DSR-17").text
    seen = caller("analyst").get("erasures/DSR-17")
    assert "file of access" in seen.text
    assert page.name not in seen.text


def test_a_request_id_names_one_person(ann: Caller) -> None:
    ann.post("erasures", {**EMAIL, **WHY})
    other = {"kind": "email", "value": "ben@example.com"}
    ann.record(signup(ann.organization, other))
    taken = ann.post("erasures", {**other, **WHY})
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "request_id")
    assert ann.post("erasures", {"kind": "email", "value": "nobody@example.com", **WHY}).status_code == 409
    assert ann.post("erasures", {**EMAIL, **WHY, "request_id": "DSR-18"}).status_code == 404


def test_erasures_are_read_a_page_at_a_time(ann: Caller) -> None:
    ben = {"kind": "email", "value": "ben@example.com"}
    ann.record(signup(ann.organization, ben))
    for request, who in (("DSR-1", EMAIL), ("DSR-2", ben)):
        ann.post("erasures", {**who, **WHY, "request_id": request})
    [newest] = ann.get("erasures", limit="1").json()
    [older] = ann.get("erasures", limit="1", before=str(newest["position"])).json()
    assert [newest["request_id"], older["request_id"]] == ["DSR-2", "DSR-1"]
    assert ann.get("erasures", before=str(older["position"])).json() == []


def test_who_may_not(caller: Callable[[Role], Caller], ann: Caller) -> None:
    others: tuple[Role, ...] = ("service", "marketer", "analyst", "auditor")
    for role in others:
        assert caller(role).post("erasures", {**EMAIL, **WHY}).status_code == 403
    assert caller("auditor").get("erasures").status_code == 200
    statuses = {role: caller(role).post("access", EMAIL).status_code for role in others}
    assert statuses == {"service": 403, "marketer": 403, "analyst": 403, "auditor": 200}


def test_another_organization_finds_nobody(ann: Caller, server: Any) -> None:
    other = server.caller(f"{ann.organization}-2")
    [contact] = ann.post("erasures/preview", EMAIL).json()["contacts"]
    for who in (EMAIL, {"id": contact}):
        assert other.post("access", who).status_code == 404
        assert other.post("erasures/preview", who).status_code == 404


def test_access_tells_everything(ann: Caller) -> None:
    ann.post("messages", [{**signup(ann.organization), "time": None}], BATCH)
    told = ann.post("access", PHONE).json()
    assert {one["value"] for one in told["identifiers"]} == {EMAIL["value"], PHONE["value"]}
    assert [(one["field"], one["value"]) for one in told["profile"]] == [("first_name", "Plantedname")]
    statuses = {(one["channel"], one["consent"]) for held in told["identifiers"] for one in held["statuses"]}
    assert ("email", "unsubscribed") in statuses
    assert any(one["data"].get("evidence") == {"user_agent": AGENT} for one in told["events"])
    assert all(one["said"] for one in told["events"])
    [rejected] = told["rejections"]
    assert rejected["reason"] == "time_missing"
    assert EMAIL["value"] in rejected["message"]


def test_access_is_a_page_too_in_which_nothing_runs(ann: Caller) -> None:
    answer = ann.post("access", EMAIL, {"accept": "text/html"})
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert "Plantedname" in answer.text
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_nothing_is_told_of_an_erased_person(ann: Caller) -> None:
    ann.post("erasures", {**EMAIL, **WHY})
    assert ann.post("access", EMAIL).status_code == 404
