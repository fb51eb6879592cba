"""Settings, policies and rejections in a real browser: no fault that axe finds, no need of scripts, pictures."""

import json
import re
from itertools import count

import pytest
from playwright.sync_api import Page

from ledger.acts import Rejection
from tests.api.messages import EMAIL, event, signup
from tests.console.conftest import Scene
from tests.console.test_browser import AXE, NARROW, PICTURES, WIDE, Opening, chromium, opening

__all__ = ["chromium", "opening"]
_OFFSETS = count(17)
LOOKS = ["light", "dark", "narrow"]


def looked_over(page: Page, name: str, look: str) -> None:
    """Takes its picture, and finds no fault with the page that is open."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"


def window(opening: Opening, look: str) -> Page:
    return opening(
        color_scheme="dark" if look == "dark" else "light",
        viewport=NARROW if look == "narrow" else WIDE,
        bypass_csp=True,
    )


def rejected(scene: Scene, message: dict[str, object]) -> None:
    why = Rejection(
        "unknown_type",
        "type: no such message type; see the contract",
        scene.server.ledger.now(),
        json.dumps(message).encode(),
        organization=scene.organization,
        source="shop/web",
        origin=f"kafka:inbound/0/{next(_OFFSETS)}",
    )
    with scene.server.ledger.writing.writing() as writing:
        writing.reject([why])


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_of_settings_has_a_fault_that_axe_finds(look: str, opening: Opening, scene: Scene) -> None:
    page = window(opening, look)
    home = f"/console/{scene.organization}/settings"
    page.goto(f"{home}/scopes")
    page.fill("#create-merchant", "shop")
    page.fill("#create-display_name", "The shop")
    page.click("button:has-text('Add')")
    page.wait_for_url("**/scopes?done=true")
    for part in ("", "/scopes", "/fields", "/keywords", "/identity", "/calendar", "/people", "/keys"):
        page.goto(home + part)
        looked_over(page, f"settings{part.replace('/', '-')}", look)
    page.goto(f"{home}/scopes/{scene.organization}~shop")
    looked_over(page, "settings-scope", look)
    page.goto(f"{home}/fields")
    page.fill("#define-field", "Shoe Size")
    page.click("button:has-text('Define')")
    looked_over(page, "settings-fields-refused", look)
    page.goto(f"{home}/keys")
    page.click(".limits summary")
    page.check("[name='may.sendable']")
    looked_over(page, "settings-key-limited", look)
    page.click("button:has-text('Issue')")
    assert re.search(r"clk_\w+", page.inner_text(".secret"))
    looked_over(page, "settings-key-issued", look)


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_of_policies_has_a_fault_that_axe_finds(look: str, opening: Opening, scene: Scene) -> None:
    soft = {"identifier": {"kind": "email", "value": "ann1@example.com"}, "channel": "email"}
    scene.record(event("delivery.receipt.v1", scene.organization, **soft, outcome="soft_bounce"))
    page = window(opening, look)
    home = f"/console/{scene.organization}/policies"
    page.goto(f"{home}?right=us/2027")
    looked_over(page, "policies", look)
    page.goto(f"{home}/us/2027")
    looked_over(page, "policy", look)
    page.goto(f"{home}/new")
    looked_over(page, "policy-new", look)
    page.fill("#write-policy", "strict")
    page.fill("#write-version", "1")
    page.fill("#write-bounce_threshold", "often")
    page.click("text=Who would change?")
    looked_over(page, "policy-refused", look)
    page.fill("#write-bounce_threshold", "1")
    page.click("text=Who would change?")
    page.wait_for_selector("#h-adopt", timeout=120_000)
    looked_over(page, "policy-forecast", look)
    page.fill("#adopt-reason", "a bounce is a bounce")
    page.click("button:has-text('Adopt')")
    page.wait_for_url("**/policies?done=true")
    assert "strict/1" in page.inner_text("#h-adopted + .scroll .decisive")


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_of_rejections_has_a_fault_that_axe_finds(look: str, opening: Opening, scene: Scene) -> None:
    for _ in range(3):
        rejected(scene, event("contact.wave.v1", scene.organization, identifier=EMAIL))
    page = window(opening, look)
    page.goto(f"/console/{scene.organization}/rejections")
    looked_over(page, "rejections", look)
    page.click("a.open >> nth=0")
    looked_over(page, "rejection-closed", look)
    page.fill("#open-reason", "case 9")
    page.click("text=Open the message")
    looked_over(page, "rejection", look)
    page.fill("textarea", json.dumps(signup(scene.organization), indent=2))
    page.click("button:has-text('Check')")
    looked_over(page, "rejection-checked", look)
    page.click("button:has-text('Take it in')")
    assert "Replayed" in page.inner_text(".count")
    page.goto(f"/console/{scene.organization}/rejections")
    page.check("tbody input >> nth=0")
    page.click("text=Replay those ticked")
    looked_over(page, "rejections-replayed", look)


def test_settings_policies_and_rejections_work_without_scripts(opening: Opening, scene: Scene) -> None:
    rejected(scene, event("contact.wave.v1", scene.organization, identifier=EMAIL))
    page = opening(java_script_enabled=False)
    page.goto(f"/console/{scene.organization}/settings")
    page.click("text=Profile fields")
    page.fill("#define-field", "shoe_size")
    page.fill("#define-display_name", "Shoe size")
    page.click("button:has-text('Define')")
    assert "Recorded." in page.inner_text("main")
    page.goto(f"/console/{scene.organization}/policies")
    page.click("text=Who would change? >> nth=0")
    page.wait_for_selector("h1")
    while page.locator("text=Look again").count():
        page.click("text=Look again")
    assert "Nobody" in page.inner_text("main") or page.locator("#h-why").count()
    page.goto(f"/console/{scene.organization}/rejections")
    page.click("a.open")
    page.fill("#open-reason", "case 9")
    page.click("text=Open the message")
    assert EMAIL["value"] in page.input_value("textarea")
