"""Acts on an organization and its settings, by its people on the command line or over HTTP; no message types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from ledger.events.settings import OtherEmail, RollUp


@dataclass(frozen=True, slots=True)
class Registration:
    """Registers an organization."""

    RESTRICTIVE: ClassVar[bool] = False
    display_name: str


@dataclass(frozen=True, slots=True)
class ScopeChange:
    """Creates (also again, after retiring), renames or retires a scope of the organization, itself included.

    `scope` is as it was given: deciding reads it. `display_name` goes with create and rename.
    """

    RESTRICTIVE: ClassVar[bool] = False
    action: Literal["create", "rename", "retire"]
    scope: str
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class UnknownScopesRule:
    """Whether grants at scopes that nobody created are accepted (and listed) or refused."""

    RESTRICTIVE: ClassVar[bool] = False
    rule: Literal["accept", "refuse"]


@dataclass(frozen=True, slots=True)
class KeyIssue:
    """Issues an API key of the organization; only its prefix and hash come in."""

    RESTRICTIVE: ClassVar[bool] = False
    key_id: UUID
    prefix: str
    key_hash: str
    role: str
    expires_at: datetime | None = None
    permissions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class KeyRevocation:
    """Revokes an API key of the organization, for good."""

    RESTRICTIVE: ClassVar[bool] = False
    key_id: UUID


@dataclass(frozen=True, slots=True)
class PersonAddition:
    """Adds someone who works with the ledger to the organization; the role comes by a `RoleChange`."""

    RESTRICTIVE: ClassVar[bool] = False
    person_id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class RoleChange:
    """Gives a person of the organization its one role, or takes it: None."""

    RESTRICTIVE: ClassVar[bool] = False
    person_id: UUID
    role: str | None


@dataclass(frozen=True, slots=True)
class ChannelsChoice:
    """Says which channels the organization uses."""

    RESTRICTIVE: ClassVar[bool] = False
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Defines (or renames) a custom profile field, or retires it: `value_type` None."""

    RESTRICTIVE: ClassVar[bool] = False
    field: str
    display_name: str = ""
    value_type: str | None = None


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """For how many days the organization keeps what `subject` names."""

    RESTRICTIVE: ClassVar[bool] = False
    subject: str
    days: int


@dataclass(frozen=True, slots=True)
class PolicyAdoption:
    """Adopts one version of a policy for the organization; parameters left out have their built-in values."""

    RESTRICTIVE: ClassVar[bool] = False
    policy: str
    version: str
    parameters: Mapping[str, Any]
    in_force_from: datetime
    in_force_until: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ReversalApproval:
    """Approves that listed events be taken back together. `upto`: the log's end when listed."""

    RESTRICTIVE: ClassVar[bool] = False
    batch: UUID
    digest: str
    events: int
    upto: int
    criteria: Mapping[str, Any]
    evidence: Mapping[str, Any] | None = None
    undoes: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class BatchApproval:
    """Approves that one thing be done to everyone on a list; as `BatchApproved`."""

    RESTRICTIVE: ClassVar[bool] = False
    batch: UUID
    action: str
    channel: str
    scope: str
    digest: str
    people: int
    changes: int
    asked_by: str
    asked_at: datetime
    approved_by: str
    which: str
    reason: str
    approval: str


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """Whose business days count for opt-outs: ISO 3166 country, ISO 3166-2 part of it, IANA time zone."""

    RESTRICTIVE: ClassVar[bool] = False
    country: str
    subdivision: str | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class IdentityRulesChange:
    """Changes how identifiers are rolled up into people; what is left out stays as it is.

    `preset`: begin from it instead of from the rules as they are. `block` and `unblock`: kind and value, or
    kind and pattern with one star at its end or beginning, canonical.
    """

    RESTRICTIVE: ClassVar[bool] = False
    preset: str | None = None
    roll_up: Mapping[str, RollUp] | None = None
    same_tracker_other_email: OtherEmail | None = None
    limits: Mapping[str, int] | None = None
    most: int | None = None
    block: tuple[tuple[str, str], ...] = ()
    unblock: tuple[tuple[str, str], ...] = ()


SettingsBody = (
    Registration
    | ScopeChange
    | UnknownScopesRule
    | KeyIssue
    | KeyRevocation
    | PersonAddition
    | RoleChange
    | ChannelsChoice
    | FieldChange
    | RetentionRule
    | PolicyAdoption
    | ReversalApproval
    | BatchApproval
    | CalendarChoice
    | IdentityRulesChange
)
