"""Forms and SMS contacts in a real browser: refused and mended, without scripts, without a fault that axe finds."""

import pytest

from tests.api.messages import event, signup
from tests.console.conftest import Scene
from tests.console.looking import NARROW, looked_over
from tests.console.test_browser import Opening, chromium, opening

__all__ = ["chromium", "opening"]


def phone(number: int) -> dict[str, str]:
    return {"kind": "phone", "value": f"+1415555{number:04d}"}


@pytest.fixture
def sender(scene: Scene) -> str:
    """A sender with contacts of two lists, opted-out ones, one that declined, and texts nobody understood."""
    organization = scene.organization
    sender = f"{organization}/shop/48099"

    def joined(number: int, *lists: str, **more: bool) -> dict[str, object]:
        said = [{"channel": "sms", "scope": f"{sender}/{one}", "purposes": ["marketing"], **more} for one in lists]
        mail = [{"kind": "email", "value": f"phone{number}@example.com"}] if number % 2 else []
        held = [phone(number), *mail]
        return event("contact.signup.v1", organization, identifiers=held, subscriptions=said, method="form")

    def said(number: int, text: str) -> dict[str, object]:
        return event("sms.inbound.v1", organization, **{"from": phone(number)["value"]}, to=sender, text=text)

    ban = {"action": "ban", "actor": "agent", "reason": "abuse"}
    alike = [{"kind": "email", "value": f"ann0+{one}@example.com"} for one in range(2)]
    pair = signup(organization, phone(77), "sms")
    both = signup(organization, {"kind": "email", "value": "pair@example.com"})
    both["data"] |= {"identifiers": [{"kind": "email", "value": "pair@example.com"}, phone(77)], "method": "import"}
    scene.record(
        joined(0, "news", "vip"),
        *[joined(number, "news") for number in range(1, 9)],
        joined(9, "vip", double_opt_in=True),
        said(9, "who is this?"),
        said(1, "what is offer 9?"),
        said(2, "no more of this rubbish"),
        said(3, "STOP"),
        event("contact.hold.v1", organization, identifier=phone(4), scope=sender, **ban),
        *[signup(organization, one, profile={"first_name": "Ann", "last_name": "Twin"}) for one in alike],
        signup(organization, {"kind": "email", "value": "pair@example.com"}),
        pair,
        both,
        event(
            "contact.delete.v1",
            organization,
            identifier={"kind": "email", "value": "ann3@example.com"},
            actor="agent",
            reason="asked to",
        ),
    )
    return sender


def test_every_page_is_without_a_fault_that_axe_finds(opening: Opening, scene: Scene, sender: str) -> None:
    """Pages that the navigation leads to are `test_walk`'s."""
    page = opening(viewport=NARROW, bypass_csp=True)
    home = f"/console/{scene.organization}"
    page.goto(f"{home}/sms")
    number = page.locator("a.open").first.get_attribute("href") or ""
    [pair] = page.request.get(f"{home}/candidates.json").json()["candidates"]
    page.goto(f"{home}/duplicates")
    holders = page.locator("a.open").first.get_attribute("href") or ""
    places = {
        "sms-opted-out": f"{home}/sms?tab=opted-out&sort=phone&way=asc",
        "sms-other": f"{home}/sms?tab=other",
        "sms-number": number,
        "sms-add": f"{home}/sms/add",
        "duplicates-holders": holders,
        "duplicates-removal": f"{home}/duplicates/removal",
        "candidates": f"{home}/candidates",
        "candidates-preview": f"{home}/candidates/preview?left={pair['low_id']}&right={pair['high_id']}",
    }
    for name, address in places.items():
        page.goto(address)
        looked_over(page, name)
    page.goto(f"{home}/sms/add?sender={sender}")
    page.fill("#f-number", "12")
    page.click("text=Continue")
    looked_over(page, "sms-add-refused")
    page.fill("#f-number", "+1 415 555 0111")
    page.click("text=Continue")
    page.wait_for_selector("#f-attested")
    looked_over(page, "sms-add-profile")
    page.click("text=Save >> nth=-1")
    page.wait_for_selector("#f-attested-wrong")
    looked_over(page, "sms-add-not-attested")
    page.check("#f-attested")
    page.click("text=Save >> nth=-1")
    page.wait_for_selector("text=Subscribed to")
    looked_over(page, "sms-add-done")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_row_is_refused_in_place_mended_and_done(
    scripts: bool, opening: Opening, scene: Scene, sender: str
) -> None:
    page = opening(java_script_enabled=scripts)
    page.goto(f"/console/{scene.organization}/sms?sort=phone&way=asc&columns=phone&columns=list")
    row = page.locator("tbody tr", has_text=phone(5)["value"])
    row.locator("summary").click()
    row.locator("input[name=reason]").fill("   ")
    row.get_by_role("button", name="Unsubscribe").click()
    page.wait_for_selector("[role=alert]")
    row = page.locator("tbody tr", has_text=phone(5)["value"])
    assert row.locator("details").get_attribute("open") is not None
    bad = row.locator("input[name=reason]")
    assert bad.input_value() == "   "
    assert bad.get_attribute("aria-invalid") == "true"
    assert "Say why" in row.locator(f"[id='{bad.get_attribute('aria-describedby')}']").inner_text()
    if scripts:
        assert bad.evaluate("field => field === document.activeElement")
    bad.fill("asked by phone")
    row.get_by_role("button", name="Unsubscribe").click()
    page.wait_for_selector("[role=status]")
    assert "Unsubscribed from this sender code" in page.inner_text("main")
    assert "columns=list" in page.url
    scene.record()
    page.reload()
    assert phone(5)["value"] not in page.inner_text("main")
    if scripts:
        page.go_back()
        assert page.locator("[role=alert]").count() == 0
    page.get_by_role("link", name="Opted-Out").click()
    assert phone(5)["value"] in page.inner_text("main")


def test_columns_orders_and_filters_are_chosen_without_scripts(opening: Opening, scene: Scene, sender: str) -> None:
    page = opening(java_script_enabled=False)
    page.goto(f"/console/{scene.organization}/sms")
    page.get_by_role("link", name="Phone", exact=True).click()
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Phone")
    first = page.locator("a.open").first.inner_text()
    page.get_by_role("link", name="Phone", exact=True).click()
    assert page.locator("a.open").last.inner_text() == first
    page.select_option("#f-list", label="vip")
    page.click("text=Apply")
    page.wait_for_load_state()
    assert page.locator("a.open").count() == 1
    page.fill("#f-q", "9999")
    page.click("text=Apply")
    assert "No phone here." in page.inner_text("main")
    assert "9999" not in page.url
    page.get_by_role("link", name="Clear all").first.click()
    page.locator("summary", has_text="Columns").click()
    page.uncheck("input[name=columns][value=emails]")
    page.click("text=Show these")
    page.wait_for_load_state()
    assert page.locator("thead th").all_inner_texts()[0].startswith("Phone")
    assert "Email" not in page.inner_text("thead")
