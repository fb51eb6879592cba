"""Every page that the navigation leads to, with something on it: light, dark and narrow."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from entrypoints.acting import Hand
from entrypoints.batches import asking, seeing
from entrypoints.console import assets
from ledger.acts.act import Rejection
from ledger.batching import Wanted
from projections.contact_query import Filter
from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.api.serving import wait_until
from tests.console.conftest import Scene
from tests.console.looking import NARROW, PICTURES, WIDE, missing, weight, wrong_with
from tests.console.test_browser import HEAVIEST, Opening, chromium, opening

__all__ = ["chromium", "opening"]


@pytest.fixture
def full(scene: Scene) -> Scene:
    """A scene in which no page is empty."""
    organization = scene.organization
    sender = f"{organization}/shop/48100"
    texts = [{"channel": "sms", "scope": sender, "purposes": ["marketing"]}]
    phones = [{"kind": "phone", "value": f"+1415555010{number}"} for number in range(4)]
    mail = {"kind": "email", "value": "pair@example.com"}
    pair = signup(organization, mail)
    pair["data"] = {**pair["data"], "identifiers": [mail, phones[1]], "method": "import"}
    scene.record(
        *recent(organization),
        *(
            event("contact.signup.v1", organization, identifiers=[one], subscriptions=texts, method="keyword")
            for one in phones
        ),
        signup(organization, PHONE, "sms"),
        signup(organization, {"kind": "email", "value": "ann+news@example.com"}),
        signup(organization, EMAIL),
        signup(organization, mail),
        pair,
        event("sms.inbound.v1", organization, **{"from": phones[0]["value"]}, to=sender, text="STOP"),
        event("sms.inbound.v1", organization, **{"from": phones[2]["value"]}, to=sender, text="what is offer 9?"),
        event("contact.delete.v1", organization, identifier=phones[3], actor="agent-7", reason="asked to"),
    )
    why = Rejection(
        "bad_json", "message: not JSON", scene.server.ledger.now(), b"{ mine", organization=organization
    )
    with scene.server.ledger.writing.writing() as writing:
        writing.reject([why])
    _asked_of_many(scene)
    return scene


def _asked_of_many(scene: Scene) -> None:
    """A bulk action that waits to be approved."""
    ledger, organization = scene.server.ledger, scene.organization
    wanted = Wanted("unsubscribe", "email", f"{organization}/shop")
    hand = Hand(ledger, organization, "test", "person/ann")
    batch = asking.ask(hand, wanted, Filter(), "the shop was sold", which=["Everybody"])
    wait_until(lambda: seeing.get(ledger, organization, batch).state == "waiting")


def recent(organization: str) -> list[dict[str, Any]]:
    """Opt-ins and opt-outs of the last weeks, so that trends have a shape; few, since axe looks at each row."""
    now = datetime.now(UTC)
    made = []
    for days in range(0, 20, 4):
        at = (now - timedelta(days=days, hours=1)).isoformat()
        for number in range(1 + (days * 7) % 5):
            who = {"kind": "email", "value": f"day{days}-{number}@example.com"}
            method = ("form", "checkout", "call")[number % 3]
            made.append(signup(organization, who, method=method) | {"time": at})
            if number % 3 == 0:
                made.append(opt_out(organization, who, method=("link", "one_click")[days // 4 % 2]) | {"time": at})
    return made


@pytest.mark.timeout(600)
def test_no_page_has_a_fault(opening: Opening, full: Scene) -> None:
    page = opening(bypass_csp=True)
    titles: list[str] = []
    wrong: dict[str, list[Any]] = {}
    for address in places(page):
        name = address.rpartition("/")[2]
        answer = page.goto(address)
        assert answer is not None
        if not answer.ok:
            wrong[name] = [answer.status]
            continue
        found = [*_misshapen(page), *wrong_with(page, f"walk-{name}")]
        if found:
            wrong[name] = found
        titles.append(page.title())
    assert wrong == {}
    assert len(titles) > 10
    assert len(set(titles)) == len(titles)


def _misshapen(page: Page) -> list[str]:
    """What axe does not look for: one title, one place, something on it."""
    counts = {"h1": 1, ".places [aria-current]": 1, ".empty": 0}
    return [selector for selector, count in counts.items() if page.locator(selector).count() != count]


def places(page: Page) -> list[str]:
    """Where the navigation leads to."""
    found = page.locator(".places a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [str(one) for one in found]


def test_every_page_is_light_and_has_its_twins(opening: Opening, full: Scene) -> None:
    page = opening()
    for address in places(page):
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        assert 0 < weight(page) <= HEAVIEST, address
        assert page.request.get(f"{address}.json").json() is not None, address
        assert page.request.get(f"{address}.csv").text().count("\n") > 0, address


def test_the_navigation_folds_where_there_is_little_room(opening: Opening) -> None:
    page = opening(viewport=NARROW)
    there = page.locator(".places a", has_text="Compliance clock")
    there.wait_for(state="hidden")
    page.locator(".places summary").click()
    there.click()
    page.wait_for_url("**/clock")
    page.set_viewport_size(WIDE)
    page.locator(".places a", has_text="Opt-outs").wait_for(state="visible")


def test_who_tabs_comes_to_the_content_first(opening: Opening) -> None:
    page = opening()
    page.goto(page.url)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_rows_without_a_link_are_walked_through_too(opening: Opening, full: Scene) -> None:
    page = opening()
    page.goto(f"/console/{full.organization}/clock")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement === document.querySelector('table.rows').tBodies[0].rows[1]")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement === document.querySelector('table.rows').tBodies[0].rows[0]")


def test_evidence_on_paper_says_who_looked_and_what_was_asked(opening: Opening, full: Scene) -> None:
    page = opening(color_scheme="dark")
    page.goto(f"/console/{full.organization}/opt-outs")
    page.fill("#f-q", "ann4@example.com")
    page.click("form.asking button.main")
    page.emulate_media(media="print")
    page.screenshot(path=PICTURES / "paper-opt-outs.png", full_page=True)
    page.pdf(path=PICTURES / "paper-opt-outs.pdf", format="A4", landscape=True)
    head = page.locator(".printed")
    assert head.is_visible()
    said = head.inner_text()
    assert full.organization in said
    assert "Ann Example" in said
    assert "ann4@example.com" in said
    evidence = page.locator("table.rows .onpaper").all_inner_texts()
    assert any("Event" in one for one in evidence)
    assert not page.locator(".top").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_the_chart_is_drawn_from_the_table_and_not_missed_without_scripts(opening: Opening, full: Scene) -> None:
    if not assets.there("uplot.js"):
        missing("uPlot is not there; run `make assets` (needs npm)")
    page = opening()
    page.goto(f"/console/{full.organization}/trends")
    page.locator(".chart canvas").wait_for(state="visible")
    page.goto(f"/console/{full.organization}/trends?method=link")
    numbers = page.locator("#days td:nth-child(3)").evaluate_all("cells => cells.map(one => +one.dataset.number)")
    listed = page.request.get(f"/console/{full.organization}/trends.json?method=link").json()
    assert sum(numbers) == listed["opt_outs"] > 0
    assert listed["opt_ins"] == 0
    plain = opening(java_script_enabled=False)
    plain.goto(f"/console/{full.organization}/trends")
    assert plain.locator(".chart").is_hidden()
    assert plain.locator("#days tbody tr").count() == 30


def test_operations_keep_themselves_fresh_without_taking_the_focus(opening: Opening, full: Scene) -> None:
    page = opening()
    page.goto(f"/console/{full.organization}/operations")
    shown = page.locator("dl.figures dd").nth(2)
    before = shown.inner_text()
    region = page.locator("[aria-labelledby=h-projections] .scroll")
    region.focus()
    full.caller.record(signup(full.organization, {"kind": "email", "value": "new@example.com"}))
    page.wait_for_function(
        "before => document.querySelectorAll('dl.figures dd')[2].textContent !== before", arg=before, timeout=20_000
    )
    assert "0" not in page.locator("[aria-labelledby=h-projections] .badge").all_inner_texts()
    assert region.evaluate("one => one === document.activeElement")
    page.click("text=Hold still")
    page.wait_for_url("**live=false")
    assert page.locator("[hx-get]").count() == 0
    assert page.locator("text=Keep fresh").is_visible()


def test_a_page_kept_fresh_asks_who_it_is_once_nobody_is_logged_in(opening: Opening, scene: Scene) -> None:
    page = opening()
    page.goto(f"/console/{scene.organization}/operations")
    page.context.clear_cookies(name="ledger_session")
    page.wait_for_url("**/console/login?back=*operations", timeout=20_000)


def test_what_is_not_there_is_said_on_a_page(opening: Opening, scene: Scene) -> None:
    page = opening()
    for address, places_shown in (("/console/no/such/page", 0), (f"{scene.contacts}/{uuid4()}", 1)):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
        assert page.inner_text("h1") == "There is nothing here"
        assert page.locator(".places").count() == places_shown
        page.click("text=Back to the contacts")
        page.wait_for_url("**/contacts")
