"""Scopes over HTTP: created, listed, renamed, retired by administrators, read by everyone."""

from collections.abc import Callable

import pytest

from entrypoints.roles import ROLES, Role
from tests.api.messages import signup
from tests.api.serving import STRUCTURED, Caller, Served


@pytest.fixture
def project(server: Served) -> Callable[[], None]:
    """Brings the tables up to the log's end."""
    return server.project


def test_a_scope_lives_from_creation_to_retirement_and_again(admin: Caller) -> None:
    scope = f"{admin.organization}/shop/-/news"
    code = scope.replace("/", "~")
    made = admin.post("scopes", {"scope": scope, "display_name": "News"})
    assert made.status_code == 200
    assert made.json() | {"created_at": None} == {
        "scope": scope,
        "code": code,
        "level": "list",
        "display_name": "News",
        "state": "active",
        "created_at": None,
        "retired_at": None,
        "events": 0,
        "first_seen": None,
        "last_seen": None,
    }
    assert admin.post("scopes", {"scope": scope, "display_name": "Other"}).json() == made.json()
    assert admin.patch(f"scopes/{code}", {"display_name": "Daily"}).json()["display_name"] == "Daily"
    retired = admin.post(f"scopes/{code}/retire", {})
    assert retired.json() == {"scope": scope, "retired": True, "dry_run": False, "subscribed": []}
    assert admin.post(f"scopes/{code}/retire", {}).json()["retired"] is False
    assert admin.get(f"scopes/{code}").json()["state"] == "retired"
    again = admin.post("scopes", {"scope": scope}).json()
    assert (again["state"], again["display_name"], again["created_at"]) == (
        "active",
        "Daily",
        made.json()["created_at"],
    )


def test_retiring_says_first_who_is_subscribed_and_changes_no_answer(
    server: Served, admin: Caller, project: Callable[[], None]
) -> None:
    organization = admin.organization
    admin.record(signup(organization))
    admin.post("scopes", {"scope": organization})
    project()
    dry = admin.post(f"scopes/{organization}/retire", {"dry_run": True}).json()
    assert dry["retired"] is False
    assert [(one["channel"], one["purpose"], one["subscriptions"]) for one in dry["subscribed"]] == [
        ("email", "marketing", 1)
    ]
    asked = signup(organization)["data"]["subscriptions"][0]
    question = {"channel": "email", "scope": asked["scope"], "purpose": "marketing"}
    question["identifiers"] = signup(organization)["data"]["identifiers"]
    before = admin.post("sendable", question).json()["answers"]
    assert before[0]["sendable"]
    admin.post(f"scopes/{organization}/retire", {})
    assert admin.post("sendable", question).json()["answers"] == before
    now = {"time": server.ledger.now().isoformat()}
    refused = admin.post("messages", signup(organization) | now, STRUCTURED)
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:contact-ledger:problem:retired-scope"
    assert refused.json()["errors"][0]["field"] == "data.subscriptions.0.scope"


def test_unknown_scopes_are_listed_and_can_be_refused(admin: Caller, project: Callable[[], None]) -> None:
    admin.record(signup(admin.organization))
    project()
    listed = admin.get("scopes", unknown="true").json()
    assert listed["unknown_scopes"] == "accept"
    assert [(one["state"], one["events"]) for one in listed["scopes"]] == [("unknown", 1)]
    assert admin.put("unknown-scopes", {"rule": "refuse"}).json() == {"rule": "refuse", "changed": True}
    assert admin.put("unknown-scopes", {"rule": "refuse"}).json()["changed"] is False
    admin.post("scopes", {"scope": listed["scopes"][0]["scope"]})
    project()
    assert admin.get("scopes", unknown="true").json() == {"scopes": [], "after": None, "unknown_scopes": "refuse"}
    everything = admin.get("scopes", limit="1").json()
    rest = admin.get("scopes", after=everything["after"]).json()
    assert [one["scope"] for one in everything["scopes"] + rest["scopes"]] == sorted(
        [admin.organization, listed["scopes"][0]["scope"]]
    )


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_who_is_no_administrator_reads_and_changes_nothing(role: Role, caller: Callable[[Role], Caller]) -> None:
    one = caller(role)
    code = one.organization
    assert one.get("scopes").status_code == 200
    assert one.get(f"scopes/{code}").status_code == 200
    answers = [
        one.post("scopes", {"scope": f"{code}/shop"}),
        one.patch(f"scopes/{code}", {"display_name": "Mine"}),
        one.post(f"scopes/{code}/retire", {"dry_run": True}),
        one.put("unknown-scopes", {"rule": "refuse"}),
    ]
    assert {answer.status_code for answer in answers} == {403}


def test_what_is_no_scope_here_is_refused_with_the_field_or_not_found(admin: Caller, server: Served) -> None:
    other = server.caller(f"{admin.organization}-b")
    other.post("scopes", {"scope": f"{other.organization}/shop"})
    assert admin.post("scopes", {"scope": f"{other.organization}/shop"}).json()["errors"][0]["field"] == "scope"
    assert admin.post("scopes", {"scope": "Ä"}).status_code == 422
    for code in (f"{other.organization}~shop", f"{admin.organization}~never"):
        for answer in (
            admin.get(f"scopes/{code}"),
            admin.patch(f"scopes/{code}", {"display_name": "Mine"}),
            admin.post(f"scopes/{code}/retire", {}),
        ):
            assert answer.status_code == 404
    nul = admin.post("scopes", {"scope": f"{admin.organization}/shop", "display_name": "a\0b"})
    assert (nul.status_code, nul.json()["errors"][0]["field"]) == (422, "display_name")
