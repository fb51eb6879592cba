"""Signing in at an OpenID provider: who is let in, and every answer that proves nobody."""

import hashlib
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from structlog.testing import capture_logs

from entrypoints import people
from entrypoints.console.session import COOKIE
from entrypoints.console.sign_on import COOKIE as ATTEMPT
from entrypoints.provider import RETURN, SIGN_ON
from ledger.errors import SettingsRefused
from ledger.store import sign_ons
from tests.api.serving import Served, served, settings
from tests.console.openid import CLIENT_ID, CLIENT_SECRET, KEY, OTHER_KEY, OpenId, provider
from tests.migrated import new_ledger

Adding = Callable[..., str]
CONSOLE = "https://ledger.example.com"


@pytest.fixture(scope="module")
def openid() -> Iterator[OpenId]:
    with provider() as running:
        yield running


@pytest.fixture(scope="module")
def server(database_url: str, openid: OpenId) -> Iterator[Served]:
    """In place of the other console tests': people may sign in at the provider here."""
    with new_ledger(database_url) as url, served(url, console_url=CONSOLE, **_known(openid)) as running:
        yield running


@pytest.fixture(autouse=True)
def honest(openid: OpenId) -> None:
    """Each test begins with a provider that does everything right."""
    openid.person, openid.thin, openid.key, openid.altered = {}, False, KEY, lambda _: None


def _known(openid: OpenId) -> dict[str, Any]:
    return {
        "oidc_issuer": openid.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Example Login",
    }


def _at_provider(browser: httpx.Client, back: str = "/console") -> str:
    """Follows the link of the login page and signs in; the address the provider then sends the browser to."""
    away = browser.get(SIGN_ON, params={"back": back})
    assert away.status_code == 303, away.text
    answer = httpx.get(away.headers["location"])
    place: str = answer.headers["location"]
    assert place.startswith(f"{CONSOLE}{RETURN}?")
    return place.removeprefix(CONSOLE)


def _sign_in(browser: httpx.Client, openid: OpenId, email: str, *, verified: Any = True) -> httpx.Response:
    openid.person = {"email": email, "email_verified": verified}
    return browser.get(_at_provider(browser))


