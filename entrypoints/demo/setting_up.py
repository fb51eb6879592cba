"""What the demo's organizations have set up before their first day: places with names, fields, words, a policy.

All of it are acts such as people do by hand, so that every page of the console has something to show.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from entrypoints import fields, keywords, policies, scopes
from entrypoints.acting import Hand
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.wiring import Service

PLACES: Final[Mapping[str, str]] = {
    "acme/shop": "Acme Shop",
    "acme/outlet": "Acme Outlet",
    "acme/shop/48099": "Shop texts",
    "acme/outlet/48100": "Outlet texts",
    "acme/shop/-/news": "Shop news",
    "acme/shop/-/offers": "Weekly offers",
    "acme/outlet/-/news": "Outlet news",
    "birch/lodge": "Birch Lodge",
    "birch/lodge/61200": "Lodge texts",
    "birch/lodge/-/stays": "Stays and seasons",
    "birch/lodge/-/spa": "Spa days",
    "cobalt/review": "Cobalt Review",
    "cobalt/-/70700": "Breaking news",
    "cobalt/review/70701": "Review texts",
    "cobalt/-/-/daily": "Daily letter",
    "cobalt/-/-/weekend": "Weekend reading",
    "cobalt/review/-/letters": "Letters to the editor",
}
"""Scope → the name it is shown by: merchants, then their senders and lists."""
FIELDS: Final = (
    ("loyalty", "text", "Loyalty tier"),
    ("interests", "list", "Interests"),
    ("city", "text", "City"),
    ("language", "text", "Language"),
)
WORDS: Final[keywords.Words] = {"start": ("deals",), "stop": ("no more", "basta")}
KEYWORDS: Final = "2026-2+demo"
POLICIES: Final[Mapping[str, str]] = {"acme": "us", "birch": "phone-year"}
"""Organization → the policy it has adopted; the others go by the built-in one."""
_BEFORE: Final = timedelta(days=30)
"""For how long the policy has been in force."""


def set_up(ledger: Service) -> None:
    """Sets every organization up; again, it goes on from where it was ended. Raises MessageRefused."""
    for organization in ORGANIZATIONS:
        hand = Hand(ledger, organization.code)
        _name_places(hand)
        for sender in organization.senders:
            scopes.create(hand, f"{sender}/vip", "VIP club")
        for field, value_type, name in FIELDS:
            fields.define(hand, field, value_type, name)
        keywords.adopt(hand, KEYWORDS, WORDS, "our campaigns invite people to answer DEALS")
        _adopt(hand, POLICIES.get(organization.code))


def _name_places(hand: Hand) -> None:
    for scope, name in PLACES.items():
        if scope.startswith(f"{hand.organization}/"):
            scopes.create(hand, scope, name)


def _adopt(hand: Hand, name: str | None) -> None:
    adopted = policies.history(hand.ledger, hand.organization).adoptions
    if name is None or name in {one.name for one in adopted}:
        return
    now = hand.ledger.now()
    first, *later = policies.shipped(name, now)
    wanted = [replace(first, in_force_from=now - _BEFORE), *later]
    policies.adopt(
        hand.ledger, hand.organization, wanted, actor=hand.actor, source=hand.source, reason="advised by counsel"
    )
