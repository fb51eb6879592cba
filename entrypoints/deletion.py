"""Contacts deleted and restored by the people who run a ledger, one by one or many under one approval."""

from collections.abc import Generator
from dataclasses import replace
from uuid import UUID

from entrypoints.acting import Hand
from entrypoints.contacts import refuse_unaskable
from entrypoints.wiring import Service
from ledger.acts.contact import ContactChange
from ledger.deleting import Deleting
from ledger.errors import MessageRefused
from projections import contact_list
from projections.contact_query import Filter


def change(hand: Hand, action: str, contact: UUID, reason: str) -> bool:
    """Deletes (softly) or restores a person by any id; False where nothing is new. Raises MessageRefused."""
    if action == "delete":
        listing = deleting(hand.ledger).listing(hand.organization, [contact], gated=False)
        if any(one.refused == "deleted_already" for one in listing.people):
            return False
    return hand.record(ContactChange(action, contact, reason))


def deleting(ledger: Service) -> Deleting:
    """Lists from the log as the writer sees it, and records."""
    return Deleting(ledger.writing, ledger.recording, ledger.ids, ledger.now)


def fitting(ledger: Service, organization: str, asked: Filter) -> Generator[UUID, None, None]:
    """Everyone who fits a filter of the contact list at one moment. Raises MessageRefused by field."""
    refuse_unaskable(organization, asked)
    asked = replace(asked, at=asked.at or ledger.now())
    with ledger.reading.connection() as connection:
        try:
            yield from contact_list.every_id(connection, organization, asked)
        except ValueError as refused:
            raise MessageRefused("invalid-request", str(refused)) from None
