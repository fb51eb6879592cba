"""Logging in and out: who is let in, for how long, and from where."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from entrypoints import people
from entrypoints.acting import Hand
from entrypoints.console.session import COOKIE
from ledger.store import sessions
from tests.api.serving import Served
from tests.console.conftest import PASSWORD

Adding = Callable[..., str]


def _log_in(browser: httpx.Client, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return browser.post("/console/login", data={"email": email, "password": password, **more})


def test_a_person_logs_in_and_is_seen_with_the_role_of_each_organization(
    server: Served, organization: str, person: Adding, browser: httpx.Client
) -> None:
    email = person("analyst")
    answer = _log_in(browser, email, back="/console/contacts?q=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/contacts?q=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    seen = people.viewer(server.ledger, browser.cookies[COOKIE])
    assert seen is not None
    assert (seen.name, dict(seen.organizations)) == ("Ann Example", {organization: "analyst"})
    assert seen.may(organization, "contacts")
    assert not seen.may(organization, "values")
    assert not seen.may("another", "contacts")


def test_a_role_that_is_changed_or_taken_counts_from_the_next_request_on(
    server: Served, organization: str, person: Adding, browser: httpx.Client
) -> None:
    email = person("admin")
    _log_in(browser, email)
    hand, one = Hand(server.ledger, organization), people.person_id(server.ledger, email)
    assert people.grant(hand, one, "auditor")
    assert not people.grant(hand, one, "auditor")
    assert _roles(server, browser) == {organization: "auditor"}
    assert people.revoke(hand, one)
    assert not people.revoke(hand, one)
    assert _roles(server, browser) == {}


def test_a_wrong_password_an_unknown_a_disabled_and_a_nameless_person_get_the_same_answer(
    server: Served, person: Adding, browser: httpx.Client
) -> None:
    known, disabled = person(), person()
    people.bar(server.ledger, people.person_id(server.ledger, disabled))
    tries = [(known, "wrong"), ("nobody@example.com", PASSWORD), (disabled, PASSWORD), ("", "")]
    answers = [_log_in(browser, *one) for one in tries]
    said = {answer.text.replace(email, "") for answer, (email, _) in zip(answers, tries, strict=True) if email}
    assert {answer.status_code for answer in answers} == {422}
    assert len(said) == 1
    assert COOKIE not in browser.cookies


def test_after_five_failures_even_the_right_password_has_to_wait(person: Adding, browser: httpx.Client) -> None:
    email, other = person(), person()
    for _ in range(people.TRIES):
        assert _log_in(browser, email, "wrong").status_code == 422
    answer = _log_in(browser, email)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert _log_in(browser, other).status_code == 303


def test_logging_in_again_ends_the_session_before(server: Served, person: Adding, browser: httpx.Client) -> None:
    email = person()
    _log_in(browser, email)
    first = browser.cookies[COOKIE]
    _log_in(browser, email)
    assert browser.cookies[COOKIE] != first
    assert people.viewer(server.ledger, first) is None


def test_a_session_ends_when_it_is_idle_or_old(server: Served, person: Adding, browser: httpx.Client) -> None:
    _log_in(browser, person())
    token, now = browser.cookies[COOKIE], server.ledger.now()

    def at(later: timedelta) -> bool:
        return people.viewer(replace(server.ledger, now=lambda: now + later), token) is not None

    assert not at(sessions.IDLE + timedelta(minutes=1))
    for minutes in range(30, 12 * 60, 30):
        assert at(timedelta(minutes=minutes)), minutes
    assert not at(sessions.LONGEST + timedelta(minutes=1))


def test_logging_out_needs_the_form_of_the_session(server: Served, person: Adding, browser: httpx.Client) -> None:
    _log_in(browser, person())
    token = browser.cookies[COOKIE]
    assert browser.post("/console/logout", data={"csrf": "0" * 64}).status_code == 403
    assert browser.post("/console/logout").status_code == 403
    assert people.viewer(server.ledger, token) is not None
    answer = browser.post("/console/logout", data={"csrf": _csrf(token)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/login")
    assert people.viewer(server.ledger, token) is None


@pytest.mark.parametrize(
    "headers", [{"origin": "https://elsewhere.example.com"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_a_form_that_another_site_sends_is_refused(
    headers: dict[str, str], person: Adding, browser: httpx.Client
) -> None:
    answer = browser.post("/console/login", data={"email": person(), "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize("back", ["https://elsewhere.example.com", "//elsewhere", "/consolex", "/console/\\x", "/"])
def test_the_login_page_leads_nowhere_but_into_the_console(
    back: str, person: Adding, browser: httpx.Client
) -> None:
    assert _log_in(browser, person(), back=back).headers["location"] == "/console"


def test_a_password_link_works_once_and_ends_the_sessions_before(
    server: Served, person: Adding, browser: httpx.Client
) -> None:
    email = person()
    _log_in(browser, email)
    before = browser.cookies[COOKIE]
    link = people.password_link(server.ledger, people.person_id(server.ledger, email))
    new = "another long password"
    assert "Set your password" in browser.get(link).text
    assert browser.post(link, data={"password": "short", "again": "short"}).status_code == 422
    assert browser.post(link, data={"password": new, "again": new + "x"}).status_code == 422
    assert browser.post(link, data={"password": new, "again": new}).status_code == 200
    assert browser.post(link, data={"password": new, "again": new}).status_code == 404
    assert browser.get(link).status_code == 404
    assert people.viewer(server.ledger, before) is None
    assert _log_in(browser, email).status_code == 422
    assert _log_in(browser, email, new).status_code == 303


def test_a_password_link_ends_and_so_does_the_one_before_a_new_one(server: Served, person: Adding) -> None:
    one = people.person_id(server.ledger, person())
    first, second = (people.password_link(server.ledger, one).rpartition("/")[2] for _ in range(2))
    assert not people.link_holds(server.ledger, first)
    assert people.link_holds(server.ledger, second)
    later = replace(server.ledger, now=lambda: server.ledger.now() + people.LINK_LIVES)
    assert not people.link_holds(later, second)


def test_only_hashes_of_what_lets_somebody_in_are_kept(
    server: Served, person: Adding, browser: httpx.Client
) -> None:
    email = person()
    _log_in(browser, email)
    link = people.password_link(server.ledger, people.person_id(server.ledger, email)).rpartition("/")[2]
    with server.ledger.writing.connection() as connection:
        kept = connection.execute(
            "SELECT c::text || s::text FROM credentials c JOIN sessions s USING (person_id) WHERE person_id = %s",
            (people.person_id(server.ledger, email),),
        ).fetchall()
    assert len(kept) == 1
    assert not any(secret in kept[0][0] for secret in (PASSWORD, email, link, browser.cookies[COOKIE]))
    assert "$argon2id$" in kept[0][0]


def _roles(server: Served, browser: httpx.Client) -> dict[str, str]:
    seen = people.viewer(server.ledger, browser.cookies[COOKIE])
    assert seen is not None
    return dict(seen.organizations)


def _csrf(token: str) -> str:
    from starlette.requests import Request

    from entrypoints.console.session import csrf

    return csrf(Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={token}".encode())]}))
