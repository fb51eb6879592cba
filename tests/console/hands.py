"""Somebody at the console who fills in forms, in a browser without a screen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

import httpx

from tests.console.conftest import PASSWORD, Scene


@dataclass(frozen=True, slots=True)
class Hands:
    """Logged in at the scene's organization."""

    browser: httpx.Client
    scene: Scene

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.browser.get(self._address(path), params=query or None)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """The page that a form led to."""
        assert answer.status_code == 303, answer.text
        return self.browser.get(answer.headers["location"])

    def send(self, page: httpx.Response, path: str, **typed: str) -> httpx.Response:
        """Sends the form of the page that goes to the path, with what it holds already and what is typed."""
        form = page.text.partition(f'action="{self._address(path)}"')[2].partition("</form>")[0]
        assert form, f"no form of this page goes to {path}"
        return self.browser.post(self._address(path), data={**held(form), **typed})

    def _address(self, path: str) -> str:
        return path if path.startswith("/") else f"/console/{self.scene.organization}/{path}"


def held(form: str) -> Mapping[str, str]:
    """What a browser would send of a form as it is: hidden and text fields, what is chosen and ticked."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = _attribute(tag, "name"), _attribute(tag, "value")
        ticked = not re.search(r'type="(checkbox|radio)"', tag) or " checked" in tag
        if name and ticked:
            found[name] = value or ""
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        found[name] = next((unescape(value) for value, chosen in values if chosen), values[0][0])
    return found


def _attribute(tag: str, name: str) -> str | None:
    match = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(match[1]) if match else None


def logged_in(browser: httpx.Client, scene: Scene, email: str) -> Hands:
    """After a login that must succeed."""
    answer = browser.post("/console/login", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303
    return Hands(browser, scene)
