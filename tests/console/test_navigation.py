"""The places of the navigation: in one line where there is room, folded away where there is not."""

from tests.console.looking import PICTURES
from tests.console.test_browser import Opening, chromium, opening

__all__ = ["chromium", "opening"]

WIDTHS = {1440: True, 1360: True, 1280: True, 1024: False, 390: False}
"""Width of the window → whether the places stand open in it."""


def test_the_places_stand_in_one_line_or_are_folded(opening: Opening) -> None:
    page = opening()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, unfolded in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 800})
        page.locator(f".places > details{'[open]' if unfolded else ':not([open])'}").wait_for(state="attached")
        page.screenshot(path=PICTURES / f"navigation-{width}.png")
        places = page.locator(".places li")
        assert places.count() == 14
        assert places.last.is_visible() is unfolded, width
        tops = places.evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
        assert not unfolded or len({*tops}) == 1, width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
