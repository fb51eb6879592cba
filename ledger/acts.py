"""An act: one message's claim in the ledger's words, before anything is decided or recorded.

Translators (messages), the API and the console all produce acts; `ledger.recording` is the only way in.
Identifiers are canonical here. Scopes of restrictive acts may have been cut to their longest readable
prefix (flag `scope`); an unreadable or missing `time` is `occurred_at=None` (recording judges it). Nothing here is
ever changed; what most messages are made of is not declared frozen, which makes each cost several times as much.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from ledger.candidate_acts import Dismissal
from ledger.events.vocabulary import Basis
from ledger.identifier_acts import IdentifierAssignment
from ledger.keyword_acts import KeywordBody
from ledger.settings_acts import SettingsBody


@dataclass(slots=True, unsafe_hash=True)
class Given:
    """An identifier as given: its canonical value, the raw text, whether its format is valid."""

    kind: str
    value: str
    raw: str
    valid: bool = True
    verified: bool | None = None
    id: UUID | None = field(default=None, compare=False, repr=False)  # its stream's, see `deciding.naming`


@dataclass(frozen=True, slots=True)
class Kept:
    """An identifier by its stream id: all that is left to name it by once its value is erased."""

    id: UUID
    kind: str


@dataclass(slots=True, unsafe_hash=True)
class Subscription:
    """What is subscribed to. `scope` begins with the organization, `purposes` are sorted and not empty."""

    channel: str
    scope: str
    purposes: tuple[str, ...]
    double_opt_in: bool = False
    expires_at: datetime | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Override:
    actor: str
    legal_basis: str


@dataclass(slots=True, unsafe_hash=True)
class SignUp:
    """contact.signup.v1: every subscription goes to every given identifier that has its channel."""

    RESTRICTIVE: ClassVar[bool] = False
    identifiers: tuple[Given, ...]
    subscriptions: tuple[Subscription, ...]
    method: str
    profile: Mapping[str, Any] | None = None
    evidence: Mapping[str, Any] | None = None
    override: Override | None = None


@dataclass(slots=True, unsafe_hash=True)
class OptOut:
    """contact.opt-out.v1. No purposes: all. `elsewhere`: the channel named where the identifier cannot have it."""

    RESTRICTIVE: ClassVar[bool] = True
    identifier: Given | Kept
    channel: str
    scope: str
    purposes: tuple[str, ...]
    method: str
    reason: str | None = None
    evidence: Mapping[str, Any] | None = None
    elsewhere: str | None = None


@dataclass(slots=True, unsafe_hash=True)
class Confirmation:
    """contact.confirmation.v1. `request_source` None: the act's own source. A decline is not restrictive.
    `request_id` is the signup's message id, or its act id where only that is known (a confirmation link)."""

    RESTRICTIVE: ClassVar[bool] = False
    identifier: Given
    request_id: str | UUID
    confirmed: bool
    request_source: str | None = None
    reply: str | None = None
    evidence: Mapping[str, Any] | None = None


@dataclass(slots=True, unsafe_hash=True)
class Reply:
    """sms.inbound.v1. Restrictive when its text is a stop; classified by recording."""

    RESTRICTIVE: ClassVar[bool] = True
    identifier: Given
    sender: str
    text: str
    provider_message_id: str | None = None
    in_reply_to: str | None = None


@dataclass(slots=True, unsafe_hash=True)
class Receipt:
    """delivery.receipt.v1. `outcome`: delivered, soft_bounce, hard_bounce, complaint.

    A `rejected` with code `opted_out` is translated to an `OptOut` by provider_rejection, other `rejected`
    codes to a soft bounce. `outbound_id` is the provider's id of the message it speaks of."""

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
    """contact.deliverability.v1: reactivate, blacklist, unblacklist, withdraw_complaint."""

    identifier: Given
    action: str
    reason: str | None = None

    @property
    def RESTRICTIVE(self) -> bool:
        return self.action == "blacklist"


@dataclass(frozen=True, slots=True)
class HoldChange:
    """contact.hold.v1: pause, resume, block, unblock, ban, unban."""

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
    """contact.reassign.v1: recycled, deactivated, ported. All are taken as restrictive."""

    RESTRICTIVE: ClassVar[bool] = True
    identifier: Given
    cause: str
    evidence: Mapping[str, Any] | None = None


