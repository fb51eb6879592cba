"""Looking a page over: light, dark and narrow, and what axe finds wrong with it."""

import os
from base64 import b64decode
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

import pytest
from playwright.sync_api import Page, ViewportSize

ROOT: Final = Path(__file__).parents[2]
AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES: Final = ROOT / "build" / "screenshots"
NARROW: Final[ViewportSize] = {"width": 390, "height": 800}
WIDE: Final[ViewportSize] = {"width": 1360, "height": 900}
LOOKS: Final[dict[str, tuple[Literal["light", "dark"], ViewportSize]]] = {
    "light": ("light", WIDE),
    "dark": ("dark", WIDE),
    "narrow": ("light", NARROW),
}
_COLOURS: Final = ["color-contrast", "link-in-text-block"]
"""The rules of axe that look at colours: all that dark can break beyond light, and nothing that narrow can."""
_RULES: Final[dict[str, dict[str, Any]]] = {
    "light": {},
    "dark": {"runOnly": {"type": "rule", "values": _COLOURS}},
    "narrow": {"rules": {rule: {"enabled": False} for rule in _COLOURS}},
}
"""What axe is asked about each look."""
_LOOKS_SO: Final = (
    "([scheme, width]) => innerWidth === width && matchMedia(`(prefers-color-scheme: ${scheme})`).matches"
)


def missing(what: str) -> NoReturn:
    """Without a browser the console is left unseen; where CONSOLE_BROWSER is `required` that is a failure."""
    (pytest.fail if os.environ.get("CONSOLE_BROWSER") == "required" else pytest.skip)(what)


def looked_over(page: Page, name: str) -> None:
    """Finds no fault with the page that is open, as `wrong_with` does."""
    assert wrong_with(page, name) == []


def wrong_with(page: Page, name: str) -> list[tuple[str, str, str]]:
    """What is wrong with the open page in each look: look, rule of axe (or `sideways`) and first place. A picture
    is kept of each, unless CONSOLE_PICTURES is `none`. The page must have been opened with `bypass_csp`; it ends
    light and as large as before.
    """
    before = page.viewport_size
    found: list[tuple[str, str, str]] = []
    for look, (scheme, size) in LOOKS.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        page.wait_for_function(_LOOKS_SO, arg=[scheme, size["width"]])
        if os.environ.get("CONSOLE_PICTURES") != "none":
            _kept(page, PICTURES / f"{name}-{look}.png")
        found += [(look, *one) for one in faults(page, _RULES[look])]
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            found.append((look, "sideways", ""))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before or WIDE)
    return found


def _kept(page: Page, picture: Path) -> None:
    """Keeps a picture of the whole page, packed less than the driver's own would be: that costs a third less."""
    asked = {"captureBeyondViewport": True, "optimizeForSpeed": True}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(b64decode(taken["data"]))


def faults(page: Page, rules: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """What axe finds wrong with the page by these rules (absent: all of them), each with the first place."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    asked = {"resultTypes": ["violations"], "elementRef": False, **(rules or {})}
    first = "async asked => (await axe.run(asked)).violations.map(one => [one.id, one.nodes[0].html])"
    return [(rule, place) for rule, place in page.evaluate(first, asked)]


def weight(page: Page) -> int:
    """Bytes of the open page and of all it has loaded, unpacked, as the browser counted them: the body of an answer
    cannot be had of it any more once its page was left.
    """
    loaded = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    return int(page.evaluate(f"{loaded}.reduce((sum, one) => sum + one.decodedBodySize, 0)"))
