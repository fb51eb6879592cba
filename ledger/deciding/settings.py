"""Acts about an organization itself and about the platform's listings."""

from typing import Final

from ledger.acts.identifier import PlatformListing
from ledger.acts.settings import KeyIssue, KeyRevocation, Registration
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import (
    ApiKeyIssued,
    ApiKeyRevoked,
    OrganizationRegistered,
    PlatformBlacklisted,
    PlatformUnblacklisted,
)

LONGEST_NAME: Final = 200


def require_registered(draft: Draft) -> None:
    """Raises MessageRefused where the organization is not registered."""
    if not draft.stream(draft.ids.organization(draft.act.organization)):
        raise MessageRefused(
            "unknown_organization", "data.organization: not registered here; register it, then replay"
        )


def require_name(name: str) -> None:
    """Raises MessageRefused where people could not read the name or tables not keep it."""
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise MessageRefused("display_name", f"display_name: at most {LONGEST_NAME} printable characters")


def register(draft: Draft, act: Registration) -> None:
    stream = draft.ids.organization(draft.act.organization)
    if not draft.stream(stream):
        require_name(act.display_name)
        body = OrganizationRegistered(display_name=act.display_name)
        draft.add(stream, body, draft.event_id(body))


def issue_key(draft: Draft, act: KeyIssue) -> None:
    body = ApiKeyIssued(
        key_id=act.key_id,
        prefix=act.prefix,
        key_hash=act.key_hash,
        role=act.role,
        expires_at=act.expires_at,
        permissions=act.permissions,
    )
    draft.add(draft.ids.organization(draft.act.organization), body, draft.event_id(body, act.key_id))


def list_on_platform(draft: Draft, act: PlatformListing) -> None:
    """Y19: one general e-mail blacklist for all organizations."""
    stream = draft.ids.platform(act.identifier.kind, act.identifier.value)
    body = PlatformBlacklisted(reason=act.reason) if act.listed else PlatformUnblacklisted(reason=act.reason)
    draft.add(stream, body, draft.event_id(body))


def revoke_key(draft: Draft, act: KeyRevocation) -> None:
    """Again is harmless. Raises MessageRefused where the organization has no such key."""
    stream = draft.ids.organization(draft.act.organization)
    bodies = [event.body for event in draft.stream(stream).values()]
    if not any(isinstance(body, ApiKeyIssued) and body.key_id == act.key_id for body in bodies):
        raise MessageRefused("unknown_key", "key_id: no key of this organization has this id; see `keys list`")
    body = ApiKeyRevoked(key_id=act.key_id)
    if body not in bodies:
        draft.add(stream, body, draft.event_id(body, act.key_id))
