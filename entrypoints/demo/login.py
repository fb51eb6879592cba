"""Who may look at the demo in the console: an administrator everywhere, and one colleague of each other role."""

import secrets
from collections.abc import Mapping
from typing import Final

from entrypoints import people
from entrypoints.acting import Hand
from entrypoints.demo.keeping import Kept
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.roles import Role
from entrypoints.wiring import Service

EMAIL: Final = "demo@example.com"
PEOPLE: Final[Mapping[str, tuple[str, Role]]] = {
    EMAIL: ("Demo", "admin"),
    "marketer@example.com": ("Mira Mercer", "marketer"),
    "analyst@example.com": ("Ana Lindqvist", "analyst"),
    "auditor@example.com": ("Otis Vance", "auditor"),
}
"""E-mail → name and role, in every organization. They share one password."""


def let_in(ledger: Service, kept: Kept) -> None:
    """Adds the people to every organization, with one password; where `kept` has none yet, a new one is noted."""
    for organization in ORGANIZATIONS:
        hand = Hand(ledger, organization.code)
        added = [people.add(hand, email, name, role).id for email, (name, role) in PEOPLE.items()]
    link_for = people.invitation if kept.password else people.password_link
    kept.password = kept.password or secrets.token_urlsafe(12)
    for person in added:
        if link := link_for(ledger, person):
            people.set_password(ledger, link.rpartition("/")[2], kept.password)
