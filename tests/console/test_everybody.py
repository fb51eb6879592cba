"""Every page and form of the console, asked by every role of this organization, of another, and by nobody."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from entrypoints.api.app import create_app
from entrypoints.console.session import COOKIE
from entrypoints.roles import PERMISSIONS, ROLES, Permission, Role
from tests.api.messages import EMAIL, PHONE, signup
from tests.api.serving import Served
from tests.console.conftest import PASSWORD, Scene
from tests.console.test_session import Adding

ROOT: Final = "/console/{organization}/"
NEEDED: Final[dict[str, Permission]] = {
    "GET bulk": "reverse",
    "POST bulk": "reverse",
    "GET bulk/new": "reverse",
    "GET bulk/{batch_id}": "reverse",
    "POST bulk/{batch_id}/approve": "reverse",
    "GET bulk/{batch_id}/list": "reverse",
    "POST bulk/{batch_id}/withdraw": "reverse",
    "GET candidates": "contacts",
    "POST candidates/dismiss": "linking",
    "POST candidates/merge": "linking",
    "GET candidates/preview": "contacts",
    "GET clock": "explain",
    "GET contacts": "contacts",
    "POST contacts/criteria": "contacts",
    "GET contacts/new": "act",
    "POST contacts/new": "act",
    "POST contacts/search": "contacts",
    "GET contacts/{contact_id}": "contacts",
    "GET contacts/{contact_id}/act": "act",
    "POST contacts/{contact_id}/act": "act",
    "GET contacts/{contact_id}/compare": "explain",
    "GET contacts/{contact_id}/edit": "act",
    "POST contacts/{contact_id}/edit": "act",
    "POST contacts/{contact_id}/edit/identifier": "act",
    "GET contacts/{contact_id}/identifiers/{identifier_id}": "contacts",
    "GET contacts/{contact_id}/links": "contacts",
    "POST contacts/{contact_id}/links/decide": "linking",
    "POST contacts/{contact_id}/links/find": "linking",
    "GET contacts/{contact_id}/links/preview": "contacts",
    "GET contacts/{contact_id}/subscriptions": "act",
    "POST contacts/{contact_id}/subscriptions": "act",
    "GET deleted": "contacts",
    "GET deleted/all": "contacts",
    "POST deleted/restore": "deletion",
    "POST deleted/search": "contacts",
    "GET duplicates": "contacts",
    "POST duplicates/delete": "deletion",
    "GET duplicates/holders": "contacts",
    "GET duplicates/removal": "reverse",
    "POST duplicates/remove": "reverse",
    "GET operations": "settings",
    "GET opt-outs": "explain",
    "POST opt-outs/search": "explain",
    "GET policies": "policies",
    "POST policies/forecasts": "policies",
    "GET policies/forecasts/{forecast_id}": "policies",
    "POST policies/forecasts/{forecast_id}/adopt": "settings",
    "GET policies/forecasts/{forecast_id}/changes": "policies",
    "GET policies/new": "policies",
    "GET policies/{policy}/{version}": "policies",
    "POST reason": "values_for_reason",
    "GET rejections": "settings",
    "POST rejections/drop": "settings",
    "POST rejections/replay": "settings",
    "POST rejections/replay-many": "settings",
    "GET rejections/{rejection_id}": "settings",
    "POST rejections/{rejection_id}/check": "settings",
    "POST rejections/{rejection_id}/mend": "settings",
    "GET replies": "contacts",
    "POST replies/meaning": "replies",
    "POST replies/meanings": "replies",
    "GET settings": "organization",
    "GET settings/calendar": "organization",
    "POST settings/calendar": "settings",
    "GET settings/channels": "organization",
    "POST settings/channels": "settings",
    "GET settings/fields": "organization",
    "POST settings/fields": "settings",
    "POST settings/fields/{field}/rename": "settings",
    "POST settings/fields/{field}/retire": "settings",
    "GET settings/identity": "organization",
    "POST settings/identity": "settings",
    "POST settings/identity/check": "settings",
    "GET settings/identity/forecasts/{forecast_id}": "organization",
    "GET settings/identity/forecasts/{forecast_id}/changes": "organization",
    "GET settings/keys": "settings",
    "POST settings/keys": "settings",
    "POST settings/keys/{key_id}/revoke": "settings",
    "GET settings/keywords": "organization",
    "POST settings/keywords/compare": "settings",
    "GET settings/keywords/forecasts/{forecast_id}": "organization",
    "POST settings/keywords/forecasts/{forecast_id}/adopt": "settings",
    "GET settings/keywords/forecasts/{forecast_id}/changes": "organization",
    "POST settings/keywords/read": "organization",
    "GET settings/keywords/{version}": "organization",
    "GET settings/people": "settings",
    "POST settings/people": "settings",
    "POST settings/people/{person_id}": "settings",
    "POST settings/retention/{subject}": "settings",
    "GET settings/scopes": "organization",
    "POST settings/scopes": "settings",
    "POST settings/scopes/unknown": "settings",
    "GET settings/scopes/{code}": "organization",
    "POST settings/scopes/{code}/rename": "settings",
    "POST settings/scopes/{code}/restore": "settings",
    "POST settings/scopes/{code}/retire": "settings",
    "GET sms": "contacts",
    "POST sms/act": "act",
    "GET sms/add": "act",
    "POST sms/add/continue": "act",
    "POST sms/add/save": "act",
    "GET sms/numbers/{identifier_id}": "contacts",
    "POST sms/search": "contacts",
    "GET trends": "contacts",
}
"""What each page and form needs, written down apart from the routes: one that is not here fails the test."""
OF_NOBODY: Final = {
    "GET /console",
    "GET /console/",
    "GET /console/login",
    "POST /console/login",
    "POST /console/logout",
    "POST /console/appearance",
    "GET /console/password/{token}",
    "POST /console/password/{token}",
    "GET /console/static/{version}/{name}",
    "GET /console/{path:path}",
}
"""Those of no organization: who is there, how pages look, their style and script, and what there is not."""
Route = tuple[str, str, str]


@pytest.fixture(scope="session")
def app(server: Served) -> FastAPI:
    return create_app(server.ledger)


def _routes(app: FastAPI) -> Iterator[Route]:
    """(`METHOD path` below the organization, method, path with its ending) of every page, its twins, every form."""
    for route in _flat(app.routes):
        if route.path.startswith("/console"):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                page = route.path.removesuffix(".json").removesuffix(".csv")
                yield f"{method} {page.removeprefix(ROOT)}", method, route.path


def _flat(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """The routes themselves, of included routers and of those below a path too."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from _flat(getattr(getattr(route, "original_router", route), "routes", ()))


