"""Acts of consent: signing up, confirming, opting out, and the texts that people send."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from ledger.acts.given import Given, Kept
from ledger.events.vocabulary import Basis


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
    """Who answers for a bulk grant that is to lift opt-outs, and by which legal basis."""

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
    """contact.opt-out.v1. No purposes: all.

    `elsewhere`: the channel named where the identifier cannot have it. The scope may have been cut to its longest
    readable prefix (flag `scope`), as that of every restrictive act.
    """

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
    """contact.confirmation.v1. A decline is not restrictive.

    `request_id` is the signup's message id, or its act id where only that is known (a confirmation link).
    `request_source` None: the act's own source.
    """

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


ConsentBody = SignUp | OptOut | Confirmation | Reply
