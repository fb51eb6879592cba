"""Every route of the API, asked by every role of this organization, of another, and by nobody."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest

from entrypoints.roles import PERMISSIONS, ROLES, Permission, Role
from tests.api.messages import EMAIL, PHONE, signup
from tests.api.serving import Caller, Served

ROOT = "/v1/organizations/{organization}/"
NEEDED: dict[str, Permission] = {
    "POST sendable": "sendable",
    "POST lookup": "lookup",
    "GET identifiers/{identifier_id}/status": "status",
    "GET identifiers/{identifier_id}/explain": "explain",
    "GET identifiers/{identifier_id}/history": "explain",
    "GET contacts": "contacts",
    "POST contacts/search": "contacts",
    "GET contacts/{contact_id}": "contacts",
    "POST contacts/export": "contacts",
    "GET contacts/{contact_id}/profile": "contacts",
    "PATCH contacts/{contact_id}/profile": "act",
    "POST contacts/{contact_id}/identifiers": "act",
    "GET contacts/{contact_id}/compare": "explain",
    "POST contacts/{contact_id}/delete": "deletion",
    "POST contacts/{contact_id}/restore": "deletion",
    "POST batches": "reverse",
    "GET batches": "reverse",
    "GET batches/{batch_id}": "reverse",
    "GET batches/{batch_id}/people": "reverse",
    "POST batches/{batch_id}/approve": "reverse",
    "POST batches/{batch_id}/withdraw": "reverse",
    "POST deletions/preview": "reverse",
    "POST deletions": "reverse",
    "POST deactivations": "messages",
    "POST messages": "messages",
    "GET policies": "policies",
    "POST policies": "settings",
    "GET policies/{policy}/{version}": "policies",
    "POST policies/diff": "policies",
    "GET compliance/clock": "explain",
    "GET compliance/unclassified": "explain",
    "GET compliance/calendar": "explain",
    "PUT compliance/calendar": "settings",
    "GET compliance/summary": "explain",
    "GET trends": "contacts",
    "GET scopes": "organization",
    "POST scopes": "settings",
    "PUT unknown-scopes": "settings",
    "GET scopes/{code}": "organization",
    "PATCH scopes/{code}": "settings",
    "POST scopes/{code}/retire": "settings",
    "GET keys": "settings",
    "POST keys": "settings",
    "DELETE keys/{key_id}": "settings",
    "GET fields": "organization",
    "PUT fields/{field}": "settings",
    "DELETE fields/{field}": "settings",
    "GET settings/history": "organization",
    "GET keywords": "organization",
    "POST keywords": "settings",
    "POST keywords/read": "organization",
    "POST keywords/diff": "policies",
    "GET keywords/{version}": "organization",
    "GET rejections": "settings",
    "GET conflicts": "settings",
    "GET rejections/{rejection_id}": "settings",
    "POST rejections/{rejection_id}/replay": "settings",
    "POST rejections/{rejection_id}/drop": "settings",
    "GET channels": "organization",
    "PUT channels": "settings",
    "GET retention": "organization",
    "PUT retention/{subject}": "settings",
    "POST suppress": "sendable",
    "POST reversals/preview": "reverse",
    "POST reversals": "reverse",
    "POST unsubscribe-links": "links",
    "POST confirmation-links": "links",
    "GET replies": "contacts",
    "POST replies/{event_id}/reading": "replies",
    "GET people": "settings",
    "POST people": "settings",
    "PUT people/{person_id}/role": "settings",
    "GET reads": "reads",
    "GET identifiers/{identifier_id}/epochs": "explain",
    "GET candidates": "contacts",
    "POST candidates/dismiss": "linking",
    "POST access": "access",
    "GET duplicates": "contacts",
    "POST duplicates/holders": "contacts",
    "POST duplicates/preview": "reverse",
    "POST duplicates/removals": "reverse",
    "POST erasures/preview": "erase",
    "POST erasures": "erase",
    "GET erasures": "explain",
    "GET erasures/{request_id}": "explain",
    "GET identity": "organization",
    "PUT identity": "settings",
    "POST identity/check": "settings",
    "GET contact-links": "contacts",
    "POST contact-links/preview": "contacts",
    "POST contact-links": "linking",
    "POST contact-links/unlink-whole/preview": "contacts",
    "POST contact-links/unlink-whole": "linking",
    "POST contact-links/{link_id}/unlink/preview": "contacts",
    "POST contact-links/{link_id}/unlink": "linking",
    "POST opt-outs/search": "explain",
    "GET sms/senders": "contacts",
    "POST sms/search": "contacts",
}
"""What each route needs, written down apart from the routes: one that is not here fails the test."""


def test_every_route_needs_what_is_written_down(server: Served) -> None:
    assert {route for route, _, _ in _routes(server)} == NEEDED.keys()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_let_in_where_it_may_and_nowhere_else(
    role: Role, server: Served, caller: Callable[[Role], Caller], admin: Caller
) -> None:
    asking = caller(role)
    for route, method, path in _routes(server):
        status = _ask(server, method, path, asking.organization, asking.key).status_code
        if NEEDED[route] in PERMISSIONS[role]:
            assert status in (200, 404, 422), route
        else:
            assert status == 403, route


def test_nobody_and_another_organizations_key_get_the_answer_of_an_unknown_organization(
    server: Served, organization: str, admin: Caller
) -> None:
    elsewhere = server.caller(f"{organization}-b")
    for route, method, path in _routes(server):
        unknown = _ask(server, method, path, f"o-{uuid4().hex}", elsewhere.key)
        theirs = _ask(server, method, path, organization, elsewhere.key)
        nobodys = _ask(server, method, path, organization, None)
        assert unknown.status_code == theirs.status_code == nobodys.status_code == 401, route
        assert unknown.text == theirs.text == nobodys.text


def test_ids_of_another_organization_are_unknown_here_on_every_route(
    server: Served, organization: str, admin: Caller
) -> None:
    elsewhere = server.caller(f"{organization}-b")
    elsewhere.record(signup(elsewhere.organization))
    server.project()
    theirs = {
        "identifier_id": elsewhere.identifier(**EMAIL),
        "contact_id": elsewhere.get("contacts").json()["contacts"][0]["id"],
    }
    query = {"channel": "email", "scope": organization, "purpose": "marketing"}
    for _, method, path in _routes(server):
        if method == "GET" and any(name in path for name in theirs):
            asked, nobodys = _query(path, query), dict.fromkeys(theirs, str(uuid4()))
            stranger = _ask(server, method, path, organization, admin.key, theirs, asked)
            nobody = _ask(server, method, path, organization, admin.key, nobodys, asked)
            assert (stranger.status_code, stranger.text) == (404, nobody.text), path


def test_a_parameter_that_there_is_none_of_is_refused_on_every_route(server: Served, admin: Caller) -> None:
    for route, method, path in _routes(server):
        answer = _ask(server, method, path, admin.organization, admin.key, None, {"att": "2026-01-01T00:00:00Z"})
        assert answer.status_code == 422, route
        assert [one["field"] for one in answer.json()["errors"]] == ["att"], route


def test_no_route_shows_a_value_to_a_role_that_may_not_read_values(
    server: Served, caller: Callable[[Role], Caller], admin: Caller
) -> None:
    profile = {"first_name": "Annabel", "city": "Ulm-Wiblingen"}
    admin.record(signup(admin.organization, profile=profile, evidence={"ip": "203.0.113.7"}))
    admin.record(signup(admin.organization, PHONE, "sms"))
    server.project()
    known = {
        "identifier_id": admin.identifier(**EMAIL),
        "contact_id": admin.post("contacts/search", {"search": "ann@example"}).json()["contacts"][0]["id"],
    }
    query = {"channel": "email", "scope": admin.organization, "purpose": "marketing"}
    secrets = ("ann@example.com", "4155550100", "Annabel", "Wiblingen", "203.0.113.7")
    shown = set()
    routes = [(method, path) for _, method, path in _routes(server) if method == "GET"]
    for role in ROLES:
        key = caller(role).key
        for method, path in routes:
            text = _ask(server, method, path, admin.organization, key, known, _query(path, query)).text
            seen = {secret for secret in secrets if secret in text}
            if "values" not in PERMISSIONS[role]:
                assert not seen, (role, path)
            shown |= seen
    assert shown == set(secrets)


@pytest.mark.parametrize("text", ["%00", "a%00", "a%1f", "a%C2%85", "%ff", "a%0Ab"])
def test_what_no_path_can_hold_is_not_there_on_every_route(text: str, server: Served, admin: Caller) -> None:
    for route, method, path in _routes(server):
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        for name in names:
            for key in (admin.key, None):
                ids = {name: text} if name != "organization" else None
                organization = text if name == "organization" else admin.organization
                answer = _ask(server, method, path, organization, key, ids)
                allowed = (401, 404) if name == "organization" or key is None or "%ff" not in text else (404, 422)
                assert answer.status_code in allowed, (route, name)


def _query(path: str, query: dict[str, str]) -> dict[str, str]:
    return query if path.endswith(("/status", "/explain")) else {}


def _routes(server: Served) -> Iterator[tuple[str, str, str]]:
    """(`METHOD path` below the organization, method, whole path) of all there are."""
    for path, methods in server.client.get("/openapi.json").json()["paths"].items():
        if path.startswith(ROOT):
            for method in methods:
                yield f"{method.upper()} {path.removeprefix(ROOT)}", method.upper(), path


def _ask(
    server: Served,
    method: str,
    path: str,
    organization: str,
    key: str | None,
    ids: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> httpx.Response:
    """Asks with ids that are known to nobody, but for `ids`, and an empty body."""
    for name, known in {"organization": organization, **(ids or {})}.items():
        path = path.replace(f"{{{name}}}", known)
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + str(uuid4()) + rest.partition("}")[2]
    headers = {"authorization": f"Bearer {key}"} if key else {}
    body: dict[str, str] | None = {} if method in ("POST", "PUT", "PATCH") else None
    return server.client.request(method, path, params=query, headers=headers, json=body)
