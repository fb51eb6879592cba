"""POST messages: the same CloudEvents as from Kafka, answered with event ids, idempotent."""

import json
from typing import Any
from uuid import UUID

import pytest

from entrypoints.api.middleware import MAX_BODY
from tests.api.messages import EMAIL, PHONE, event, opt_out, question, signup
from tests.api.serving import BATCH, STRUCTURED, Caller


def test_a_message_sent_again_is_a_duplicate_with_the_same_event_ids(admin: Caller) -> None:
    message = signup(admin.organization)
    first = admin.post("messages", message, STRUCTURED).json()["results"][0]
    again = admin.post("messages", message, STRUCTURED).json()["results"][0]
    assert (first["result"], again["result"]) == ("recorded", "duplicate")
    assert first["event_ids"] == again["event_ids"] != []


def test_an_opt_out_of_a_channel_that_its_identifier_cannot_have_stops_all_and_says_so(admin: Caller) -> None:
    admin.record(signup(admin.organization, PHONE, "sms"))
    stop = opt_out(admin.organization, identifier=PHONE, channel="email")
    [result] = admin.record(stop)
    assert (result["result"], result["flags"]) == ("recorded", ["channel"])
    assert result["detail"].startswith("channel: ")
    asked = question(admin.organization, PHONE) | {"channel": "sms"}
    assert admin.post("sendable", asked).json()["answers"][0]["reasons"] == ["unsubscribed"]
    [again] = admin.record(stop)
    assert (again["result"], again["flags"], again["event_ids"]) == ("duplicate", ["channel"], result["event_ids"])


def test_a_stop_to_what_is_no_scope_is_taken_for_the_whole_organization_and_says_so(admin: Caller) -> None:
    text = event("sms.inbound.v1", admin.organization, **{"from": PHONE["value"]}, to="48099", text="STOP")
    right = {**text, "id": f"{text['id']}-2", "data": {**text["data"], "to": f"{admin.organization}/shop/48099"}}
    wide, narrow = admin.record(text, right)
    assert (wide["flags"], wide["detail"].split(":")[0], wide["reason"]) == (["scope"], "scope", None)
    assert (narrow["flags"], narrow["detail"]) == ([], None)


def test_a_stop_without_a_credible_time_says_so(admin: Caller) -> None:
    [result] = admin.record({**opt_out(admin.organization), "time": "1970-01-01T00:00:00Z"})
    assert (result["result"], result["flags"]) == ("recorded", ["time"])


def test_a_batch_answers_each_message_in_its_order(admin: Caller) -> None:
    one, two = signup(admin.organization), opt_out(admin.organization)
    results = admin.record(one, two, one)
    assert [result["result"] for result in results] == ["recorded", "recorded", "duplicate"]
    assert [result["id"] for result in results] == [one["id"], two["id"], one["id"]]
    assert results[0]["event_ids"] == results[2]["event_ids"]


def test_binary_mode_says_the_same_by_headers(admin: Caller) -> None:
    message = opt_out(admin.organization)
    headers = {f"ce-{name}": message[name] for name in ("id", "source", "type", "specversion", "time")}
    first = admin.post("messages", message["data"], headers).json()["results"][0]
    again = admin.post("messages", message, STRUCTURED).json()["results"][0]
    assert (first["result"], again["result"]) == ("recorded", "duplicate")


def test_the_same_id_for_something_else_is_a_conflict_and_never_loses_an_opt_out(admin: Caller) -> None:
    message = signup(admin.organization)
    admin.record(message)
    other = {**message, "data": {**message["data"], "method": "checkout"}}
    refused = admin.post("messages", other, STRUCTURED)
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["field"] == "id"
    stop = {**opt_out(admin.organization), "id": message["id"]}
    results = [admin.post("messages", stop, STRUCTURED).json()["results"][0] for _ in range(2)]
    assert [result["result"] for result in results] == ["conflict", "duplicate"]
    assert results[0]["event_ids"] == results[1]["event_ids"] != []
    answer = admin.post("sendable", question(admin.organization)).json()["answers"][0]
    assert answer["reasons"] == ["unsubscribed"]


