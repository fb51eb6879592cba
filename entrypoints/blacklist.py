"""The platform's e-mail blacklist: an address on it is blacklisted for every organization (Y19)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from consumers.translators.translation import given_value
from entrypoints.acting import Hand
from entrypoints.masking import masked
from entrypoints.wiring import Service
from ledger.acts.identifier import PlatformListing
from projections import platform_listings

PLATFORM: Final = "-"
"""Stands for the organization in the platform's own events; no organization can have this code."""


class ListingSeen(BaseModel):
    """A listed address. `platform_key` names it without saying it."""

    platform_key: UUID
    address: str | None = Field(description="null where no organization knows it")
    organizations: int = Field(description="how many know the address")
    since: datetime
    event_id: UUID
    actor: str | None


def listed(ledger: Service, *, limit: int, values: bool) -> list[ListingSeen]:
    """Addresses on the list, the latest first, from the tables."""
    with ledger.reading.connection() as connection:
        rows = platform_listings.listed(connection, limit=limit)
    return [
        ListingSeen(
            platform_key=row.platform_key,
            address=row.value if values else masked("email", row.value),
            organizations=row.organizations,
            since=row.since,
            event_id=row.event_id,
            actor=row.actor,
        )
        for row in rows
    ]


def change(ledger: Service, address: str, *, listing: bool, reason: str | None) -> UUID:
    """Puts an address on the list or takes it off; returns its platform key. Raises MessageRefused."""
    given = given_value("email", address, "address")
    Hand(ledger, PLATFORM).record(PlatformListing(given, listed=listing, reason=reason))
    return ledger.ids.platform(given.kind, given.value)
