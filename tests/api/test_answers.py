"""sendable, lookup, status, explain, history: answered from the log, one organization at a time."""

from collections.abc import Callable
from typing import Any

import pytest

from entrypoints.roles import Role
from tests.api.messages import EMAIL, PHONE, event, opt_out, question, signup
from tests.api.serving import BATCH, Caller, Served, served, wait_until
from tests.servers import Postgres


def _answer(caller: Caller, **more: Any) -> dict[str, Any]:
    response = caller.post("sendable", question(caller.organization, **more))
    assert response.status_code == 200, response.text
    first: dict[str, Any] = response.json()["answers"][0]
    return first


def test_a_signup_makes_sendable_and_an_opt_out_ends_it_with_the_next_answer(admin: Caller) -> None:
    assert _answer(admin)["reasons"] == ["never"]
    admin.record(signup(admin.organization))
    assert _answer(admin)["sendable"] is True
    (recorded,) = admin.record(opt_out(admin.organization))
    after = _answer(admin)
    assert (after["sendable"], after["reasons"]) == (False, ["unsubscribed"])
    assert after["deciding_event"] in recorded["event_ids"]


def test_at_and_known_at_go_back_on_either_clock(admin: Caller) -> None:
    admin.record(signup(admin.organization), opt_out(admin.organization))
    assert _answer(admin, at="2026-03-02T12:00:00Z")["sendable"] is True
    assert _answer(admin, known_at="2026-03-02T12:00:00Z")["consent"] == "never"


def test_answers_come_in_the_order_asked_by_value_and_by_id(admin: Caller) -> None:
    admin.record(signup(admin.organization))
    other = {"kind": "email", "value": "bob@example.com"}
    by_id = {"id": admin.identifier(**EMAIL)}
    asked = question(admin.organization, other, EMAIL, by_id, other)
    answers = admin.post("sendable", asked).json()["answers"]
    assert [one["sendable"] for one in answers] == [False, True, True, False]
    assert answers[1]["identifier_id"] == answers[2]["identifier_id"] == by_id["id"]


def test_a_thousand_identifiers_are_answered_and_one_more_is_refused(admin: Caller) -> None:
    many = [{"kind": "email", "value": f"p{number}@example.com"} for number in range(1001)]
    assert len(admin.post("sendable", question(admin.organization, *many[:1000])).json()["answers"]) == 1000
    refused = admin.post("sendable", question(admin.organization, *many))
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["identifiers"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown channel": ({"channel": "pigeon"}, "channel"),
    "every channel at once": ({"channel": "*"}, "channel"),
    "unknown purpose": ({"purpose": "fun"}, "purpose"),
    "scope of another organization": ({"scope": "someone-else/shop"}, "scope"),
    "scope that does not read": ({"scope": "Acme Shop"}, "scope"),
    "a time without an offset": ({"at": "2026-03-02T09:00:00"}, "at"),
    "a time that is none": ({"known_at": "yesterday"}, "known_at"),
    "no identifiers": ({"identifiers": []}, "identifiers"),
    "wrong type": ({"identifiers": "ann"}, "identifiers"),
    "unknown kind": ({"identifiers": [{"kind": "fax", "value": "1"}]}, "identifiers.0.kind"),
    "no e-mail": ({"identifiers": [{"kind": "email", "value": "ann"}]}, "identifiers.0.value"),
    "NUL in a value": ({"identifiers": [{"kind": "email", "value": "a\0@example.com"}]}, "identifiers.0.value"),
    "endless value": ({"identifiers": [{"kind": "email", "value": "a" * 5000}]}, "identifiers.0.value"),
    "a phone has no e-mail": ({"identifiers": [PHONE]}, "identifiers.0"),
    "both ways at once": ({"identifiers": [{**EMAIL, "id": "0" * 32}]}, "identifiers.0"),
    "unknown id": ({"identifiers": [{"id": "0" * 32}]}, "identifiers.0.id"),
    "id that is none": ({"identifiers": [{"id": "x"}]}, "identifiers.0.id"),
    "misspelt field": ({"known": "2026-03-02T09:00:00Z"}, "known"),
}


