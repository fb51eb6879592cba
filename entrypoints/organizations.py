"""Registering organizations and issuing their API keys, as acts like any other."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson

from entrypoints.access import Role, keys, new_key
from entrypoints.wiring import Service
from ledger.acts import Act, KeyIssue, Registration
from ledger.errors import MessageRefused, UnknownOrganization
from ledger.events.envelope import Recorded
from ledger.events.settings import ApiKeyIssued, ApiKeyRevoked, OrganizationRegistered

SOURCE: Final = "contact-ledger/command-line"
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


@dataclass(frozen=True, slots=True)
class Registered:
    """An organization, and the roles of its keys that can be used now."""

    organization: str
    name: str
    registered_at: datetime
    key_roles: tuple[str, ...]


def register(ledger: Service, organization: str, display_name: str) -> bool:
    """Registers an organization; False where it is registered already. Raises MessageRefused for a bad code."""
    if not _CODE.fullmatch(organization):
        raise MessageRefused("organization", "organization: 1 to 63 of a-z, 0-9, dots and hyphens, no hyphen first")
    return _record(ledger, organization, f"register/{organization}", Registration(display_name))


def issue_key(ledger: Service, organization: str, role: Role, expires_at: datetime | None = None) -> str:
    """Issues an API key and returns it: the only time it is seen. Raises UnknownOrganization."""
    stream = ledger.ids.organization(organization)
    if not ledger.reading.read([stream])[stream]:
        raise UnknownOrganization(f"{organization}: not registered; run `contact-ledger organizations add` first")
    key, issue = new_key(role, expires_at)
    _record(ledger, organization, f"key/{issue.key_id}", issue)
    return key


def registered(ledger: Service) -> list[Registered]:
    """Every organization, in the order of registration. Looks through the whole log, so not for requests."""
    upto = ledger.reading.newest().position
    names = (OrganizationRegistered.NAME, ApiKeyIssued.NAME, ApiKeyRevoked.NAME)
    streams = ledger.reading.scan(UUID(int=0), None, upto=upto, names=names)
    found = [_registered(events, ledger.now()) for events in streams]
    return sorted(found, key=lambda one: one.registered_at)


def _registered(events: list[Recorded], now: datetime) -> Registered:
    first = next(event for event in events if isinstance(event.body, OrganizationRegistered))
    assert isinstance(first.body, OrganizationRegistered)
    roles = tuple(key.role for key in keys(events).values() if key.usable(now))
    return Registered(first.envelope.organization, first.body.display_name, first.effective_at, roles)


def _record(ledger: Service, organization: str, message_id: str, body: Registration | KeyIssue) -> bool:
    now = ledger.now()
    kind = type(body).__name__
    content = orjson.dumps({"type": kind, "organization": organization, "id": message_id})
    act = Act(organization, SOURCE, message_id, kind, now, content, body, occurred_at=now, actor=SOURCE)
    outcome = ledger.recording.record([act])[0]
    if outcome.result == "refused":
        raise MessageRefused(outcome.reason or "refused", outcome.detail or "")
    return outcome.result == "recorded"
