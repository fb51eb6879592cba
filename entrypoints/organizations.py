"""Registering organizations and issuing their API keys, as acts like any other."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from entrypoints.acting import Hand
from entrypoints.keys import keys, new_key
from entrypoints.roles import PERMISSIONS, Permission, Role
from entrypoints.wiring import Service
from ledger.acts.settings import Registration
from ledger.errors import MessageRefused, UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.events.settings import ApiKeyIssued, ApiKeyRevoked, OrganizationRegistered
from ledger.rules.scopes import SCOPE_EVENTS, scope_of

_SHOWN_ONCE: Final = (
    "Idempotency-Key: a key was issued under it before, and is shown only once; if you do not have it, revoke it "
    "and issue another under a new Idempotency-Key"
)
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


@dataclass(frozen=True, slots=True)
class Registered:
    """An organization, and the roles of its keys that can be used now."""

    organization: str
    name: str
    registered_at: datetime
    retired_at: datetime | None
    key_roles: tuple[str, ...]


def register(ledger: Service, organization: str, display_name: str) -> bool:
    """Registers an organization; False where it is registered already. Raises MessageRefused for a bad code."""
    if not _CODE.fullmatch(organization):
        raise MessageRefused("organization", "organization: 1 to 63 of a-z, 0-9, dots and hyphens, no hyphen first")
    hand = Hand(ledger, organization)
    return hand.record(Registration(display_name), message_id=f"register/{organization}")


def issue_key(
    ledger: Service,
    organization: str,
    role: Role,
    expires_at: datetime | None = None,
    hand: Hand | None = None,
    permissions: Collection[Permission] | None = None,
) -> str:
    """Issues an API key (by the `hand` of somebody else than the command line) and returns it: the only time it is
    seen. `permissions`: some of the role's, absent all of them. Raises UnknownOrganization, MessageRefused.
    """
    if permissions is not None and (not permissions or set(permissions) - PERMISSIONS[role]):
        raise MessageRefused("permissions", f"permissions: one or more of {', '.join(sorted(PERMISSIONS[role]))}")
    stream = ledger.ids.organization(organization)
    if not ledger.reading.read([stream])[stream]:
        raise UnknownOrganization(f"{organization}: not registered; run `contact-ledger organizations add` first")
    if expires_at is not None and expires_at <= ledger.now():
        raise MessageRefused("expires_at", "expires_at: is past already; give a moment to come, or none")
    key, issue = new_key(role, expires_at, permissions)
    if not (hand or Hand(ledger, organization)).record(issue):
        raise MessageRefused("conflict", _SHOWN_ONCE)
    return key


def registered(ledger: Service) -> list[Registered]:
    """Every organization, in the order of registration. Looks through the whole log, so not for requests."""
    upto = ledger.reading.newest().position
    names = [event.NAME for event in (*SCOPE_EVENTS, ApiKeyIssued, ApiKeyRevoked)]
    streams = ledger.reading.scan(UUID(int=0), None, upto=upto, names=names)
    now = ledger.now()
    found = [_registered(one, now) for one in streams if isinstance(one[0].body, OrganizationRegistered)]
    return sorted(found, key=lambda one: one.registered_at)


def _registered(events: list[Recorded], now: datetime) -> Registered:
    known = scope_of(events)
    assert known is not None
    roles = tuple(key.role for key in keys(events).values() if key.usable(now))
    return Registered(known.scope, known.display_name, known.created_at, known.retired_at, roles)