def _with(message: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {**message, "data": {**message["data"], **data}}


def _deletion(organization: str, **subject: Any) -> dict[str, Any]:
    return event("contact.delete.v1", organization, **subject, actor="ops", reason="asked")


def _bad(organization: str) -> dict[str, tuple[Any, str]]:
    """What producers get wrong, and the field that the answer names."""
    good = signup(organization)
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]
    return {
        "no type": ({k: v for k, v in good.items() if k != "type"}, "type"),
        "unknown type": (good | {"type": "contact.wave.v1"}, "type"),
        "unknown version": (good | {"type": "contact.signup.v9"}, "type"),
        "wrong type of a field": (_with(good, identifiers="ann"), "data.identifiers"),
        "missing field": (event("contact.signup.v1", organization), "data.identifiers"),
        "no data": (good | {"data": None}, "data"),
        "no time": ({k: v for k, v in good.items() if k != "time"}, "time"),
        "year 1970": (good | {"time": "1970-01-01T00:00:00Z"}, "time"),
        "year 2099": (good | {"time": "2099-01-01T00:00:00Z"}, "time"),
        "NUL byte": (_with(good, evidence={"form": "a\0b"}), "data"),
        "deep nesting": (_with(good, profile={"x": deep}), "message"),
        "no e-mail": (_with(good, identifiers=[{"kind": "email", "value": "ann"}]), "data.identifiers.0.value"),
        "no phone": (_with(good, identifiers=[{"kind": "phone", "value": "call me"}]), "data.identifiers.0.value"),
        "another organization": (signup("someone-else"), "data.organization"),
        "an unknown contact": (_deletion(organization, contact_id=str(UUID(int=1))), "data.contact_id"),
        "an unknown identifier": (_deletion(organization, identifier=EMAIL), "data.identifier"),
    }


@pytest.mark.parametrize("what", _bad("acme"))
def test_bad_input_is_refused_with_the_field_named(what: str, admin: Caller) -> None:
    message, field = _bad(admin.organization)[what]
    refused = admin.post("messages", message, STRUCTURED)
    assert refused.status_code == 422
    problem = refused.json()
    assert refused.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in problem["errors"]] == [field]
    [result] = problem["results"]
    assert (result["result"], result["id"], result["source"]) == ("refused", message["id"], message["source"])
    assert "call me" not in refused.text


def test_a_scope_of_another_organization_is_refused_for_a_grant_and_cut_for_an_opt_out(admin: Caller) -> None:
    grant = signup(admin.organization)
    grant["data"]["subscriptions"][0]["scope"] = "someone-else/shop"
    refused = admin.post("messages", grant, STRUCTURED)
    assert refused.status_code == 422
    assert (
        "scope" in refused.json()["errors"][0]["field"] or "subscriptions" in refused.json()["errors"][0]["field"]
    )
    admin.record(signup(admin.organization), opt_out(admin.organization, scope="someone-else/shop"))
    answer = admin.post("sendable", question(admin.organization)).json()["answers"][0]
    assert answer["reasons"] == ["unsubscribed"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a": }'])
@pytest.mark.parametrize("headers", [STRUCTURED, BATCH])
def test_what_is_no_json_is_refused(body: bytes, headers: dict[str, str], admin: Caller) -> None:
    refused = admin.send("messages", body, headers)
    assert refused.status_code == 400
    assert refused.json()["errors"]


@pytest.mark.parametrize("headers", [STRUCTURED, BATCH])
def test_a_hundred_thousand_brackets_are_refused_and_harm_nothing(headers: dict[str, str], admin: Caller) -> None:
    assert admin.send("messages", b"[" * 100_000, headers).status_code in (400, 422)
    refused = admin.send("sendable", b"[" * 100_000, {"content-type": "application/json"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "body")
    admin.record(signup(admin.organization))


@pytest.mark.parametrize("body", [[], {}, "x", 7, None])
def test_a_batch_is_a_list_of_messages(body: Any, admin: Caller) -> None:
    refused = admin.post("messages", body, BATCH)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "body"


def test_in_a_batch_the_good_are_recorded_and_the_bad_are_named_by_place(admin: Caller) -> None:
    good, bad = signup(admin.organization), event("contact.wave.v1", admin.organization)
    refused = admin.post("messages", [bad, good, bad], BATCH)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["0.type", "2.type"]
    assert [result["result"] for result in refused.json()["results"]] == ["refused", "recorded", "refused"]
    assert [result["id"] for result in refused.json()["results"]] == [bad["id"], good["id"], bad["id"]]
    assert admin.post("sendable", question(admin.organization, EMAIL)).json()["answers"][0]["sendable"] is True


def test_half_a_character_in_one_message_of_a_batch_is_that_message_s_alone(admin: Caller) -> None:
    cut = {**signup(admin.organization), "id": "cut"}
    cut["data"] = {**cut["data"], "profile": {"first_name": "Ann \ud83d"}}
    refused = admin.post("messages", [cut, signup(admin.organization)], BATCH)
    assert [error["field"] for error in refused.json()["errors"]] == ["0.data"]
    assert [result["result"] for result in refused.json()["results"]] == ["refused", "recorded"]


def test_ten_megabytes_are_too_large_however_they_are_sent(admin: Caller) -> None:
    large = json.dumps(signup(admin.organization, evidence={"form": "x" * 10_000_000})).encode()

    def pieces() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for content in (large, pieces()):
        refused = admin.send("messages", content, STRUCTURED)
        assert refused.status_code == 413
        assert str(MAX_BODY) in refused.json()["detail"]
