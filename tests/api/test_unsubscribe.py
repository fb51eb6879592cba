"""Unsubscribe links (RFC 8058): one POST opts out, GET changes nothing, and a link tells nothing to strangers."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from entrypoints.links import Links, UnsubscribeLink
from entrypoints.organizations import issue_key, register
from ledger.store.store import Store
from tests.api.clicking import (
    BROWSER,
    FROM_PAGE,
    ONE_CLICK,
    PROVIDER,
    aged_path,
    click,
    consent,
    opt_outs,
    path_of,
    signing,
    unsubscribe_path,
)
from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.api.serving import Caller, Served, served, wait_until
from tests.servers import Postgres

HOUR = timedelta(hours=1)
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    {"content-type": "multipart/form-data; boundary=b"},
)
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "url-encoded": (b"List-Unsubscribe=One-Click", {"content-type": "application/x-www-form-urlencoded"}),
    "multipart": MULTIPART,
    "nothing": (b"", {}),
    "not a form": (b"\xff\x00{", {"content-type": "application/json"}),
    "multipart without a boundary": (MULTIPART[0], {"content-type": "multipart/form-data"}),
    "multipart cut off": (MULTIPART[0][:30], MULTIPART[1]),
    "too many fields": (b"a=1&" * 100, {"content-type": "application/x-www-form-urlencoded"}),
}


@pytest.mark.parametrize(("body", "headers"), BODIES.values(), ids=BODIES)
def test_one_post_opts_out_whatever_it_carries(
    body: bytes, headers: dict[str, str], server: Served, admin: Caller
) -> None:
    admin.record(signup(admin.organization))
    answer = server.client.post(unsubscribe_path(admin), content=body, headers=headers | PROVIDER)
    assert answer.status_code == 200
    assert not answer.history
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    (made,) = opt_outs(admin)
    assert (made["data"]["method"], made["data"]["scope"]) == ("one_click", f"{admin.organization}/shop")
    assert consent(admin) == "unsubscribed"


def test_the_evidence_says_which_message_and_subscription_and_how(server: Served, admin: Caller) -> None:
    (recorded,) = admin.record(signup(admin.organization))
    click(server, aged_path(server, admin, HOUR), ONE_CLICK, PROVIDER)
    (made,) = opt_outs(admin)
    evidence = made["data"]["evidence"]
    assert evidence["message"] == str(server.ledger.ids.attempt(admin.organization, "mail-1"))
    assert evidence["subscription"] in recorded["event_ids"]
    assert (evidence["http_method"], evidence["user_agent"]) == ("POST", PROVIDER["user-agent"])
    assert evidence["ip"] == "127.0.0.1"
    assert 3600 <= evidence["delay_seconds"] < 3700
    assert made["flags"] == []
    assert "suspicions" not in evidence


def test_get_and_head_change_nothing(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = unsubscribe_path(admin)
    before = server.ledger.reading.newest()
    for _ in range(2):
        for seen in (path, f"{path}/preferences"):
            assert server.client.get(seen).status_code == 200
            assert server.client.head(seen).status_code == 200
    assert server.ledger.reading.newest() == before
    assert consent(admin) == "subscribed"


@pytest.mark.parametrize("age", [timedelta(days=399), timedelta(days=4000)], ids=["old", "expired"])
def test_an_old_links_post_is_an_opt_out_made_now(age: timedelta, server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    assert click(server, aged_path(server, admin, age), ONE_CLICK, PROVIDER).status_code == 200
    assert consent(admin) == "unsubscribed"
    assert opt_outs(admin)[0]["occurred_at"] > "2026-03-03"


def test_an_expired_link_opens_the_preference_page_and_a_living_one_its_own(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    living = server.client.get(aged_path(server, admin, timedelta(days=399))).text
    expired = server.client.get(aged_path(server, admin, timedelta(days=401))).text
    assert "Unsubscribe from all" not in living
    assert "Unsubscribe from all" in expired
    assert "from an old message" in expired


def test_twenty_posts_at_once_are_one_opt_out(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = unsubscribe_path(admin)
    agents = [{"user-agent": f"Mailer/{number}"} for number in range(20)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda agent: click(server, path, ONE_CLICK, agent), agents))
    assert {answer.status_code for answer in answers} == {200}
    assert len(opt_outs(admin)) == 1


def test_a_second_click_after_a_new_signup_counts(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = unsubscribe_path(admin)
    click(server, path, ONE_CLICK)
    click(server, path, ONE_CLICK)
    assert len(opt_outs(admin)) == 1
    admin.record(signup(admin.organization) | {"time": server.ledger.now().isoformat()})
    assert consent(admin) == "subscribed"
    click(server, path, ONE_CLICK)
    assert consent(admin) == "unsubscribed"
    assert len(opt_outs(admin)) == 2


def test_a_click_counts_anew_after_the_first_was_taken_back(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = unsubscribe_path(admin)
    click(server, path, ONE_CLICK)
    taken_back = opt_outs(admin)[0]["event_id"]
    admin.record(
        event("ledger.reversal.v1", admin.organization, event_id=taken_back, actor="ops", reason="a scanner")
    )
    assert consent(admin) == "subscribed"
    click(server, path, ONE_CLICK)
    assert consent(admin) == "unsubscribed"


SUSPECT: dict[str, tuple[dict[str, str], dict[str, str], timedelta, str | None, str]] = {
    "calls itself a scanner": (ONE_CLICK, {"user-agent": "Barracuda Sentinel"}, HOUR, None, "user_agent"),
    "no browser posts the page": (FROM_PAGE, {"user-agent": "curl/8"}, HOUR, None, "user_agent"),
    "seconds after it was made": (ONE_CLICK, PROVIDER, timedelta(), None, "haste"),
    "HEAD before": (FROM_PAGE, BROWSER, HOUR, "HEAD", "head_before"),
    "one click after a GET": (ONE_CLICK, PROVIDER, HOUR, "GET", "get_before"),
    "page answered unread": (FROM_PAGE, BROWSER, HOUR, "GET", "get_before"),
}


@pytest.mark.parametrize(("form", "headers", "age", "glance", "why"), SUSPECT.values(), ids=SUSPECT)
def test_a_click_like_a_scanners_is_flagged_and_opts_out_all_the_same(
    form: dict[str, str],
    headers: dict[str, str],
    age: timedelta,
    glance: str | None,
    why: str,
    server: Served,
    admin: Caller,
) -> None:
    admin.record(signup(admin.organization))
    path = aged_path(server, admin, age)
    if glance:
        server.client.request(glance, path)
    click(server, path, form, headers)
    (made,) = opt_outs(admin)
    assert made["flags"] == ["scanner"]
    assert made["data"]["evidence"]["suspicions"] == why
    assert consent(admin) == "unsubscribed"


def test_the_pages_own_button_is_an_opt_out_by_link(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    answer = click(server, aged_path(server, admin, HOUR), FROM_PAGE)
    assert "You are unsubscribed" in answer.text
    (made,) = opt_outs(admin)
    assert (made["data"]["method"], made["flags"]) == ("link", [])


def _strangers(server: Served, admin: Caller) -> list[str]:
    """Links that must all look the same: forged, bent, cut, of the other kind, and of nobody known."""
    genuine = unsubscribe_path(admin).removeprefix("/u/")
    now = server.ledger.now()
    key, message = UUID(admin.identifier(**EMAIL)), uuid4()
    scope = f"{admin.organization}/shop"
    other_organization = UnsubscribeLink(key, message, "email", f"{admin.organization}-b/shop", now)
    nobody = UnsubscribeLink(uuid4(), message, "email", scope, now)
    forged = Links([b"x" * 32]).signed(UnsubscribeLink(key, message, "email", scope, now))
    signed = [signing(server).signed(link) for link in (other_organization, nobody)]
    return [*signed, forged, genuine[:-1], genuine[:20], genuine + "A", genuine.swapcase(), "x", "é" * 700]


def test_forged_cut_foreign_and_unknown_links_get_one_answer_and_change_nothing(
    server: Served, admin: Caller
) -> None:
    admin.record(signup(admin.organization))
    server.caller(f"{admin.organization}-b")
    strangers = _strangers(server, admin)
    before = server.ledger.reading.newest()
    for suffix in ("", "/preferences"):
        answers = [server.client.get(f"/u/{token}{suffix}") for token in strangers]
        answers += [click(server, f"/u/{token}{suffix}", ONE_CLICK) for token in strangers]
        assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
        kept = [{**answer.headers, "date": ""} for answer in answers]
        assert all(headers == kept[0] for headers in kept)
    assert server.ledger.reading.newest() == before


def test_a_forged_link_costs_the_same_reads_as_one_of_nobody_known(
    server: Served, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []
    read = Store.read

    def counted(store: Store, streams: Any, **more: Any) -> Any:
        reads.append(len(list(streams)))
        return read(store, streams, **more)

    strangers = _strangers(server, admin)
    monkeypatch.setattr(Store, "read", counted)
    for token in strangers:
        server.client.get(f"/u/{token}")
    assert reads == [2] * len(strangers)


def test_a_body_larger_than_any_form_is_refused(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = unsubscribe_path(admin)
    for size in (17 * 1024, 2 * 1024 * 1024):
        assert server.client.post(path, content=b"a" * size).status_code == 413
    assert opt_outs(admin) == []


def test_every_list_and_channel_is_shown_and_can_be_left(server: Served, admin: Caller) -> None:
    org = admin.organization
    wanted = [
        {"channel": channel, "scope": f"{org}/{scope}", "purposes": ["marketing"]}
        for channel, scope in (("sms", "shop"), ("whatsapp", "shop"), ("sms", "shop/-/news"))
    ]
    admin.record(signup(org, PHONE, "sms", subscriptions=wanted))
    path = f"{aged_path(server, admin, HOUR, PHONE)}/preferences"
    page = server.client.get(path).text
    for choice in ("sms", "whatsapp"):
        assert f'value="{choice} {org}/shop"' in page
    assert f'value="sms {org}/shop/-/news"' in page
    answer = click(server, path, {"unsubscribe": f"sms {org}/shop/-/news"})
    assert "You are unsubscribed" in answer.text
    assert consent(admin, PHONE, scope=f"{org}/shop/-/news") == "unsubscribed"
    assert consent(admin, PHONE) == "subscribed"
    (made,) = opt_outs(admin, PHONE)
    assert made["data"]["method"] == "preference_page"
    assert f'value="sms {org}/shop/-/news"' not in server.client.get(path).text


def test_lists_are_shown_by_their_names(server: Served, admin: Caller) -> None:
    admin.post("scopes", {"scope": f"{admin.organization}/shop", "display_name": "Ann's Shop"})
    admin.record(signup(admin.organization))
    assert "“Ann&#39;s Shop” by e-mail" in server.client.get(unsubscribe_path(admin)).text


def test_unsubscribing_from_all_reaches_every_channel_and_list(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization, PHONE, "sms"))
    click(server, f"{aged_path(server, admin, HOUR, PHONE)}/preferences", {"unsubscribe": "all"})
    (made,) = opt_outs(admin, PHONE)
    assert (made["data"]["channel"], made["data"]["scope"]) == ("*", admin.organization)
    assert consent(admin, PHONE) == "unsubscribed"


def test_a_pause_holds_everything_and_ends_by_itself(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = f"{unsubscribe_path(admin)}/preferences"
    assert "Paused until" in click(server, path, {"pause": "7"}).text
    assert "Paused until" in server.client.get(path).text
    asked = {"channel": "email", "scope": f"{admin.organization}/shop", "purpose": "marketing"}
    ask = {**asked, "identifiers": [EMAIL]}
    assert admin.post("sendable", ask).json()["answers"][0]["reasons"] == ["paused"]
    later = (server.ledger.now() + timedelta(days=8)).isoformat()
    assert admin.post("sendable", {**ask, "at": later}).json()["answers"][0]["sendable"] is True


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"pause": "100000"},
        {"pause": "-7"},
        {"unsubscribe": "email other-organization"},
        {"unsubscribe": ""},
        {"subscribe": "all"},
    ],
)
def test_a_choice_that_was_not_offered_changes_nothing(form: dict[str, str], server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = f"{unsubscribe_path(admin)}/preferences"
    before = server.ledger.reading.newest()
    answer = click(server, path, form)
    assert answer.status_code == 422
    assert "could not be read" in answer.text
    assert server.ledger.reading.newest() == before


def test_the_pages_show_no_address_run_no_script_and_are_not_kept(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = unsubscribe_path(admin)
    for answer in (server.client.get(path), server.client.get(f"{path}/preferences"), click(server, path, {})):
        assert "ann@example.com" not in answer.text
        assert "a***@example.com" in answer.text
        assert "<script" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers


def test_names_of_organizations_are_text_not_markup(server: Served, organization: str) -> None:
    register(server.ledger, organization, "<b>Shop</b>")
    caller = server.with_key(organization, issue_key(server.ledger, organization, "admin"))
    page = server.client.get(unsubscribe_path(caller)).text
    assert "<b>" not in page
    assert "&lt;b&gt;Shop" in page


def test_an_erased_persons_old_link_still_opts_out(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization))
    path = unsubscribe_path(admin)
    admin.record(
        event(
            "contact.erase.v1", admin.organization, identifier=EMAIL, actor="ops", reason="asked", request_id="r-1"
        )
    )
    shown = server.client.get(f"{path}/preferences").text
    assert "your address" in shown
    assert "a***" not in shown
    assert 'name="pause"' not in shown
    assert click(server, path, ONE_CLICK, PROVIDER).status_code == 200
    (made,) = opt_outs(admin)
    assert made["data"]["evidence"] is None
    admin.record(signup(admin.organization) | {"time": server.ledger.now().isoformat()})
    assert consent(admin) == "subscribed"


def test_a_link_outlives_the_address_changing_hands_and_being_opted_out_by_others(
    server: Served, admin: Caller
) -> None:
    admin.record(signup(admin.organization), opt_out(admin.organization))
    assert click(server, unsubscribe_path(admin), ONE_CLICK).status_code == 200
    assert len(opt_outs(admin)) == 2


def test_a_log_that_cannot_be_read_is_told_on_a_page_that_asks_to_try_again(private_postgres: Postgres) -> None:
    with served(private_postgres.url) as running:
        caller = running.caller("acme")
        caller.record(signup("acme"))
        path = unsubscribe_path(caller)
        private_postgres.stop()
        for answer in (running.client.get(path), click(running, path, ONE_CLICK)):
            assert answer.status_code == 503
            assert "Please try again" in answer.text
            assert answer.headers["retry-after"]
        private_postgres.start()
        wait_until(lambda: click(running, path, ONE_CLICK).status_code == 200)
        assert consent(caller) == "unsubscribed"


def test_a_link_leads_to_the_public_address_with_its_headers(server: Served, admin: Caller) -> None:
    wanted = {**EMAIL, "channel": "email", "scope": f"{admin.organization}/shop/-", "message_id": "mail-1"}
    made = admin.post("unsubscribe-links", {"links": [wanted]}).json()["links"][0]
    assert made["url"].startswith("https://links.example.com/u/")
    assert made["headers"] == {
        "List-Unsubscribe": f"<{made['url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert made["identifier_id"] == admin.identifier(**EMAIL)
    assert len(made["url"]) < 250
    assert server.client.get(path_of(made["url"])).status_code == 200


def test_a_mailbox_a_path_and_older_keys_are_taken_from_the_settings(fresh_database: str) -> None:
    old, new = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
    at = {"public_url": "https://links.example.com/mail"}
    with served(fresh_database, link_keys=old, **at) as before:
        path = unsubscribe_path(before.caller("acme")).removeprefix("/mail")
    mailbox = {"unsubscribe_mailto": "leave+us@example.com"}
    with served(fresh_database, link_keys=f"{new},{old}", **at, **mailbox) as running:
        caller = running.caller("acme")
        assert f'action="/mail{path}"' in running.client.get(path).text
        assert click(running, path, ONE_CLICK).status_code == 200
        wanted = {**EMAIL, "channel": "email", "scope": "acme", "message_id": "mail-2"}
        made = caller.post("unsubscribe-links", {"links": [wanted]}).json()["links"][0]
        token = made["url"].rpartition("/")[2]
        assert made["headers"]["List-Unsubscribe"] == (
            f"<https://links.example.com/mail/u/{token}>, "
            f"<mailto:leave%2Bus@example.com?subject=unsubscribe%20{token}>"
        )
    with served(fresh_database, link_keys=new, **at) as after:
        assert after.client.get(path).status_code == 404
        assert after.client.get(f"/u/{token}").status_code == 200


def test_without_keys_no_links_are_made_and_it_is_said_what_to_set(fresh_database: str) -> None:
    with served(fresh_database, link_keys=()) as running:
        caller = running.caller("acme")
        wanted = {**EMAIL, "channel": "email", "scope": "acme", "message_id": "mail-1"}
        refused = caller.post("unsubscribe-links", {"links": [wanted]})
        assert refused.status_code == 501
        assert "LEDGER_LINK_KEYS" in refused.json()["detail"]
        assert running.client.get("/u/x").status_code == 404


def test_an_address_never_heard_of_can_be_unsubscribed_by_its_link(server: Served, admin: Caller) -> None:
    stranger = {"kind": "email", "value": "nobody@example.com"}
    path = unsubscribe_path(admin, stranger)
    assert click(server, path, ONE_CLICK).status_code == 200
    assert consent(admin, stranger) == "unsubscribed"


def test_a_thousand_links_are_made_and_whatever_cannot_be_is_named(admin: Caller) -> None:
    scope = admin.organization
    many = [
        {"kind": "email", "value": f"p{n}@example.com", "channel": "email", "scope": scope, "message_id": f"m-{n}"}
        for n in range(1000)
    ]
    made = admin.post("unsubscribe-links", {"links": many}).json()["links"]
    assert len({one["url"] for one in made}) == 1000
    wrong: list[dict[str, Any]] = [
        {**many[0], "value": "x"},
        {"id": str(uuid4()), "channel": "email", "scope": scope, "message_id": "m"},
        {**many[0], "channel": "sms"},
        {**many[0], "scope": "someone-else"},
    ]
    for one, field in zip(wrong, ("value", "id", "channel", "scope"), strict=True):
        refused = admin.post("unsubscribe-links", {"links": [many[1], one]})
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [f"links.1.{field}"]
    assert admin.post("unsubscribe-links", {"links": [*many, many[0]]}).status_code == 422