def _inside(app: FastAPI) -> list[Route]:
    return [(name, method, path) for name, method, path in _routes(app) if path.startswith(ROOT)]


@pytest.fixture
def logged_in(server: Served, organization: str, person: Adding) -> Iterator[Mapping[Role, httpx.Client]]:
    """A browser of a person of each role of the organization."""
    browsers: dict[Role, httpx.Client] = {}
    for role in ROLES:
        browsers[role] = httpx.Client(base_url=server.url, timeout=30)
        sent = {"email": person(role), "password": PASSWORD}
        assert browsers[role].post("/console/login", data=sent).status_code == 303
    yield browsers
    for browser in browsers.values():
        browser.close()


def _ask(
    browser: httpx.Client, method: str, path: str, organization: str, ids: Mapping[str, str] | None = None
) -> httpx.Response:
    """Asks with ids that are known to nobody, but for `ids`, and a form with nothing but the session's proof."""
    for name, known in {"organization": organization, **(ids or {})}.items():
        path = path.replace(f"{{{name}}}", known)
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + str(uuid4()) + rest.partition("}")[2]
    token = browser.cookies.get(COOKIE) or ""
    proof = {"csrf": hmac.new(token.encode(), b"csrf 1", hashlib.sha256).hexdigest()}
    return browser.request(method, path, data=proof if method == "POST" else None)


