"""Who may do what: keys prove their organization, roles say the rest."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from entrypoints.access import PERMISSIONS, ROLES, Permission, Role, admitted, keys, new_key
from entrypoints.organizations import issue_key
from tests.api.messages import EMAIL, question, signup
from tests.api.serving import STRUCTURED, Caller, Served

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
    past = server.ledger.now() - timedelta(seconds=1)
    expired = issue_key(server.ledger, organization, "admin", past)
    assert server.with_key(organization, expired).post("lookup", EMAIL).status_code == 401


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
