"""Registering organizations and issuing their API keys, as acts like any other."""

from datetime import datetime
from uuid import UUID, uuid4

import orjson

from entrypoints.access import Role, new_key
from entrypoints.wiring import Service
from ledger.acts import Act, KeyIssue, Registration
from ledger.errors import LedgerError, MessageRefused, UnknownOrganization
from ledger.events.scope import readable_prefix
from ledger.events.settings import OrganizationRegistered

SOURCE = "contact-ledger/command-line"


def register(ledger: Service, organization: str, display_name: str) -> bool:
    """Registers an organization; False where it is registered already. Raises MessageRefused for a bad code."""
    if readable_prefix(organization, organization) != (organization, True) or "/" in organization:
        raise MessageRefused("organization", "organization: a code of a-z, 0-9, dots and hyphens")
    return _record(ledger, organization, f"register/{organization}", Registration(display_name))


def issue_key(ledger: Service, organization: str, role: Role, expires_at: datetime | None = None) -> str:
    """Issues an API key and returns it: the only time it is seen. Raises MessageRefused where unregistered."""
    if name(ledger, organization) is None:
        raise UnknownOrganization(f"{organization}: not registered; run `contact-ledger organizations add` first")
    key, issue = new_key(role, expires_at)
    _record(ledger, organization, f"key/{issue.key_id}", issue)
    return key


def name(ledger: Service, organization: str) -> str | None:
    """The organization's display name; None where it is not registered."""
    stream = ledger.ids.organization(organization)
    for event in ledger.reading.read([stream])[stream]:
        if isinstance(event.body, OrganizationRegistered):
            return event.body.display_name
    return None
