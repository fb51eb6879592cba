"""Events of an organization's stream, of each import's, and of the platform's listings."""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from ledger.events.body import Event, SealedMap, SealedText

Level = Literal["merchant", "sender", "list"]
RollUp = Literal["automatic", "candidates"]
OtherEmail = Literal["roll_up", "new_contact"]


class OrganizationRegistered(Event):
    NAME: ClassVar[str] = "organization.registered.v1"
    display_name: str


class ScopeCreated(Event):
    """A merchant, sender or list: its place in the path tells which."""

    NAME: ClassVar[str] = "organization.scope-created.v1"
    scope: str
    level: Level
    display_name: str


class ScopeRenamed(Event):
    NAME: ClassVar[str] = "organization.scope-renamed.v1"
    scope: str
    display_name: str


class ScopeRetired(Event):
    """No more messages in its name; opt-outs about it stand."""

    NAME: ClassVar[str] = "organization.scope-retired.v1"
    scope: str


class UnknownScopesSet(Event):
    """What becomes of grants at scopes that nobody created; restrictive acts are recorded under either rule."""

    NAME: ClassVar[str] = "organization.unknown-scopes-set.v1"
    rule: Literal["accept", "refuse"]


class ChannelsChosen(Event):
    """The channels that the organization uses: they have a place in its lists. Nothing else depends on it."""

    NAME: ClassVar[str] = "organization.channels-chosen.v1"
    channels: tuple[str, ...]


class FieldDefined(Event):
    NAME: ClassVar[str] = "organization.field-defined.v1"
    field: str
    display_name: str
    value_type: str


class FieldRetired(Event):
    NAME: ClassVar[str] = "organization.field-retired.v1"
    field: str


class KeywordSetAdopted(Event):
    """From now on replies are read under this version: a built-in set (`2026-2`), or one with words of the
    organization's own added (`2026-2+spring`).
    """

    NAME: ClassVar[str] = "organization.keyword-set-adopted.v1"
    version: str
    words: dict[str, tuple[str, ...]]
    reason: SealedText = None


class RepliesReclassified(Event):
    """Somebody approved that replies be read anew under a version, having seen which: the approval's record."""

    NAME: ClassVar[str] = "organization.replies-reclassified.v1"
    batch: str
    keywords: str
    counts: dict[str, int]
    """Replies to be read anew, by `old>new` class."""
    reason: SealedText = None


class PolicyAdopted(Event):
    NAME: ClassVar[str] = "organization.policy-adopted.v1"
    policy: str
    version: str
    parameters: dict[str, Any]
    in_force_from: datetime
    in_force_until: datetime | None = None
    reason: SealedText = None


class RetentionSet(Event):
    NAME: ClassVar[str] = "organization.retention-set.v1"
    subject: str
    days: int


class CalendarChosen(Event):
    """Whose business days count for the organization's opt-outs, and in which time zone its days begin."""

    NAME: ClassVar[str] = "organization.calendar-chosen.v1"
    country: str
    subdivision: str | None = None
    time_zone: str


class IdentityRulesSet(Event):
    """From now on identifiers are rolled up into people by these rules, all of them stated."""

    NAME: ClassVar[str] = "organization.identity-rules-set.v1"
    preset: str
    roll_up: dict[str, RollUp]
    same_tracker_other_email: OtherEmail
    limits: dict[str, int]
    most: int
    blocked: tuple[UUID, ...] = ()
    """Stream ids of identifiers that name nobody."""
    patterns: tuple[UUID, ...] = ()
    """Keyed ids of patterns; what they say is sealed."""
    shapes: tuple[str, ...] = ()
    pattern_texts: SealedMap = None
    """Kind → patterns as they were typed, of those that came with this event."""


class PersonAdded(Event):
    """Someone who works with the ledger (not a contact)."""

    NAME: ClassVar[str] = "organization.person-added.v1"
    person_id: UUID
    name: SealedText = None
    email: SealedText = None


class RoleGranted(Event):
    NAME: ClassVar[str] = "organization.role-granted.v1"
    person_id: UUID
    role: str


class RoleRevoked(Event):
    NAME: ClassVar[str] = "organization.role-revoked.v1"
    person_id: UUID
    role: str


class ApiKeyIssued(Event):
    """Only the key's prefix and hash are kept; the key itself is shown once."""

    NAME: ClassVar[str] = "organization.api-key-issued.v1"
    key_id: UUID
    prefix: str
    key_hash: str
    role: str
    expires_at: datetime | None = None
    permissions: tuple[str, ...] | None = None
    """None: all that its role has."""


class ApiKeyRevoked(Event):
    NAME: ClassVar[str] = "organization.api-key-revoked.v1"
    key_id: UUID


class ReversalApproved(Event):
    """Somebody approved a list of events to be taken back together; each is an `EventReversed` of this batch."""

    NAME: ClassVar[str] = "organization.reversal-approved.v1"
    batch: UUID
    digest: str
    """SHA-256 over the list that was shown."""
    events: int
    """How many were listed."""
    upto: int
    """The log's end when they were listed: later events are not in the list, however well they fit."""
    criteria: dict[str, Any]
    undoes: UUID | None = None
    """The batch whose reversals are themselves taken back."""
    evidence: SealedMap = None
    """What was looked for in evidence: user agent, network."""
    reason: SealedText = None


class BatchApproved(Event):
    """Somebody approved that one thing be done to everyone on a list; each act has the batch as correlation id."""

    NAME: ClassVar[str] = "organization.batch-approved.v1"
    batch: UUID
    action: str
    channel: str
    scope: str
    digest: str
    """SHA-256 over the ids of the list that was shown."""
    people: int
    """How many were listed."""
    changes: int
    """How many of them would change when they were looked at: the others are not acted on."""
    asked_by: str
    asked_at: datetime
    approved_by: str
    which: SealedText = None
    """Which people, in words."""
    reason: SealedText = None
    """Why it was asked for."""
    approval: SealedText = None
    """Why it was approved."""


class ImportStarted(Event):
    NAME: ClassVar[str] = "import.started.v1"
    file_hash: str
    settings: dict[str, Any]


class ImportFinished(Event):
    NAME: ClassVar[str] = "import.finished.v1"
    counts: dict[str, int]


class ImportUndone(Event):
    NAME: ClassVar[str] = "import.undone.v1"
    reason: SealedText = None


class PlatformBlacklisted(Event):
    """The address is listed for every organization of the platform (Y19: e-mail only)."""

    NAME: ClassVar[str] = "platform.blacklisted.v1"
    RANK: ClassVar[int] = 3
    reason: SealedText = None


class PlatformUnblacklisted(Event):
    NAME: ClassVar[str] = "platform.unblacklisted.v1"
    reason: SealedText = None


SETTINGS_EVENTS: tuple[type[Event], ...] = (
    OrganizationRegistered,
    ScopeCreated,
    ScopeRenamed,
    ScopeRetired,
    UnknownScopesSet,
    ChannelsChosen,
    FieldDefined,
    FieldRetired,
    KeywordSetAdopted,
    RepliesReclassified,
    PolicyAdopted,
    RetentionSet,
    CalendarChosen,
    IdentityRulesSet,
    PersonAdded,
    RoleGranted,
    RoleRevoked,
    ApiKeyIssued,
    ApiKeyRevoked,
    ReversalApproved,
    BatchApproved,
    ImportStarted,
    ImportFinished,
    ImportUndone,
    PlatformBlacklisted,
    PlatformUnblacklisted,
)
