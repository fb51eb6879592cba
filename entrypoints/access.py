"""API keys and what each role may do.

A key is `clk_<prefix>_<secret>`: the prefix finds it, the SHA-256 of its 256 random bits proves it. Only the
prefix and the hash are recorded, as events of the organization's stream.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID, uuid4

from ledger.acts.act import Act
from ledger.acts.consent import Override, SignUp
from ledger.acts.identifier import DeliverabilityChange, HoldChange
from ledger.acts.settings import KeyIssue
from ledger.events.envelope import Recorded
from ledger.events.settings import ApiKeyIssued, ApiKeyRevoked

Role = Literal["service", "marketer", "analyst", "auditor", "admin"]
Permission = Literal[
    "sendable",
    "lookup",
    "status",
    "explain",
    "contacts",
    "values",
    "values_for_reason",
    "reads",
    "messages",
    "links",
    "replies",
    "act",
    "reverse",
    "linking",
    "deletion",
    "organization",
    "policies",
    "settings",
    "erase",
    "access",
]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
PERMISSIONS: Final[dict[str, frozenset[Permission]]] = {
    "service": frozenset({"sendable", "lookup", "status", "messages", "links", "organization"}),
    "marketer": frozenset(
        {
            "sendable",
            "lookup",
            "status",
            "contacts",
            "values",
            "replies",
            "linking",
            "deletion",
            "act",
            "organization",
        }
    ),
    "analyst": frozenset({"status", "explain", "contacts", "organization", "policies"}),
    "auditor": frozenset(
        {
            "lookup",
            "status",
            "explain",
            "contacts",
            "values_for_reason",
            "reads",
            "access",
            "organization",
            "policies",
        }
    ),
    "admin": frozenset(get_args(Permission)),
}
"""`explain` includes history; `organization` reads scopes and settings, `policies` the policies; `settings` changes
them all and issues keys. `act` is what the console does to a contact by hand, `linking` makes and removes links,
`deletion` deletes and restores one; many at once is `reverse`. `replies` is saying what a reply means; listing them
is `contacts`, their texts `values`. `erase` erases people, `access` gives a person everything held of them. Without
`values` addresses and names are shown masked, evidence not at all; with `values_for_reason` they are shown to who
gives a reason, and `reads` is the list of those looks."""

MESSAGES: Final[dict[str, Permission]] = {
    "contact.signup.v1": "messages",
    "contact.opt-out.v1": "messages",
    "contact.confirmation.v1": "messages",
    "sms.inbound.v1": "messages",
    "delivery.receipt.v1": "messages",
    "contact.deliverability.v1": "messages",
    "contact.hold.v1": "messages",
    "contact.reassign.v1": "messages",
    "contact.profile.v1": "messages",
    "contact.identify.v1": "messages",
    "contact.link.v1": "linking",
    "contact.unlink.v1": "linking",
    "contact.delete.v1": "deletion",
    "contact.restore.v1": "deletion",
    "contact.erase.v1": "erase",
    "ledger.reversal.v1": "reverse",
}
"""What a message of each type needs over HTTP, beside `messages`: what the route of the same act needs. Some need
more: `needed_for`."""


def needed_for(act: Act) -> Permission:
    """What the act of a message needs: that of its type, or more where it opens what was closed (decision 050)."""
    match act.body:
        case HoldChange() | DeliverabilityChange() if not act.body.RESTRICTIVE:
            return "act"
        case SignUp(override=Override()):
            return "reverse"
    return MESSAGES[act.type]


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


def _parts(presented: str) -> tuple[str, str]:
    parts = presented.split("_", 2)
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "clk" else ("", "")


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
