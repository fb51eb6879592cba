"""Pages of an organization in a browser without a screen: read, read as JSON or CSV, and their forms sent."""

import csv
import io
from collections.abc import Callable
from typing import Any

import httpx


class Lists:
    """Pages of the test's organization in a browser where somebody is logged in."""

    def __init__(self, browser: httpx.Client, organization: str) -> None:
        self.browser = browser
        self.organization = organization
        self._home = f"/console/{organization}"

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.browser.get(f"{self._home}/{path}", params=query)

    def text(self, path: str, **query: str) -> str:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.text

    def json(self, path: str, **query: str) -> Any:
        return self.get(f"{path}.json", **query).json()

    def rows(self, path: str, **query: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(f"{path}.csv", **query))))

    def post(self, path: str, *, on: str = "", **fields: str) -> httpx.Response:
        """Sends a form that stands `on` a page."""
        token = self.text("contacts").partition('name="csrf" value="')[2].partition('"')[0]
        back = {"back": f"{self._home}/{on}"} if on else {}
        return self.browser.post(f"{self._home}/{path}", data={"csrf": token, **back, **fields})


Opening = Callable[..., Lists]
Record = Callable[..., None]
