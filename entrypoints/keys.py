"""API keys of an organization: what one is and proves, how they are shown, and their revocation.

A key is `clk_<prefix>_<secret>`: the prefix finds it, the SHA-256 of its 256 random bits proves it. Only the
prefix and the hash are recorded, as events of the organization's stream; `organizations` issues them.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from pydantic import BaseModel, Field

from entrypoints.acting import Hand
from entrypoints.roles import PERMISSIONS, Permission, Role
from entrypoints.wiring import Service
from ledger.acts.settings import KeyIssue, KeyRevocation
from ledger.errors import NotFound
from ledger.events.envelope import Recorded
from ledger.events.settings import ApiKeyIssued, ApiKeyRevoked
from ledger.store import key_uses

_NOBODY: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as the log knows it."""

    id: UUID
    prefix: str
    key_hash: str
    role: str
    issued_at: datetime
    expires_at: datetime | None = None
    permissions: frozenset[str] | None = None
    """None: all that its role has."""
    revoked: bool = False

    def usable(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return not self.revoked and (self.expires_at is None or self.expires_at > now)

    def permits(self, permission: Permission) -> bool:
        """Whether its role may do this and it is not limited to less; a role not known here may do nothing."""
        limited = self.permissions is not None and permission not in self.permissions
        return not limited and permission in PERMISSIONS.get(self.role, frozenset())


def new_key(
    role: Role, expires_at: datetime | None = None, permissions: Collection[Permission] | None = None
) -> tuple[str, KeyIssue]:
    """A fresh key to be shown once, and the act's body that records it; `permissions` None: all of the role's."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    limited = tuple(sorted(set(permissions))) if permissions is not None else None
    issue = KeyIssue(uuid4(), prefix, _hashed(secret), role, expires_at, limited)
    return f"clk_{prefix}_{secret}", issue


def keys(organization_events: Iterable[Recorded]) -> dict[str, ApiKey]:
    """Prefix → key, of every key the organization ever had."""
    by_id: dict[UUID, ApiKey] = {}
    revoked: set[UUID] = set()
    for event in organization_events:
        body = event.body
        if isinstance(body, ApiKeyIssued):
            limited = frozenset(body.permissions) if body.permissions is not None else None
            by_id[body.key_id] = ApiKey(
                body.key_id, body.prefix, body.key_hash, body.role, event.effective_at, body.expires_at, limited
            )
        elif isinstance(body, ApiKeyRevoked):
            revoked.add(body.key_id)
    return {key.prefix: replace(key, revoked=key.id in revoked) for key in by_id.values()}


def admitted(presented: str | None, organization_events: Iterable[Recorded], now: datetime) -> ApiKey | None:
    """The key that `presented` proves, or None: no key, a wrong one, an expired or revoked one, all alike."""
    prefix, secret = _parts(presented or "")
    key = keys(organization_events).get(prefix)
    proven = hmac.compare_digest(_hashed(secret), key.key_hash if key else _NOBODY)
    return key if key is not None and proven and key.usable(now) else None


class KeySeen(BaseModel):
    """An API key. The key itself is seen only when it is issued; its prefix tells which one it is."""

    id: UUID
    prefix: str = Field(description="how the key begins, after `clk_`")
    role: str
    state: str = Field(description="usable, expired or revoked")
    issued_at: datetime
    expires_at: datetime | None
    permissions: list[str] | None = Field(description="what it is limited to; null: all that its role may do")
    used_at: datetime | None = Field(description="when it was used last, to the minute; null: never")


def listed(ledger: Service, organization: str) -> list[KeySeen]:
    """Every key the organization ever had, the latest first."""
    stream = ledger.ids.organization(organization)
    now = ledger.now()
    known = keys(ledger.reading.read([stream])[stream]).values()
    with ledger.reading.connection() as connection:
        used = key_uses.uses(connection, organization)
    return [
        KeySeen(
            id=key.id,
            prefix=key.prefix,
            role=key.role,
            state="revoked" if key.revoked else "usable" if key.usable(now) else "expired",
            issued_at=key.issued_at,
            expires_at=key.expires_at,
            permissions=sorted(key.permissions) if key.permissions is not None else None,
            used_at=used.get(key.id),
        )
        for key in sorted(known, key=lambda key: key.issued_at, reverse=True)
    ]


def get(ledger: Service, organization: str, key_id: UUID) -> KeySeen:
    """One key. Raises NotFound."""
    for key in listed(ledger, organization):
        if key.id == key_id:
            return key
    raise NotFound("No key of this organization has this id; `keys list` shows all.")


def revoke(hand: Hand, key_id: UUID) -> bool:
    """Revokes a key for good, from the next request on; False where it was. Raises MessageRefused."""
    return hand.record(KeyRevocation(key_id))


def _parts(presented: str) -> tuple[str, str]:
    parts = presented.split("_", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "clk" else ("", "")


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
