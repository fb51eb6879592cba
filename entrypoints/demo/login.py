"""Who may look at the demo in the console: one person, an administrator everywhere."""

import secrets
from typing import Final

from entrypoints import people
from entrypoints.acting import Hand
from entrypoints.demo.keeping import Kept
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.wiring import Service

EMAIL: Final = "demo@example.com"


def let_in(ledger: Service, kept: Kept) -> None:
    """Adds the person to every organization; where `kept` has no password yet, sets a new one and notes it."""
    for organization in ORGANIZATIONS:
        seen = people.add(Hand(ledger, organization.code), EMAIL, "Demo", "admin")
    if not kept.password:
        password = secrets.token_urlsafe(12)
        people.set_password(ledger, people.password_link(ledger, seen.id).rpartition("/")[2], password)
        kept.password = password
