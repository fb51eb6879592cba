"""Signup, opt-out and confirmation."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.message import Code, Data, Evidence, Identifier, Lenient, LenientTexts, Moment, Purposes, Scope, Wire
from schemas.profile import Fields

Channel = Literal["email", "sms", "mms", "whatsapp", "viber", "voice", "web_push", "app_push", "telegram"]
Method = Literal["form", "keyword", "checkout", "call", "preference_page", "api", "import"]
Purpose = Literal["marketing", "cart", "transactional"]


class Subscription(Wire):
    """What is subscribed to; it goes to every given identifier that has the channel."""

    channel: Channel
    scope: Scope
    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=3)]
    double_opt_in: bool = False
    expires_at: Moment | None = None


class Override(Wire):
    """Who answers for lifting an opt-out in bulk, and on what legal basis."""

    actor: Code
    legal_basis: Code


class Signup(Data):
    """contact.signup.v1"""

    identifiers: Annotated[list[Identifier], Field(min_length=1, max_length=50)]
    subscriptions: Annotated[list[Subscription], Field(max_length=100)]
    method: Method
    profile: Fields | None = None
    evidence: Evidence = None
    override: Override | None = None


class OptOut(Data):
    """contact.opt-out.v1. Only the identifier must be readable."""

    identifier: Identifier
    channel: Lenient = None
    scope: Lenient = None
    purposes: LenientTexts = None
    method: Lenient = None
    reason: Lenient = None
    actor: Lenient = None
    evidence: Evidence = None


class Confirmation(Data):
    """contact.confirmation.v1"""

    identifier: Identifier
    request_id: Code
    request_source: Code | None = None
    outcome: Literal["confirmed", "declined"]
    reply: Lenient = None
    evidence: Evidence = None


__all__ = ["Confirmation", "OptOut", "Override", "Purposes", "Signup", "Subscription"]
