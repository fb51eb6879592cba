"""Who may do what: keys prove their organization, roles say the rest."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from entrypoints.acting import Hand
from entrypoints.keys import admitted, keys, new_key
from entrypoints.organizations import issue_key
from entrypoints.roles import PERMISSIONS, ROLES, Permission, Role
from ledger.errors import MessageRefused
from ledger.store import key_uses
from tests.api.messages import EMAIL, question, signup
from tests.api.serving import STRUCTURED, Caller, Served, wait_until

SPAN = {"from": "2026-03-03T09:00:00Z", "to": "2026-03-03T09:08:00Z"}
ROUTES: dict[Permission, Callable[[Caller, str], httpx.Response]] = {
    "sendable": lambda caller, _: caller.post("sendable", question(caller.organization)),
    "lookup": lambda caller, _: caller.post("lookup", EMAIL),
    "status": lambda caller, key: caller.get(f"identifiers/{key}/status", **_place(caller)),
    "explain": lambda caller, key: caller.get(f"identifiers/{key}/explain", **_place(caller)),
    "contacts": lambda caller, _: caller.get("contacts"),
    "organization": lambda caller, _: caller.get("scopes"),
    "settings": lambda caller, _: caller.put("unknown-scopes", {"rule": "accept"}),
    "policies": lambda caller, _: caller.get("policies"),
    "reverse": lambda caller, _: caller.post("reversals/preview", SPAN),
    "messages": lambda caller, _: caller.post("messages", signup(caller.organization), STRUCTURED),
    "links": lambda caller, key: caller.post("unsubscribe-links", {"links": [_link(caller, key)]}),
}


def _link(caller: Caller, key: str) -> dict[str, str]:
    return {"id": key, "channel": "email", "scope": caller.organization, "message_id": "mail-1"}


def _place(caller: Caller) -> dict[str, str]:
    return {"channel": "email", "scope": caller.organization, "purpose": "marketing"}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_its_permissions_say_and_no_more(
    role: Role, caller: Callable[[Role], Caller], admin: Caller
) -> None:
    admin.record(signup(admin.organization))
    key = admin.identifier(**EMAIL)
    for permission, ask in ROUTES.items():
        answer = ask(caller(role), key)
        assert answer.status_code == (200 if permission in PERMISSIONS[role] else 403), permission


def test_no_key_a_wrong_one_another_organizations_and_an_unknown_organization_get_the_same_answer(
    server: Served, organization: str, admin: Caller
) -> None:
    elsewhere = server.caller(f"{organization}-b")
    secret = admin.key
    strangers = [
        elsewhere.key,
        secret[:-1] + ("a" if secret[-1] != "a" else "b"),
        f"clk_000000000000_{secret.split('_', 2)[2]}",
        "clk",
        "clk__",
    ]
    answers = [server.with_key(organization, key).post("lookup", EMAIL) for key in strangers]
    answers.append(server.with_key(f"{organization}-unknown", secret).post("lookup", EMAIL))
    answers.append(server.client.post(f"/v1/organizations/{organization}/lookup", json=EMAIL))
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}
    assert answers[0].headers["www-authenticate"] == "Bearer"


def test_an_expired_key_is_no_key(server: Served, organization: str, admin: Caller) -> None:
    expired, issue = new_key("admin", server.ledger.now() - timedelta(seconds=1))
    assert Hand(server.ledger, organization).record(issue)
    assert server.with_key(organization, expired).post("lookup", EMAIL).status_code == 401


def test_a_key_that_has_expired_already_is_not_issued(server: Served, organization: str, admin: Caller) -> None:
    refused = admin.post("keys", {"role": "service", "expires_at": "2020-01-01T00:00:00Z"})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["expires_at"]
    with pytest.raises(MessageRefused, match="expires_at"):
        issue_key(server.ledger, organization, "service", server.ledger.now())
    assert [one["role"] for one in admin.get("keys").json()] == ["admin"]


def test_only_prefix_and_hash_of_a_key_are_kept(server: Served, organization: str, admin: Caller) -> None:
    secret = admin.key.split("_", 2)[2]
    stream = server.ledger.ids.organization(organization)
    events = server.ledger.reading.read([stream])[stream]
    kept: Any = [event.body.model_dump_json() for event in events]
    assert not any(secret in text for text in kept)
    assert [key.role for key in keys(events).values()] == ["admin"]


def test_keys_are_256_random_bits_and_prove_themselves_against_nothing_else(server: Served) -> None:
    first, second = new_key("service")[0], new_key("service")[0]
    assert first != second
    assert len(first.split("_", 2)[2]) >= 43
    assert admitted(first, [], server.ledger.now()) is None


def test_a_contact_or_organization_id_is_no_identifier_id(server: Served, organization: str, admin: Caller) -> None:
    for stranger in (server.ledger.ids.organization(organization), uuid4()):
        assert admin.get(f"identifiers/{stranger}/history").status_code == 404


def test_a_limited_key_may_do_what_it_is_issued_for_and_no_more(
    server: Served, organization: str, admin: Caller
) -> None:
    issued = admin.post("keys", {"role": "service", "permissions": ["sendable", "lookup"]})
    assert issued.status_code == 200
    caller = server.with_key(organization, issued.json()["key"])
    admin.record(signup(organization))
    key = admin.identifier(**EMAIL)
    for permission, ask in ROUTES.items():
        assert ask(caller, key).status_code == (200 if permission in ("sendable", "lookup") else 403), permission
    assert "not issued for `status`" in caller.get(f"identifiers/{key}/status", **_place(caller)).text


@pytest.mark.parametrize("permissions", [[], ["erase"], ["sendable", "settings"], ["everything"]])
def test_a_key_is_not_limited_to_what_its_role_lacks_or_to_nothing(permissions: list[str], admin: Caller) -> None:
    answer = admin.post("keys", {"role": "service", "permissions": permissions})
    assert answer.status_code == 422
    assert "permissions" in answer.text


def test_a_limited_key_gives_nobody_more_than_it_has(server: Served, organization: str, admin: Caller) -> None:
    limited = server.with_key(
        organization, issue_key(server.ledger, organization, "admin", permissions=["settings", "organization"])
    )
    person = {"email": "new@example.com", "name": "New", "role": "service"}
    assert limited.post("keys", {"role": "admin"}).status_code == 403
    assert limited.post("keys", {"role": "service", "permissions": ["sendable"]}).status_code == 403
    assert limited.post("keys", {"role": "service", "permissions": ["organization"]}).status_code == 200
    assert limited.post("people", person).status_code == 403
    added = admin.post("people", person).json()["id"]
    assert limited.put(f"people/{added}/role", {"role": "admin"}).status_code == 403
    assert limited.put(f"people/{added}/role", {"role": None}).status_code == 200


def test_keys_are_listed_with_what_they_may_when_they_end_and_when_they_were_used(
    server: Served, organization: str, admin: Caller
) -> None:
    ends = server.ledger.now() + timedelta(days=1)
    issue_key(server.ledger, organization, "service", ends, permissions=["sendable"])
    begun = server.ledger.now()

    def listed() -> dict[str, Any]:
        return {one["role"]: one for one in admin.get("keys").json()}

    wait_until(lambda: listed()["admin"]["used_at"] is not None)
    assert begun <= datetime.fromisoformat(listed()["admin"]["used_at"]) <= server.ledger.now()
    unused = listed()["service"]
    assert (unused["permissions"], unused["used_at"]) == (["sendable"], None)
    assert datetime.fromisoformat(unused["expires_at"]) == ends
    assert listed()["admin"]["permissions"] is None


def test_a_use_is_written_once_a_minute_at_most(server: Served, organization: str) -> None:
    key, now = uuid4(), server.ledger.now()
    with server.ledger.writing.connection() as connection:
        noted = [
            key_uses.note(connection, organization, key, now + timedelta(seconds=s)) for s in (0, 30, 59, 61, 90)
        ]
        assert noted == [True, False, False, True, False]
        assert key_uses.uses(connection, organization) == {key: now + timedelta(seconds=61)}