@pytest.mark.parametrize(("wrong", "field"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_asked_is_refused_with_the_field_named(
    wrong: dict[str, Any], field: str, admin: Caller
) -> None:
    refused = admin.post("sendable", question(admin.organization) | wrong)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert all(error["message"] for error in refused.json()["errors"])


def test_every_identifier_that_cannot_be_asked_is_named_at_once(admin: Caller) -> None:
    asked = question(admin.organization, EMAIL, {"kind": "email", "value": "x"}, PHONE, {"id": "0" * 32})
    errors = admin.post("sendable", asked).json()["errors"]
    assert [error["field"] for error in errors] == ["identifiers.1.value", "identifiers.2", "identifiers.3.id"]


def test_another_organizations_identifier_is_not_there(server: Served, organization: str, admin: Caller) -> None:
    elsewhere = server.caller(f"{organization}-b")
    elsewhere.record(signup(elsewhere.organization))
    key = elsewhere.identifier(**EMAIL)
    assert admin.identifier(**EMAIL) != key
    assert _answer(admin)["consent"] == "never"
    place = {"channel": "email", "scope": organization, "purpose": "marketing"}
    for path, asked in {"status": place, "explain": place, "history": {}}.items():
        assert admin.get(f"identifiers/{key}/{path}", **asked).status_code == 404, path


def test_lookup_gives_one_person_for_identifiers_seen_together(admin: Caller) -> None:
    admin.record(event("contact.identify.v1", admin.organization, identifiers=[EMAIL, PHONE], method="form"))
    found = [admin.post("lookup", one).json() for one in (EMAIL, PHONE)]
    assert found[0]["known"]
    assert found[0]["contact_id"] == found[1]["contact_id"] is not None
    unknown = admin.post("lookup", {"kind": "email", "value": "nobody@example.com"}).json()
    assert (unknown["known"], unknown["contact_id"]) == (False, None)


def test_explain_has_a_verdict_on_every_event_and_the_status_is_its_last_line(admin: Caller) -> None:
    admin.record(signup(admin.organization), opt_out(admin.organization))
    key = admin.identifier(**EMAIL)
    place = {"channel": "email", "scope": f"{admin.organization}/shop", "purpose": "marketing"}
    explained = admin.get(f"identifiers/{key}/explain", **place).json()
    history = admin.get(f"identifiers/{key}/history").json()["events"]
    assert (
        explained["status"] == admin.get(f"identifiers/{key}/status", **place, at=explained["status"]["at"]).json()
    )
    assert sorted(step["event"]["event_id"] for step in explained["steps"]) == sorted(
        e["event_id"] for e in history
    )
    assert explained["answer"].startswith("No: ")
    assert "opted out of e-mail" in explained["answer"]
    effects = {step["event"]["type"]: step["effect"] for step in explained["steps"]}
    assert effects["identifier.opted-out.v1"] == "decisive"
    assert effects["identifier.subscribed.v2"] == "ended"


def test_only_roles_that_may_read_values_see_them(caller: Callable[[Role], Caller], admin: Caller) -> None:
    admin.record(signup(admin.organization, evidence={"ip": "203.0.113.7"}))
    key = admin.identifier(**EMAIL)
    readers: dict[Role, bool] = {"admin": True, "auditor": False, "analyst": False}
    for role, may in readers.items():
        shown = caller(role).get(f"identifiers/{key}/history").text
        assert ("ann@example.com" in shown) is may, role
        assert ("203.0.113.7" in shown) is may, role


def test_a_log_that_cannot_be_read_gives_no_answer(private_postgres: Postgres) -> None:
    with served(private_postgres.url) as running:
        caller = running.caller("acme")
        caller.record(signup("acme"))
        assert _answer(caller)["sendable"] is True
        private_postgres.stop()
        answer = caller.post("sendable", question("acme"))
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert "retry-after" in answer.headers
        stop = opt_out("acme")
        assert caller.post("messages", [stop], BATCH).status_code == 503
        for path in ("/readyz", "/livez", "/metrics"):
            assert running.client.get(path).status_code == (503 if path == "/readyz" else 200), path
        private_postgres.start()
        wait_until(lambda: running.client.get("/readyz").status_code == 200)
        assert _answer(caller)["sendable"] is True
        wait_until(lambda: caller.post("messages", [stop], BATCH).status_code == 200)
        assert _answer(caller)["sendable"] is False