def test_who_was_added_is_let_in_like_with_a_password(
    server: Served, organization: str, openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    openid.person = {"email": person("analyst").upper(), "email_verified": True}
    answer = browser.get(_at_provider(browser, "/console/contacts?q=1"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/contacts?q=1")
    assert "httponly" in answer.headers["set-cookie"].lower()
    seen = people.viewer(server.ledger, browser.cookies[COOKIE])
    assert seen is not None
    assert dict(seen.organizations) == {organization: "analyst"}
    assert ATTEMPT not in browser.cookies


def test_an_address_told_at_the_userinfo_endpoint_alone_counts_too(
    openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    openid.thin = True
    assert _sign_in(browser, openid, person()).status_code == 303
    assert _sign_in(browser, openid, person(), verified=False).status_code == 403


def test_a_session_before_ends(server: Served, openid: OpenId, person: Adding, browser: httpx.Client) -> None:
    _sign_in(browser, openid, person())
    first = browser.cookies[COOKIE]
    _sign_in(browser, openid, person())
    assert people.viewer(server.ledger, first) is None
    assert people.viewer(server.ledger, browser.cookies[COOKIE]) is not None


@pytest.mark.parametrize("verified", [False, None, 0, "false", "no"])
def test_an_address_that_is_not_verified_proves_nobody(
    verified: Any, openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    answer = _sign_in(browser, openid, person(), verified=verified)
    assert answer.status_code == 403
    assert "verified e-mail address" in answer.text
    assert COOKIE not in browser.cookies


def test_an_unknown_and_a_disabled_person_are_refused_alike(
    server: Served, openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    disabled = person()
    people.bar(server.ledger, people.person_id(server.ledger, disabled))
    answers = [_sign_in(browser, openid, email) for email in ("nobody@example.com", disabled, "no address")]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1
    assert "nobody was added here" in answers[0].text
    assert COOKIE not in browser.cookies


WRONG: dict[str, Callable[[dict[str, Any]], None]] = {
    "another nonce": lambda claims: claims.update(nonce="another"),
    "no nonce": lambda claims: claims.pop("nonce"),
    "another audience": lambda claims: claims.update(aud="another"),
    "another audience beside ours": lambda claims: claims.update(aud=[CLIENT_ID, "another"]),
    "another party": lambda claims: claims.update(azp="another"),
    "another issuer": lambda claims: claims.update(iss="https://another.example.com"),
    "no issuer": lambda claims: claims.pop("iss"),
    "expired": lambda claims: claims.update(exp=int(time.time()) - 120),
    "no end": lambda claims: claims.pop("exp"),
    "from the future": lambda claims: claims.update(iat=int(time.time()) + 3600),
    "no subject": lambda claims: claims.pop("sub"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_id_token_that_is_not_for_this_attempt_is_refused(
    wrong: str, openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    openid.altered = WRONG[wrong]
    answer = _sign_in(browser, openid, person())
    assert answer.status_code == 403
    assert "Signing in with Example Login did not work" in answer.text
    assert COOKIE not in browser.cookies


def test_a_token_signed_by_another_key_is_refused(openid: OpenId, person: Adding, browser: httpx.Client) -> None:
    openid.key = OTHER_KEY
    assert _sign_in(browser, openid, person()).status_code == 403


def test_a_state_counts_once_in_its_own_browser_and_for_ten_minutes(
    server: Served, openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    openid.person = {"email": person(), "email_verified": True}
    place = _at_provider(browser)
    with httpx.Client(base_url=server.url) as other:
        assert other.get(place).status_code == 403
    secret = browser.cookies[ATTEMPT]
    assert browser.get(place.replace("state=", "state=x")).status_code == 403
    assert browser.get(place).status_code == 303
    again = httpx.get(server.url + place, cookies={ATTEMPT: secret})
    assert again.status_code == 403
    digest = hashlib.sha256(b"late").digest()
    with server.ledger.writing.connection() as connection:
        sign_ons.begin(connection, digest, "/console", server.ledger.now() - sign_ons.LIVES)
        assert sign_ons.taken(connection, digest, server.ledger.now()) is None


def test_a_code_used_twice_and_one_of_another_attempt_are_refused(
    openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    openid.person = {"email": person(), "email_verified": True}
    first = _at_provider(browser)
    assert browser.get(first).status_code == 303
    used, fresh = _codes(first, _at_provider(browser))
    assert browser.get(_with_code(_at_provider(browser), used)).status_code == 403
    assert browser.get(_with_code(_at_provider(browser), fresh)).status_code == 403


def test_an_answer_of_another_provider_or_without_a_code_is_refused(
    openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    openid.person = {"email": person(), "email_verified": True}
    assert browser.get(_with_code(_at_provider(browser), "")).status_code == 403
    place = _at_provider(browser).partition("&iss=")[0]
    assert browser.get(f"{place}&iss=https://another.example.com").status_code == 403
    assert browser.get(f"{RETURN}?error=access_denied&state=x").status_code == 403


def test_the_login_page_offers_it_and_keeps_where_to_go(openid: OpenId, browser: httpx.Client) -> None:
    page = browser.get("/console/login", params={"back": "/console/acme/contacts?q=1"}).text
    assert "Sign in with Example Login" in page
    assert f'href="{SIGN_ON}?back=%2Fconsole%2Facme%2Fcontacts%3Fq%3D1"' in page or "%3Fq%3D1" in page
    away = browser.get(SIGN_ON, params={"back": "https://elsewhere.example.com"})
    asked = parse_qs(urlsplit(away.headers["location"]).query)
    assert asked["redirect_uri"] == [f"{CONSOLE}{RETURN}"]
    assert CLIENT_SECRET not in page + away.headers["location"]


def test_no_address_token_or_code_is_logged_or_kept(
    server: Served, openid: OpenId, person: Adding, browser: httpx.Client
) -> None:
    email = person()
    with capture_logs() as lines:
        place = _at_provider(browser)
        openid.person = {"email": email, "email_verified": True}
        answers = [browser.get(place), _sign_in(browser, openid, "nobody@example.com")]
        openid.altered = WRONG["another nonce"]
        answers.append(_sign_in(browser, openid, email))
    said = str(lines) + "".join(str(dict(answer.headers)) + answer.text for answer in answers)
    reasons = [line["reason"] for line in lines if line["event"] == "sign-on refused"]
    assert reasons == ["nobody was added with this address, or is disabled", "id token: invalid_claim nonce"]
    [code] = _codes(place)
    for secret in (email, "nobody@example.com", code, CLIENT_SECRET, *openid.tokens):
        assert secret not in said
    with server.ledger.writing.connection() as connection:
        kept = str(connection.execute("SELECT * FROM sign_ons").fetchall())
    assert parse_qs(urlsplit(place).query)["state"][0] not in kept


def test_a_provider_that_is_silent_is_told_and_passwords_go_on(fresh_database: str) -> None:
    silent = {**_known(OpenId("http://127.0.0.1:1"))}
    with served(fresh_database, console_url=CONSOLE, **silent) as running:
        answer = running.client.get(SIGN_ON)
        assert answer.status_code == 403
        assert "did not work" in answer.text
        assert 'type="password"' in answer.text


def test_without_a_provider_there_is_no_such_page_and_half_of_one_is_refused(fresh_database: str) -> None:
    with served(fresh_database) as running:
        assert "Sign in with" not in running.client.get("/console/login").text
        assert running.client.get(SIGN_ON).status_code == 404
    for missing in ("oidc_client_secret", "oidc_client_id", "console_url"):
        half = {"console_url": CONSOLE, **_known(OpenId("https://login.example.com"))}
        del half[missing]
        with pytest.raises(SettingsRefused, match=f"LEDGER_{missing.upper()}"):
            _ = settings(fresh_database, **half).provider


def _codes(*places: str) -> list[str]:
    return [parse_qs(urlsplit(place).query)["code"][0] for place in places]


def _with_code(place: str, code: str) -> str:
    before, _, rest = place.partition("code=")
    return f"{before}code={code}&{rest.partition('&')[2]}"