@dataclass(slots=True, unsafe_hash=True)
class ProfileEdit:
    """contact.profile.v1. Exactly one of `identifier` and `contact_id`. `seen`: field → the newest edit naming it
    that the editor saw (None: none); where another came meanwhile this one is refused."""

    RESTRICTIVE: ClassVar[bool] = False
    identifier: Given | None = None
    contact_id: UUID | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    append: Mapping[str, Any] = field(default_factory=dict)
    fill: Mapping[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    seen: Mapping[str, UUID | None] = field(default_factory=dict)


@dataclass(slots=True, unsafe_hash=True)
class Identification:
    """contact.identify.v1: identifiers seen together."""

    RESTRICTIVE: ClassVar[bool] = False
    identifiers: tuple[Given, ...]
    method: str


@dataclass(frozen=True, slots=True)
class Link:
    """contact.link.v1: each side a contact id or an identifier."""

    RESTRICTIVE: ClassVar[bool] = False
    left: UUID | Given
    right: UUID | Given
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Unlink:
    """contact.unlink.v1: one link by its id, or every link of a contact, which then stands alone."""

    RESTRICTIVE: ClassVar[bool] = False
    link_id: UUID | None = None
    reason: str | None = None
    contact: UUID | None = None


@dataclass(frozen=True, slots=True)
class ContactChange:
    """contact.delete.v1, contact.restore.v1, contact.erase.v1. `action`: delete, restore, erase."""

    action: str
    subject: UUID | Given
    reason: str | None = None
    request_id: str | None = None

    @property
    def RESTRICTIVE(self) -> bool:
        return self.action == "delete"


@dataclass(frozen=True, slots=True)
class Reversal:
    """ledger.reversal.v1: takes back one earlier event."""

    RESTRICTIVE: ClassVar[bool] = False
    event_id: UUID
    reason: str | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """Registers an organization (command line or API; no message type)."""

    RESTRICTIVE: ClassVar[bool] = False
    display_name: str


@dataclass(frozen=True, slots=True)
class PlatformListing:
    """Lists (or takes off) an e-mail address for every organization of the platform."""

    identifier: Given
    listed: bool
    reason: str | None = None

    @property
    def RESTRICTIVE(self) -> bool:
        return self.listed


Body = (
    SignUp
    | OptOut
    | Confirmation
    | Reply
    | Receipt
    | DeliverabilityChange
    | HoldChange
    | Reassignment
    | ProfileEdit
    | Identification
    | IdentifierAssignment
    | Link
    | Unlink
    | Dismissal
    | ContactChange
    | Reversal
    | Registration
    | PlatformListing
    | SettingsBody
    | KeywordBody
)


@dataclass(slots=True, unsafe_hash=True)
class Act:
    """Who says so, when, under which message id, and what.

    `content` is the message's data as canonical JSON bytes (sorted keys), for the keyed digest.
    `received_at` is the broker's append time where the topic has it, else when it was first read."""

    organization: str
    source: str
    message_id: str
    type: str
    received_at: datetime
    content: bytes
    body: Body
    occurred_at: datetime | None = None
    actor: str | None = None
    correlation_id: str | None = None
    origin: str | None = None
    flags: tuple[str, ...] = ()
    told: bool = False
    """Whether its maker is there to be told: then nothing of it is recorded under another one's message id, be it
    restrictive. A producer's message is recorded all the same."""
    payload: bytes = field(default=b"", repr=False)
    """The message as it came, and its headers: kept, sealed, should it be refused, so that it can be replayed."""
    headers: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    id: UUID | None = field(default=None, compare=False, repr=False)
    digest: bytes | None = field(default=None, compare=False, repr=False)
    subjects: tuple[UUID, ...] | None = field(default=None, compare=False, repr=False)
    """What follows from the act alone, where whoever took the message in worked it out (`deciding.naming`)."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A message that was not taken: a stable reason, the field and the mend; `message_id` is told, never kept."""

    reason: str
    detail: str
    received_at: datetime
    payload: bytes = b""
    headers: tuple[tuple[str, bytes], ...] = ()
    organization: str | None = None
    source: str | None = None
    origin: str | None = None
    identifiers: tuple[Given, ...] = ()
    contacts: tuple[UUID, ...] = ()
    message_id: str | None = field(default=None, repr=False)
