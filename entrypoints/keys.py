"""API keys of an organization as they are shown, and their revocation; `organizations` issues them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.access import keys
from entrypoints.acting import Hand
from entrypoints.wiring import Service
from ledger.acts.settings import KeyRevocation
from ledger.errors import NotFound
from ledger.store import key_uses


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
