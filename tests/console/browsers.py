"""Browsers to look at the console with: Chromium, logged in, where a script's complaint fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from entrypoints.console import assets

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "build" / "screenshots"
NARROW = {"width": 390, "height": 800}
WIDE = {"width": 1360, "height": 900}
HEAVIEST = 150 * 1024

Opening = Callable[..., Page]


def missing(what: str) -> NoReturn:
    """Without a browser the console is left unseen; where CONSOLE_BROWSER is `required` that is a failure."""
    (pytest.fail if os.environ.get("CONSOLE_BROWSER") == "required" else pytest.skip)(what)


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium without a screen."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        missing("no browser to look with; on Debian: apt-get install chromium")
    if not AXE.exists() or not assets.there("uplot.js"):
        missing("axe-core or uPlot is not there; run `make assets` (needs npm)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opening_on(chromium: Browser, url: str, email: Callable[[], str], password: str) -> Iterator[Opening]:
    """Opens windows in which somebody is logged in, a new one each; the end fails where a page complained."""
    contexts, complaints = [], []

    def opened(**options: Any) -> Page:
        context = chromium.new_context(
            **{"viewport": WIDE, "timezone_id": "Europe/Paris", "base_url": url, **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_fault(said) else None)
        page.goto("/console/login")
        page.fill("#email", email())
        page.fill("#password", password)
        page.click("button.main")
        page.wait_for_url("**/contacts")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds wrong with the page, each with the first place; the page must be opened with `bypass_csp`."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run()")
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]


def _is_fault(said: ConsoleMessage) -> bool:
    """Whether a page complains; that an answer was an error is what the error page is opened for."""
    return said.type == "error" and not said.text.startswith("Failed to load resource")
