"""Events of an identifier's stream: who holds it, and its consent, deliverability and holds (DESIGN §3).

Stored names are the storage format: add a version with an upcaster, never edit one.
"""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ledger.events.body import Event, SealedMap, SealedText
from ledger.events.vocabulary import Basis, Confidence, ReplyClass

Purposes = tuple[str, ...]


class FromMessage(Event):
    """An event that follows from a message alone, so it keeps that message's id, sealed."""

    message_id: SealedText = None


class IdentifierClaimed(Event):
    """The identifier belongs to this contact. The first one holds the address itself, sealed."""

    NAME: ClassVar[str] = "identifier.claimed.v1"
    contact_id: UUID
    kind: str
    valid: bool = True
    platform_key: UUID | None = None
    """Stream id of the platform's listing of this address; e-mail only."""
    value: SealedText = None
    raw: SealedText = None


class IdentifierReleased(Event):
    """The identifier no longer belongs to this contact."""

    NAME: ClassVar[str] = "identifier.released.v1"
    contact_id: UUID
    reason: SealedText = None


class IdentifierReassigned(FromMessage):
    """The carrier says the number has changed hands (recycled: a new epoch) or network (ported: nothing)."""

    NAME: ClassVar[str] = "identifier.reassigned.v1"
    RANK: ClassVar[int] = 3
    cause: Literal["recycled", "ported"]
    evidence: SealedMap = None


class IdentifierErased(Event):
    """The address and all that was sealed about it are gone; opt-outs, bans and complaints stand."""

    NAME: ClassVar[str] = "identifier.erased.v1"
    RANK: ClassVar[int] = 3
    AT_RECORDING: ClassVar[bool] = True
    request_id: str | None = None


class Subscribed(FromMessage):
    """Someone subscribed this address; with `double_opt_in` only a request until confirmed."""

    NAME: ClassVar[str] = "identifier.subscribed.v2"
    channel: str
    scope: str
    purposes: Purposes
    method: str
    double_opt_in: bool = False
    expires_at: datetime | None = None
    basis: Basis | None = None
    """What the consent rests on, by which policy says how long it lives; none: express."""
    override: bool = False
    """A bulk grant that names its actor and legal basis, and so may lift what it may lift."""
    override_actor: str | None = None
    legal_basis: SealedText = None
    evidence: SealedMap = None


class SubscriptionConfirmed(FromMessage):
    """The person confirmed every request of that act on this identifier."""

    NAME: ClassVar[str] = "identifier.subscription-confirmed.v1"
    RANK: ClassVar[int] = 1
    request_act_id: UUID
    evidence: SealedMap = None


class ConfirmationDeclined(FromMessage):
    """The person answered the request of that act, and not with yes."""

    NAME: ClassVar[str] = "identifier.confirmation-declined.v1"
    RANK: ClassVar[int] = 2
    request_act_id: UUID
    reply: SealedText = None
    evidence: SealedMap = None


class OptedOut(FromMessage):
    """The person (or carrier, or provider, on their behalf) wants no more of this. No purposes: all."""

    NAME: ClassVar[str] = "identifier.opted-out.v1"
    RANK: ClassVar[int] = 3
    channel: str
    scope: str
    purposes: Purposes = ()
    method: str
    carried_from: UUID | None = None
    """The event about another identifier of the person that this one carries over."""
    link_id: UUID | None = None
    """The link over which it was carried."""
    reason: SealedText = None
    evidence: SealedMap = None


class ReplyReceived(FromMessage):
    """An inbound text, classified under a keyword set's version."""

    NAME: ClassVar[str] = "identifier.reply-received.v1"
    RANK: ClassVar[int] = 3
    sender: str
    """The scope written to."""
    reply_class: ReplyClass
    keywords: str
    confidence: Confidence | None = None
    """None: recorded before this was kept, when whole keywords alone were read."""
    matched: str | None = None
    """The keyword or phrase of the set that it was read by."""
    text: SealedText = None
    provider_message_id: SealedText = None
    in_reply_to: SealedText = None


class ReplyReclassified(FromMessage):
    """An earlier reply is read anew under another keyword set's version."""

    NAME: ClassVar[str] = "identifier.reply-reclassified.v1"
    RANK: ClassVar[int] = 3
    reply_event_id: UUID
    reply_class: ReplyClass
    keywords: str
    """Version of the set it was read under; where a person read it, of the set that was in use."""
    confidence: Confidence | None = None
    matched: str | None = None
    batch: str | None = None
    """The approval under which many replies were read anew."""
    reason: SealedText = None


