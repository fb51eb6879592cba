"""Every page in a real browser: without a fault that axe finds, with and without scripts."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from entrypoints.acting import Hand
from entrypoints.batches import asking, seeing
from ledger.batching import Wanted
from projections import contact_count
from projections.contact_query import Filter
from tests.api.messages import event, signup
from tests.api.serving import wait_until
from tests.console.browsers import ARGUMENTS, found
from tests.console.conftest import PASSWORD, Scene
from tests.console.looking import AXE, NARROW, WIDE, looked_over, missing, weight

HEAVIEST = 150 * 1024
CRITERIA = (
    '{"all":[{"source":"subscription","channel":"email","state":"subscribed","within_days":9000},'
    '{"not":{"source":"hold","hold":"banned"}},'
    '{"any":[{"source":"date","date":"created","from_day":"2026-01-01"},{"source":"identifiers","kind":"phone"}]}]}'
)

Opening = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = found()
    if program is None:
        missing("no browser to look with; on Debian: apt-get install chromium-headless-shell")
    if not AXE.exists():
        missing("axe-core is not there; run `make assets` (needs npm)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def opening(chromium: Browser, scene: Scene, person: Callable[..., str]) -> Iterator[Opening]:
    """Opens windows in which an administrator of the scene is logged in; a script's complaint fails the test."""
    contexts, complaints = [], []

    def opened(**options: Any) -> Page:
        context = chromium.new_context(
            **{"viewport": WIDE, "timezone_id": "Europe/Paris", "base_url": scene.server.url, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_fault(said) else None)
        page.goto("/console/login")
        page.fill("#email", person())
        page.fill("#password", PASSWORD)
        page.click("button.main")
        page.wait_for_url("**/contacts")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def test_what_costs_much_to_count_is_counted_beside(
    opening: Opening, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_count, "CHEAP", 0)
    address = f"{scene.contacts}?limit=2&criteria={quote(CRITERIA)}"
    page = opening(java_script_enabled=False)
    page.goto(address)
    assert page.inner_text("#count") == "More than 2 profiles out of 5 Count them"
    page.click("#count a")
    assert page.inner_text("#count") == "4 profiles out of 5"
    page = opening()
    page.goto(address)
    page.get_by_text("4 profiles out of 5").wait_for()
    assert page.url.endswith(address)


def test_no_page_has_a_fault_that_axe_finds(opening: Opening, scene: Scene) -> None:
    """Pages that the navigation leads to are `test_walk`'s."""
    page = opening(bypass_csp=True)
    one = scene.contact("ann4@example.com")
    hand = Hand(scene.server.ledger, scene.organization, "test", "person/ann")
    wanted = Wanted("unsubscribe", "email", f"{scene.organization}/shop")
    batch = asking.ask(hand, wanted, Filter(), "the shop was sold", which=["Type: Subscriber"])
    wait_until(lambda: seeing.get(scene.server.ledger, scene.organization, batch).state == "waiting")
    places = {
        "nobody": f"{scene.contacts}?status=banned",
        "criteria": f"{scene.contacts}?criteria={quote(CRITERIA)}&build=subscription&fields=city",
        "criteria-profile": f"{scene.contacts}?ranked=earliest&build=profile",
        "contact": f"{scene.contacts}/{one['id']}?{_why(one)}",
        "error": f"{scene.contacts}?after=x",
        "bulk-new": f"/console/{scene.organization}/bulk/new?of=type%3Dsubscriber",
        "bulk-batch": f"/console/{scene.organization}/bulk/{batch}",
        "act": f"{scene.contacts}/{one['id']}/act?action=unsubscribe",
        "new-contact": f"{scene.contacts}/new",
    }
    for name, address in places.items():
        page.goto(address)
        looked_over(page, name)


def test_a_long_reply_without_a_space_leaves_every_column_in_sight(opening: Opening, scene: Scene) -> None:
    page, phone, sender = opening(), {"kind": "phone", "value": "+14155550100"}, f"{scene.organization}/shop/48099"
    text = event(
        "sms.inbound.v1", scene.organization, **{"from": phone["value"]}, to=sender, text="so " + "x" * 4000
    )
    scene.record(signup(scene.organization, phone, "sms"), text)
    number = f"/console/{scene.organization}/sms/numbers/{scene.caller.identifier(**phone)}?sender={sender}"
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for address in (f"/console/{scene.organization}/replies", number):
            page.goto(address)
            assert page.locator("th", has_text="xxxx").count() == 1
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            boxes = page.locator("th:has-text('xxxx'), th:has-text('xxxx') ~ td")
            edges = boxes.evaluate_all("cells => cells.map(one => one.getBoundingClientRect().right)")
            if size == WIDE or address != number:
                assert max(edges) <= size["width"], address


def test_an_address_of_thirty_letters_stands_in_one_line(opening: Opening, scene: Scene) -> None:
    scene.record(signup(scene.organization, {"kind": "email", "value": "farah.laurent.4771@example.com"}))
    page = opening()
    page.set_viewport_size({"width": 1360, "height": 900})
    page.goto(scene.contacts)
    link = page.get_by_role("link", name="farah.laurent.4771@example.com")
    assert link.evaluate("one => one.getClientRects().length") == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_everything_works_without_scripts(opening: Opening) -> None:
    page = opening(java_script_enabled=False)
    page.fill("#search", "ann3")
    page.click(".search button")
    assert "ann3" not in page.url
    assert page.inner_text(".count") == "1 profiles out of 5"
    page.click("a.open")
    assert page.inner_text("h1") == "ann3@example.com" or "Ann3" in page.inner_text("h1")
    page.go_back()
    assert page.inner_text(".count") == "1 profiles out of 5"
    page.click(".applied a")
    assert page.inner_text(".count") == "5 profiles out of 5"


def test_criteria_are_built_without_scripts(opening: Opening) -> None:
    page = opening(java_script_enabled=False)
    page.click(".adding summary")
    page.click(".sources >> text=Subscription")
    page.select_option("#c-state", "unsubscribed")
    page.select_option("#c-sense", "not")
    page.click(".adding button")
    assert page.inner_text(".count") == "4 profiles out of 5"
    page.click(".adding summary")
    page.click(".sources >> text=Profile field")
    page.select_option("#c-field", "first_name")
    page.click(".adding button")
    assert page.input_value("#c-field") == "first_name"
    assert "say with what to compare" in page.inner_text("#c-value-wrong")
    page.fill("#c-value", "ann3")
    page.select_option("#c-into", "any")
    page.click(".adding button")
    assert page.inner_text(".count") == "1 profiles out of 5"
    assert "ann3" not in page.url.lower()
    page.click(".criteria .group .take")
    assert page.inner_text(".count") == "4 profiles out of 5"
    page.click(".criteria > p .joined")
    page.click(".criteria > .applied a >> nth=0")
    assert page.inner_text(".count") == "5 profiles out of 5"


def test_the_keyboard_is_enough(opening: Opening) -> None:
    page = opening()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("a.open").first
    assert first.evaluate("link => link === document.activeElement")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.locator("#search").evaluate("field => field === document.activeElement")


def test_colours_and_times_are_as_chosen(opening: Opening) -> None:
    page = opening()
    page.reload()
    assert "Europe/Paris" in (page.locator("time").first.get_attribute("title") or "")
    page.click("text=Appearance")
    page.check("input[value=dark]")
    page.fill("#zone", "Asia/Tokyo")
    page.click("text=Save")
    assert page.get_attribute("html", "data-theme") == "dark"
    assert "Asia/Tokyo" in (page.locator("time").first.get_attribute("title") or "")


def test_a_page_is_light(opening: Opening, scene: Scene) -> None:
    page = opening()
    page.goto(scene.contacts)
    assert 0 < weight(page) <= HEAVIEST


def _why(one: dict[str, Any]) -> str:
    scope = next(iter(one["subscriptions"]))
    return f"identifier={one['identifier_ids'][0]}&channel=email&scope={scope}&purpose=marketing"


def _is_fault(said: ConsoleMessage) -> bool:
    """Whether a page complains; that an answer was an error is what the error page is opened for."""
    return said.type == "error" and not said.text.startswith("Failed to load resource")
