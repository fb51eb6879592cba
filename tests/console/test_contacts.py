"""All contacts and one contact's profile, as a browser without a screen gets them."""

import csv
import io
from collections.abc import Callable
from html import unescape
from uuid import UUID, uuid4

import httpx
import pytest

from entrypoints import reads
from projections import contact_count
from tests.api.messages import event, signup
from tests.api.serving import Served
from tests.console.conftest import PASSWORD, Scene

Adding = Callable[..., str]


@pytest.fixture
def looking(scene: Scene, person: Adding, browser: httpx.Client) -> Callable[..., httpx.Client]:
    """A browser in which somebody with the role is logged in."""

    def logged_in(role: str = "admin") -> httpx.Client:
        answer = browser.post("/console/login", data={"email": person(role), "password": PASSWORD})
        assert answer.status_code == 303
        return browser

    return logged_in


def test_the_list_counts_whom_it_shows_and_everyone(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    browser = looking()
    assert "5 profiles out of 5" in browser.get(scene.contacts).text
    page = browser.get(f"{scene.contacts}?status=email.unsubscribed").text
    assert "1 profiles out of 5" in page
    assert "ann4@example.com" in page
    assert "ann3@example.com" not in page


def test_what_costs_much_to_count_is_counted_when_asked(
    scene: Scene, looking: Callable[..., httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_count, "CHEAP", 0)
    browser = looking()
    asked = {"limit": "2", "criteria": '{"source":"date","date":"created","from_day":"2026-01-01"}'}
    page = browser.get(scene.contacts, params=asked).text
    assert "More than 2 profiles out of 5" in page
    address = page.partition('id="count"')[2].partition('<a href="')[2].partition('"')[0]
    page = browser.get(unescape(address)).text
    assert "5 profiles out of 5" in page
    assert "count=" not in page.partition("<table")[2]
    assert browser.get(f"{scene.contacts}.json", params=asked).json()["found"] == 5


def test_what_is_searched_for_shows_in_no_address(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    browser = looking()
    form = {"csrf": scene.csrf(browser), "text": "ANN3", "state": "type=subscriber"}
    answer = browser.post(f"{scene.contacts}/search", data=form)
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert "ann3" not in address.lower()
    assert address.startswith(f"{scene.contacts}?type=subscriber&q=")
    page = browser.get(address).text
    assert "1 profiles out of 5" in page
    assert "ann3@example.com" in page
    assert browser.get(f"{scene.contacts}?q={'A' * 40}").status_code == 422


def test_whoever_is_held_is_marked_beside_the_ticks(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    acts = {"ann0@example.com": "ban", "ann1@example.com": "pause"}
    said = {"actor": "desk-1", "reason": "asked on the phone"}
    scene.record(
        *[
            event(
                "contact.hold.v1", scene.organization, identifier={"kind": "email", "value": to}, action=act, **said
            )
            for to, act in acts.items()
        ]
    )
    browser = looking()
    shown = browser.get(f"{scene.contacts}.json").json()["contacts"]
    held = {one["emails"][0]: one["holds"] for one in shown}
    assert (held["ann0@example.com"], held["ann1@example.com"], held["ann2@example.com"]) == (
        ["banned"],
        ["paused"],
        [],
    )
    page = browser.get(scene.contacts).text
    assert page.count("no message is sent while this stands") == 4
    [banned] = [one["id"] for one in shown if one["holds"] == ["banned"]]
    assert "no message is sent while this stands" in browser.get(f"{scene.contacts}/{banned}").text
    [free] = [one["id"] for one in shown if one["emails"] == ["ann2@example.com"]]
    assert "no message is sent while this stands" not in browser.get(f"{scene.contacts}/{free}").text


def test_who_sees_values_masked_searches_by_whole_ones(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    browser = looking("analyst")
    form = {"csrf": scene.csrf(browser), "state": "", "back": scene.contacts}
    refused = browser.post(f"{scene.contacts}/search", data={**form, "text": "ann3"})
    assert refused.status_code == 422
    assert "You see values masked" in refused.text
    assert 'value="ann3"' in refused.text
    found = browser.post(f"{scene.contacts}/search", data={**form, "text": "ANN3@example.com"})
    page = browser.get(found.headers["location"]).text
    assert "1 profiles out of 5" in page
    assert "Search: ANN3@example.com" in page
    deleted = f"/console/{scene.organization}/deleted"
    refused = browser.post(f"{deleted}/search", data={**form, "back": deleted, "q": "ann3"})
    assert (refused.status_code, "You see values masked" in refused.text) == (422, True)


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("contacts", "merchant=nosuch"),
        ("contacts", "status=nosuch"),
        ("deleted", "status=nosuch"),
        ("trends", "method=nosuch"),
        ("trends", "channel=nosuch"),
        ("opt-outs", "method=nosuch"),
        ("sms", "reason=nosuch"),
        ("sms", "list=nosuch"),
        ("rejections", "state=nosuch"),
        ("settings/scopes", "state=nosuch"),
    ],
)
def test_what_the_page_does_not_offer_is_told(
    scene: Scene, looking: Callable[..., httpx.Client], place: str, asked: str
) -> None:
    browser, home = looking(), f"/console/{scene.organization}/{place}"
    page = browser.get(f"{home}?{asked}")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    refused = browser.get(f"{home}.json?{asked}")
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [asked.partition("=")[0]]


def test_an_address_of_nothing_says_so_and_asks_nobody_to_go_back_to_a_form(
    scene: Scene, looking: Callable[..., httpx.Client]
) -> None:
    browser = looking()
    nothing = browser.get(f"{scene.contacts}/nobody")
    assert (nothing.status_code, "There is nothing here" in nothing.text) == (404, True)
    bad = browser.get(f"{scene.contacts}?limit=many")
    assert (bad.status_code, "<code>limit</code>" in bad.text, "what you typed" in bad.text) == (422, True, False)


def test_the_console_is_found_from_where_people_begin(looking: Callable[..., httpx.Client]) -> None:
    browser = looking()
    assert [browser.get(path).status_code for path in ("/", "/console/", "/console")] == [303, 303, 303]
    assert "All contacts" in browser.get("/", follow_redirects=True).text


def test_a_form_from_elsewhere_searches_nothing(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    answer = looking().post(f"{scene.contacts}/search", data={"csrf": "0" * 64, "text": "ann"})
    assert answer.status_code == 403


def test_the_twins_say_the_same_as_the_page(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    browser = looking()
    shown = browser.get(f"{scene.contacts}.json?limit=2").json()
    assert (len(shown["contacts"]), shown["all"], shown["found"]) == (2, 5, 5)
    rest = browser.get(f"{scene.contacts}.json?limit=50&after={shown['after']}").json()
    assert rest["after"] is None
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{scene.contacts}.csv").text)))
    assert [row["id"] for row in rows] == [one["id"] for one in shown["contacts"] + rest["contacts"]]
    assert {row["email"] for row in rows} == {"subscribed", "unsubscribed"}


def test_a_spreadsheet_runs_nothing_that_somebody_is_called(
    scene: Scene, looking: Callable[..., httpx.Client]
) -> None:
    mail = {"kind": "email", "value": "eve@example.com"}
    scene.record(signup(scene.organization, mail, profile={"name": "=HYPERLINK(1)"}))
    rows = csv.DictReader(io.StringIO(looking().get(f"{scene.contacts}.csv").text))
    assert "'=HYPERLINK(1)" in {row["name"] for row in rows}


def test_a_profile_shows_statuses_what_happened_and_why(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    browser, one = looking(), scene.contact("ann4@example.com")
    page = browser.get(f"{scene.contacts}/{one['id']}").text
    assert "ann4@example.com" in page
    assert "Unsubscribed" in page
    assert "Opted out of e-mail" in page
    row = browser.get(f"{scene.contacts}/{one['id']}.json").json()["subscriptions"][0]
    asked = {"identifier": row["identifier_id"], "channel": "email", "scope": row["scope"], "purpose": "marketing"}
    why = browser.get(f"{scene.contacts}/{one['id']}.json", params=asked).json()["why"]
    assert why["answer"].startswith("No: ")
    assert why["steps"][-1]["effect"] == "decisive"
    before = {**asked, "at": "2020-01-01T00:00"}
    earlier = browser.get(f"{scene.contacts}/{one['id']}.json", params=before).json()["why"]
    assert "nobody ever subscribed it to this" in earlier["answer"]
    bad = browser.get(f"{scene.contacts}/{one['id']}", params={**asked, "at": "yesterday"})
    assert bad.status_code == 422


@pytest.mark.parametrize(("role", "value"), [("admin", "ann3@example.com"), ("analyst", "a***@example.com")])
def test_what_happened_names_identifiers_as_the_viewer_may_see_them(
    role: str, value: str, scene: Scene, looking: Callable[..., httpx.Client]
) -> None:
    browser, one = looking(role), scene.contact("ann3@example.com")
    shown = browser.get(f"{scene.contacts}/{one['id']}.json").json()["timeline"]
    assert f"Got email {value}." in [event["sentence"] for event in shown]


def test_a_producers_own_method_is_a_word_and_never_subscribed_is_no_cross(
    scene: Scene, looking: Callable[..., httpx.Client]
) -> None:
    phone = {"kind": "phone", "value": "+14155550100"}
    scene.record(
        event("contact.identify.v1", scene.organization, identifiers=[phone], method="web_login"),
        event("contact.hold.v1", scene.organization, identifier=phone, action="pause", actor="ops", reason="asked"),
        event("delivery.receipt.v1", scene.organization, identifier=phone, channel="sms", outcome="delivered"),
    )
    browser, one = looking(), scene.contact("4155550100")
    assert "Web login" in browser.get(scene.contacts).text
    page = browser.get(f"{scene.contacts}/{one['id']}/identifiers/{one['identifier_ids'][0]}").text
    assert "Never subscribed" in page
    assert 'href="#i-no"' not in page.partition("<main")[2]


def test_an_analyst_sees_nobody_unmasked(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    browser, one = looking("analyst"), scene.contact("ann4@example.com")
    for address in (scene.contacts, f"{scene.contacts}/{one['id']}"):
        for ending in ("", ".json", ".csv"):
            text = browser.get(address + ending).text
            assert not any(value in text for value in ("ann4@", "Ann4", "Ulm"))
    assert "a***@example.com" in browser.get(scene.contacts).text


def test_an_auditor_sees_values_for_a_reason_and_every_look_is_kept(
    server: Served, scene: Scene, looking: Callable[..., httpx.Client]
) -> None:
    browser, one = looking("auditor"), scene.contact("ann4@example.com")
    address = f"{scene.contacts}/{one['id']}"
    assert "ann4@" not in browser.get(address).text
    form = {"csrf": scene.csrf(browser), "reason": "case 4711", "back": address}
    answer = browser.post(f"/console/{scene.organization}/reason", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert "ann4@example.com" in browser.get(address).text
    [kept] = reads.page(server.ledger, scene.organization).reads
    assert (kept.reason, str(kept.subject)) == ("case 4711", one["id"])


@pytest.mark.parametrize("path", ["contacts", "contacts.json", "contacts.csv"])
def test_another_organizations_contacts_are_not_there(
    path: str, server: Served, looking: Callable[..., httpx.Client]
) -> None:
    browser = looking()
    other = server.caller("o-elsewhere")
    assert browser.get(f"/console/{other.organization}/{path}").status_code == 404


def test_who_is_not_logged_in_comes_back_to_the_page(scene: Scene, browser: httpx.Client) -> None:
    answer = browser.get(f"{scene.contacts}?type=subscriber")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/login?back=%2Fconsole%2F")


def test_pages_let_nothing_in_from_elsewhere(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    answer = looking().get(scene.contacts)
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert not any(inline in answer.text for inline in (" style=", " onclick=", "<style", "<script>"))


def test_a_linked_person_is_found_by_every_id(scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    phone = {"kind": "phone", "value": "+14155550100"}
    scene.record(signup(scene.organization, phone, "sms"))
    old = scene.contact("+14155550100")["id"]
    mail = {"kind": "email", "value": "ann0@example.com"}
    scene.record(event("contact.identify.v1", scene.organization, identifiers=[mail, phone], method="form"))
    page = looking().get(f"{scene.contacts}/{old}").text
    assert "ann0@example.com" in page
    assert "+14155550100" in page


def test_an_act_is_recorded_once_with_its_reason_and_actor(
    scene: Scene, looking: Callable[..., httpx.Client]
) -> None:
    browser, one = looking("marketer"), scene.contact("ann0@example.com")
    address = f"{scene.contacts}/{one['id']}"
    form = {
        "csrf": scene.csrf(browser),
        "once": str(uuid4()),
        "identifier": one["identifier_ids"][0],
        "action": "blacklist",
        "reason": "asked for by phone",
    }
    for _ in range(2):
        answer = browser.post(f"{address}/act", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{address}?done=blacklist")
    scene.record()
    shown = browser.get(f"{address}.json").json()
    [event] = [one for one in shown["timeline"] if "lacklist" in one["sentence"]]
    assert event["actor"].startswith("person/")
    assert event["evidence"]["reason"] == "asked for by phone"
    assert {row["deliverability"] for row in shown["subscriptions"]} == {"blacklisted"}


@pytest.mark.parametrize(
    "wrong", [{"reason": " "}, {"action": "erase"}, {"once": ""}, {"identifier": str(UUID(int=1))}]
)
def test_a_bad_act_is_refused_and_says_why(
    wrong: dict[str, str], scene: Scene, looking: Callable[..., httpx.Client]
) -> None:
    browser, one = looking(), scene.contact("ann0@example.com")
    form = {"csrf": scene.csrf(browser), "once": str(uuid4()), "identifier": one["identifier_ids"][0]}
    form |= {"action": "ban", "reason": "fraud"} | wrong
    answer = browser.post(f"{scene.contacts}/{one['id']}/act", data=form)
    assert answer.status_code == (404 if "identifier" in wrong else 422)
    scene.record()
    assert scene.contact("ann0@example.com")["last_updated"] == one["last_updated"]


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_only_reads_cannot_act(role: str, scene: Scene, looking: Callable[..., httpx.Client]) -> None:
    browser, one = looking(role), scene.contact("ann0@example.com")
    form = {"csrf": scene.csrf(browser), "identifier": one["identifier_ids"][0], "action": "ban", "reason": "x"}
    assert browser.post(f"{scene.contacts}/{one['id']}/act", data=form).status_code == 403
