"""Acts on an organization's settings, made by its people on the command line or over HTTP; no message types."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID


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
class KeyRevocation:
    """Revokes an API key of the organization, for good."""

    RESTRICTIVE: ClassVar[bool] = False
    key_id: UUID


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
class CalendarChoice:
    """Whose business days count for opt-outs: ISO 3166 country, ISO 3166-2 part of it, IANA time zone."""

    RESTRICTIVE: ClassVar[bool] = False
    country: str
    subdivision: str | None
    time_zone: str


SettingsBody = ScopeChange | UnknownScopesRule | KeyRevocation | FieldChange | RetentionRule | CalendarChoice
