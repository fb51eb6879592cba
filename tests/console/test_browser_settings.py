"""Settings, policies and rejections in a real browser: no fault that axe finds, no need of scripts."""

import json
import re
from itertools import count

from ledger.acts.act import Rejection
from tests.api.messages import EMAIL, event, signup
from tests.console.conftest import Scene
from tests.console.looking import NARROW, looked_over
from tests.console.test_browser import Opening, chromium, opening

__all__ = ["chromium", "opening"]
_OFFSETS = count(17)


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


def test_no_page_of_settings_has_a_fault_that_axe_finds(opening: Opening, scene: Scene) -> None:
    page = opening(viewport=NARROW, bypass_csp=True)
    home = f"/console/{scene.organization}/settings"
    page.goto(f"{home}/scopes")
    page.fill("#create-merchant", "shop")
    page.fill("#create-display_name", "The shop")
    page.click("button:has-text('Add')")
    page.wait_for_url("**/scopes?done=true")
    for part in ("", "/scopes", "/fields", "/keywords", "/identity", "/calendar", "/people", "/keys"):
        page.goto(home + part)
        looked_over(page, f"settings{part.replace('/', '-')}")
    page.goto(f"{home}/scopes/{scene.organization}~shop")
    looked_over(page, "settings-scope")
    page.goto(f"{home}/fields")
    page.fill("#define-field", "Shoe Size")
    page.click("button:has-text('Define')")
    looked_over(page, "settings-fields-refused")
    page.goto(f"{home}/keys")
    page.click(".limits summary")
    page.check("[name='may.sendable']")
    looked_over(page, "settings-key-limited")
    page.click("button:has-text('Issue')")
    assert re.search(r"clk_\w+", page.inner_text(".secret"))
    looked_over(page, "settings-key-issued")


def test_no_page_of_policies_has_a_fault_that_axe_finds(opening: Opening, scene: Scene) -> None:
    soft = {"identifier": {"kind": "email", "value": "ann1@example.com"}, "channel": "email"}
    scene.record(event("delivery.receipt.v1", scene.organization, **soft, outcome="soft_bounce"))
    page = opening(viewport=NARROW, bypass_csp=True)
    home = f"/console/{scene.organization}/policies"
    page.goto(f"{home}?right=us/2027")
    looked_over(page, "policies")
    page.goto(f"{home}/us/2027")
    looked_over(page, "policy")
    page.goto(f"{home}/new")
    looked_over(page, "policy-new")
    page.fill("#write-policy", "strict")
    page.fill("#write-version", "1")
    page.fill("#write-bounce_threshold", "often")
    page.click("text=Who would change?")
    looked_over(page, "policy-refused")
    page.fill("#write-bounce_threshold", "1")
    page.click("text=Who would change?")
    page.wait_for_selector("#h-adopt", timeout=120_000)
    looked_over(page, "policy-forecast")
    page.fill("#adopt-reason", "a bounce is a bounce")
    page.click("button:has-text('Adopt')")
    page.wait_for_url("**/policies?done=true")
    assert "strict/1" in page.inner_text("#h-adopted + .scroll .decisive")


def test_no_page_of_rejections_has_a_fault_that_axe_finds(opening: Opening, scene: Scene) -> None:
    for _ in range(3):
        rejected(scene, event("contact.wave.v1", scene.organization, identifier=EMAIL))
    page = opening(viewport=NARROW, bypass_csp=True)
    page.goto(f"/console/{scene.organization}/rejections")
    looked_over(page, "rejections")
    page.click("a.open >> nth=0")
    looked_over(page, "rejection-closed")
    page.fill("#open-reason", "case 9")
    page.click("text=Open the message")
    looked_over(page, "rejection")
    page.fill("textarea", json.dumps(signup(scene.organization), indent=2))
    page.click("button:has-text('Check')")
    looked_over(page, "rejection-checked")
    page.click("button:has-text('Take it in')")
    assert "Replayed" in page.inner_text(".count")
    page.goto(f"/console/{scene.organization}/rejections")
    page.check("tbody input >> nth=0")
    page.click("text=Replay those ticked")
    looked_over(page, "rejections-replayed")


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
    page.wait_for_load_state()
    page.wait_for_selector("h1")
    while page.locator("text=Look again").count():
        page.click("text=Look again")
        page.wait_for_load_state()
    assert "Nobody" in page.inner_text("main") or page.locator("#h-why").count()
    page.goto(f"/console/{scene.organization}/rejections")
    page.click("a.open")
    page.fill("#open-reason", "case 9")
    page.click("text=Open the message")
    assert EMAIL["value"] in page.input_value("textarea")
