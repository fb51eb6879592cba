"""The pages that `make bench-console` asks for: every list, filter and search there is in the console."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from benchmarks.crowd import email, phone

_ALL = ("contacts", "sms", "deleted", "duplicates", "candidates", "replies", "clock", "opt-outs", "rejections")


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, by the addresses that are asked for in turn."""

    name: str
    addresses: list[str]


def pages(browser: httpx.Client, organization: str, scope: str, contacts: int, middle: str) -> list[Asked]:
    """Each with its addresses; searches are sealed by the console itself, as a browser has them.

    `middle` asks for the page half-way down the list.
    """
    root = f"/console/{organization}"
    console = _Console(browser, root, random.Random(1), contacts)
    merchant = "/".join(scope.split("/")[:2])
    asked = [Asked(name, [f"{root}/{name}"]) for name in _ALL]
    asked += [
        Asked("contacts, half-way down", [f"{root}/contacts?after={middle}"]),
        *[Asked(f"contacts by {by}", [f"{root}/contacts?ranked={by}"]) for by in ("created", "earliest")],
        Asked("contacts at a merchant", [f"{root}/contacts?merchant={merchant}"]),
        Asked("contacts with fields", [f"{root}/contacts?fields=city&fields=orders"]),
        *[Asked(f"contacts of type {one}", [f"{root}/contacts?type={one}"]) for one in ("subscriber", "purchaser")],
        *[Asked(name, [f"{root}/contacts?status={status}"]) for name, status in _STATUSES.items()],
        Asked("search by part of an e-mail", console.searches(lambda n: email(n)[7:17])),
        Asked("search by part of a phone", console.searches(lambda n: phone(n)[4:])),
        Asked("search by a name", console.searches(lambda n: "sandoval")),
        Asked("search by what everybody has", console.searches(lambda n: "example.com")),
        Asked("search by what nobody has", console.searches(lambda n: f"zq{n}")),
    ]
    asked += [Asked(f"criteria: {name}", [console.by(one)]) for name, one in _criteria(scope).items()]
    asked += [
        *[Asked(f"sms, {tab}", [f"{root}/sms?tab={tab}"]) for tab in ("opted-out", "other")],
        Asked("deleted, searched", console.searches(lambda n: email(n)[7:17], "deleted")),
        Asked("opt-outs by link", [f"{root}/opt-outs?method=link"]),
        Asked("opt-outs of a list", [f"{root}/opt-outs?scope={scope}"]),
        Asked("overdue opt-outs", [f"{root}/clock?show=overdue"]),
    ]
    return asked


_STATUSES: Mapping[str, str] = {
    "contacts with e-mail": "email",
    "contacts active": "email.active",
    "contacts unsubscribed": "email.unsubscribed",
    "contacts bounced": "email.bounced",
    "contacts with spam reports": "email.complained",
    "contacts blacklisted": "email.blacklisted",
    "contacts with phone": "phone",
    "contacts banned": "banned",
}


def _criteria(scope: str) -> Mapping[str, Any]:
    listed = {"source": "subscription", "channel": "email", "state": "subscribed", "place": scope}
    city = {"source": "profile", "field": "city", "test": "is", "value": "Ulm"}
    return {
        "a city": {"all": [city]},
        "a rare city": {"all": [{**city, "value": "Vaduz"}]},
        "a city that nobody lives in": {"all": [{**city, "value": "Nowhere"}]},
        "subscribed to a list": {"all": [listed]},
        "subscribed to a list lately": {"all": [{**listed, "within_days": 20}]},
        "created in a week": {"all": [{"source": "date", "date": "created", "within_days": 8}]},
        "has a phone": {"all": [{"source": "identifiers", "kind": "phone", "has": "at_least", "number": 1}]},
        "bounced": {"all": [{"source": "deliverability", "channel": "email", "status": "bounced"}]},
        "banned": {"all": [{"source": "hold", "hold": "banned"}]},
        "a city and a list": {"all": [city, listed]},
        "a rare city or banned": {"any": [{**city, "value": "Vaduz"}, {"source": "hold", "hold": "banned"}]},
        "not a city, and a list": {"all": [{"not": city}, listed]},
        "more orders than a number": {"all": [{**city, "field": "orders", "test": "above", "value": "35"}]},
    }


@dataclass(frozen=True, slots=True)
class _Console:
    """Makes addresses as a browser comes by them."""

    browser: httpx.Client
    root: str
    choice: random.Random
    contacts: int

    def searches(self, text: Callable[[int], str], path: str = "contacts") -> list[str]:
        """Where searches for parts of people lead, a dozen people."""
        page = self.browser.get(f"{self.root}/contacts").text
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        return [self._search(path, csrf, text(self.choice.randrange(self.contacts))) for _ in range(12)]

    def _search(self, path: str, csrf: str, text: str) -> str:
        field = "text" if path == "contacts" else "q"
        answer = self.browser.post(f"{self.root}/{path}/search", data={"csrf": csrf, field: text})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def by(self, criteria: Any) -> str:
        return f"{self.root}/contacts?criteria={quote(orjson.dumps(criteria).decode())}"