def test_every_page_and_form_needs_what_is_written_down(app: FastAPI) -> None:
    found = {name for name, _, _ in _routes(app)}
    assert {name for name in found if " /" not in name} == NEEDED.keys()
    assert {name for name in found if " /" in name} == OF_NOBODY


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_let_in_where_it_may_and_nowhere_else(
    role: Role, app: FastAPI, organization: str, logged_in: Mapping[Role, httpx.Client]
) -> None:
    for name, method, path in _inside(app):
        status = _ask(logged_in[role], method, path, organization).status_code
        if NEEDED[name] in PERMISSIONS[role]:
            assert status in (200, 303, 404, 409, 422), path
        else:
            assert status == 403, path


def test_another_organization_is_answered_like_one_that_does_not_exist(
    app: FastAPI, server: Served, scene: Scene, logged_in: Mapping[Role, httpx.Client]
) -> None:
    elsewhere = server.caller(f"{scene.organization}-b")
    elsewhere.record(signup(elsewhere.organization))
    nowhere = f"o-{uuid4().hex}"
    for _, method, path in _inside(app):
        theirs = _ask(logged_in["admin"], method, path, elsewhere.organization)
        unknown = _ask(logged_in["admin"], method, path, nowhere)
        assert theirs.status_code == unknown.status_code == 404, path
        assert theirs.text.replace(elsewhere.organization, nowhere) == unknown.text, path


def test_nobody_is_asked_to_log_in(app: FastAPI, browser: httpx.Client, scene: Scene) -> None:
    for _, method, path in _inside(app):
        answer = _ask(browser, method, path, scene.organization)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/console/login?back="), path


def test_ids_of_another_organization_are_unknown_here_on_every_page(
    app: FastAPI, server: Served, scene: Scene, logged_in: Mapping[Role, httpx.Client]
) -> None:
    elsewhere = Scene(server, server.caller(f"{scene.organization}-b"))
    elsewhere.record(signup(elsewhere.organization, {"kind": "email", "value": "stranger@example.com"}))
    theirs = {"contact_id": elsewhere.contact("stranger@")["id"]}
    for _, method, path in _inside(app):
        if method == "GET" and any(f"{{{name}}}" in path for name in theirs):
            answer = _ask(logged_in["admin"], method, path, scene.organization, theirs)
            assert answer.status_code == 404, path
            assert "stranger" not in answer.text


def test_an_address_that_asks_for_what_a_page_does_not_know_says_so(
    app: FastAPI, organization: str, logged_in: Mapping[Role, httpx.Client]
) -> None:
    for _, method, path in _inside(app):
        if method == "GET":
            answer = _ask(logged_in["admin"], method, f"{path}?everyone=1", organization)
            assert (answer.status_code, "everyone" in answer.text) == (422, True), path


def test_no_page_shows_a_value_to_a_role_that_may_not_read_values(
    app: FastAPI, scene: Scene, logged_in: Mapping[Role, httpx.Client]
) -> None:
    profile = {"first_name": "Annabel", "city": "Ulm-Wiblingen"}
    scene.record(
        signup(scene.organization, profile=profile, evidence={"ip": "203.0.113.7"}),
        signup(scene.organization, PHONE, "sms"),
    )
    known = {"contact_id": scene.contact(EMAIL["value"])["id"]}
    secrets = {"ann@example.com", "4155550100", "Annabel", "Wiblingen", "203.0.113.7"}
    shown = set()
    for role, browser in logged_in.items():
        for _, method, path in _inside(app):
            if method == "GET":
                text = _ask(browser, method, path, scene.organization, known).text
                seen = {secret for secret in secrets if secret in text}
                if "values" not in PERMISSIONS[role]:
                    assert not seen, (role, path)
                shown |= seen
    assert shown == secrets