class Bounced(FromMessage):
    NAME: ClassVar[str] = "identifier.bounced.v1"
    RANK: ClassVar[int] = 3
    channel: str
    hard: bool
    attempt: UUID | None = None
    """Stands for the outbound message: several receipts of one attempt count once."""
    code: str | None = None
    reason: SealedText = None


class Delivered(FromMessage):
    """A delivery after a bounce; others are activity and not recorded here."""

    NAME: ClassVar[str] = "identifier.delivered.v1"
    channel: str
    attempt: UUID | None = None


class Complained(FromMessage):
    NAME: ClassVar[str] = "identifier.complained.v1"
    RANK: ClassVar[int] = 3
    channel: str
    attempt: UUID | None = None
    code: str | None = None
    reason: SealedText = None


class ComplaintWithdrawn(FromMessage):
    NAME: ClassVar[str] = "identifier.complaint-withdrawn.v1"
    reason: SealedText = None


class Blacklisted(FromMessage):
    """On the organization's own list of dead or unwanted addresses."""

    NAME: ClassVar[str] = "identifier.blacklisted.v1"
    RANK: ClassVar[int] = 3
    reason: SealedText = None


class Unblacklisted(FromMessage):
    NAME: ClassVar[str] = "identifier.unblacklisted.v1"
    reason: SealedText = None


class Reactivated(FromMessage):
    """An actor says the address works again: bounces before it count no more."""

    NAME: ClassVar[str] = "identifier.reactivated.v1"
    reason: SealedText = None


class HoldPlaced(FromMessage):
    """Shape of all three holds: they cover their scope."""

    RANK: ClassVar[int] = 3
    scope: str
    carried_from: UUID | None = None
    link_id: UUID | None = None
    reason: SealedText = None


class HoldLifted(FromMessage):
    """Shape of all three lifts: they lift holds at their own scope or below it."""

    scope: str
    reason: SealedText = None


class Paused(HoldPlaced):
    NAME: ClassVar[str] = "identifier.paused.v1"
    until: datetime | None = None


class Resumed(HoldLifted):
    NAME: ClassVar[str] = "identifier.resumed.v1"


class Blocked(HoldPlaced):
    NAME: ClassVar[str] = "identifier.blocked.v1"
    cause: Literal["act", "contact_deleted"] = "act"
    """`contact_deleted`: lifted by restoring the contact or by the person's own fresh grant."""


class Unblocked(HoldLifted):
    NAME: ClassVar[str] = "identifier.unblocked.v1"
    cause: Literal["act", "contact_restored"] = "act"
    """`contact_restored` lifts only blocks placed because the contact was deleted."""


class Banned(HoldPlaced):
    NAME: ClassVar[str] = "identifier.banned.v1"


class Unbanned(HoldLifted):
    NAME: ClassVar[str] = "identifier.unbanned.v1"


class EventReversed(FromMessage):
    """Voids one earlier consent, reply, deliverability, hold or reversal event of this stream."""

    NAME: ClassVar[str] = "identifier.event-reversed.v1"
    reversed_event_id: UUID
    batch: str | None = None
    reason: SealedText = None


IDENTIFIER_EVENTS: tuple[type[Event], ...] = (
    IdentifierClaimed,
    IdentifierReleased,
    IdentifierReassigned,
    IdentifierErased,
    Subscribed,
    SubscriptionConfirmed,
    ConfirmationDeclined,
    OptedOut,
    ReplyReceived,
    ReplyReclassified,
    Bounced,
    Delivered,
    Complained,
    ComplaintWithdrawn,
    Blacklisted,
    Unblacklisted,
    Reactivated,
    Paused,
    Resumed,
    Blocked,
    Unblocked,
    Banned,
    Unbanned,
    EventReversed,
)

REVERSIBLE: tuple[type[Event], ...] = (
    Subscribed,
    SubscriptionConfirmed,
    ConfirmationDeclined,
    OptedOut,
    ReplyReceived,
    ReplyReclassified,
    Bounced,
    Delivered,
    Complained,
    ComplaintWithdrawn,
    Blacklisted,
    Unblacklisted,
    Reactivated,
    HoldPlaced,
    HoldLifted,
    EventReversed,
)
"""What `EventReversed` may void; claims and links have inverses of their own."""
