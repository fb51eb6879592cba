"""Every page in a real browser: without a fault that axe finds, with and without scripts, and pictures of it."""

from typing import Any

import pytest

from tests.console.browsers import AXE, HEAVIEST, NARROW, PICTURES, WIDE, Opening
from tests.console.conftest import Scene


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_no_page_has_a_fault_that_axe_finds(look: str, opening: Opening, scene: Scene) -> None:
    page = opening(
        color_scheme="dark" if look == "dark" else "light",
        viewport=NARROW if look == "narrow" else WIDE,
        bypass_csp=True,
    )
    one = scene.contact("ann4@example.com")
    PICTURES.mkdir(parents=True, exist_ok=True)
    places = {
        "contacts": scene.contacts,
        "nobody": f"{scene.contacts}?status=banned",
        "contact": f"{scene.contacts}/{one['id']}?{_why(one)}",
        "error": f"{scene.contacts}?after=x",
    }
    for name, address in places.items():
        page.goto(address)
        page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run()")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"


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
    loaded: list[int] = []
    page.on("response", lambda answer: loaded.append(len(answer.body())))
    page.goto(scene.contacts)
    page.wait_for_load_state("networkidle")
    assert 0 < sum(loaded) <= HEAVIEST


def _why(one: dict[str, Any]) -> str:
    scope = next(iter(one["subscriptions"]))
    return f"identifier={one['identifier_ids'][0]}&channel=email&scope={scope}&purpose=marketing"
