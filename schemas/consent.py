"""Signup, opt-out and confirmation."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.message import (
    OR_NONE,
    Channel,
    Code,
    Evidence,
    Identifier,
    Identifiers,
    LenientCode,
    LenientEvidence,
    LenientScope,
    LenientText,
    Message,
    Moment,
    Purpose,
    Scope,
    Text,
    Wire,
    required,
)
from schemas.profile import Fields

SignupMethod = Literal["form", "keyword", "checkout", "call", "preference_page", "api", "import"]
OptOutMethod = Literal[
    "keyword",
    "link",
    "one_click",
    "manual",
    "complaint",
    "carrier",
    "provider_rejection",
    "import",
    "preference_page",
]


class Subscription(Wire):
    """What is subscribed to; it goes to every given identifier that has the channel."""

    channel: Channel
    scope: Scope
    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=3)]
    double_opt_in: bool = Field(default=False, description="only a request until the person confirms it")
    expires_at: Moment | None = None
    basis: Literal["express", "inquiry", "purchase"] | None = Field(
        default=None, description="what the consent rests on: policy says how long each lives; absent: express"
    )


class Override(Wire):
    """Who answers for lifting an opt-out in bulk, and on what legal basis."""

    actor: Code
    legal_basis: Text


class Signup(Message):
    """Somebody signed up, or was signed up, for subscriptions."""

    identifiers: Identifiers
    subscriptions: Annotated[list[Subscription], Field(min_length=1, max_length=100)]
    method: SignupMethod
    profile: Fields | None = None
    evidence: Evidence | None = None
    override: Override | None = None


class OptOut(Message):
    """The person wants no more of this. Only the identifier must be readable."""

    model_config = required("identifier", "channel", "scope", "method")

    identifier: Identifier
    channel: Annotated[Channel | Literal["*"] | None, OR_NONE] = None
    scope: LenientScope = None
    purposes: Annotated[list[Purpose] | None, OR_NONE] = Field(default=None, description="absent: all")
    method: Annotated[OptOutMethod | None, OR_NONE] = None
    reason: LenientText = None
    actor: LenientCode = None
    evidence: LenientEvidence = None


class Confirmation(Message):
    """The answer to a request for double opt-in, told by the signup's message id."""

    identifier: Identifier
    request_id: Annotated[str, Field(min_length=1, max_length=500)]
    request_source: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="absent: the source of this message"
    )
    outcome: Literal["confirmed", "declined"]
    reply: Text | None = None
    evidence: Evidence | None = None
