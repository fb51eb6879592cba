"""Acts about one identifier: what became of messages to it, its holds, its holder, and what is taken back of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from ledger.acts.given import Given


@dataclass(slots=True, unsafe_hash=True)
class Receipt:
    """delivery.receipt.v1. `outcome`: delivered, soft_bounce, hard_bounce, complaint.

    A `rejected` with code `opted_out` is translated to an `OptOut` by provider_rejection, other `rejected` codes to
    a soft bounce. `outbound_id` is the provider's id of the message it speaks of.
    """

    identifier: Given
    channel: str
    outcome: str
    scope: str | None = None
    outbound_id: str | None = None
    code: str | None = None
    reason: str | None = None

    @property
    def RESTRICTIVE(self) -> bool:
        return self.outcome != "delivered"


@dataclass(frozen=True, slots=True)
class DeliverabilityChange:
    """contact.deliverability.v1. `action`: reactivate, blacklist, unblacklist, withdraw_complaint."""

    identifier: Given
    action: str
    reason: str | None = None

    @property
    def RESTRICTIVE(self) -> bool:
        return self.action == "blacklist"


@dataclass(frozen=True, slots=True)
class PlatformListing:
    """Lists an e-mail address for every organization of the platform, or takes it off (no message type)."""

    identifier: Given
    listed: bool
    reason: str | None = None

    @property
    def RESTRICTIVE(self) -> bool:
        return self.listed


@dataclass(frozen=True, slots=True)
class HoldChange:
    """contact.hold.v1. `action`: pause, resume, block, unblock, ban, unban."""

    identifier: Given
    action: str
    scope: str
    until: datetime | None = None
    reason: str | None = None

    @property
    def RESTRICTIVE(self) -> bool:
        return self.action in ("pause", "block", "ban")


@dataclass(frozen=True, slots=True)
class Reassignment:
    """contact.reassign.v1. `cause`: recycled, deactivated, ported. All are taken as restrictive."""

    RESTRICTIVE: ClassVar[bool] = True
    identifier: Given
    cause: str
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """ledger.reversal.v1: takes back one earlier event of an identifier."""

    RESTRICTIVE: ClassVar[bool] = False
    event_id: UUID
    reason: str | None = None
    batch: str | None = None


IdentifierBody = Receipt | DeliverabilityChange | PlatformListing | HoldChange | Reassignment | Reversal
