"""What operators and systems say: deliverability, holds, reassignment, links, deletion, reversal."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from schemas.message import Code, Data, Evidence, Identifier, Lenient

Id = Annotated[UUID, Field(strict=False)]


class Deliverability(Data):
    """contact.deliverability.v1"""

    identifier: Identifier
    action: Literal["reactivate", "blacklist", "unblacklist", "withdraw_complaint"]
    actor: Lenient = None
    reason: Lenient = None


class Hold(Data):
    """contact.hold.v1. No scope: the whole organization. Lifts must name actor and reason."""

    identifier: Identifier
    action: Literal["pause", "resume", "block", "unblock", "ban", "unban"]
    scope: Lenient = None
    until: Lenient = None
    actor: Lenient = None
    reason: Lenient = None


class Reassignment(Data):
    """contact.reassign.v1"""

    identifier: Identifier
    cause: Literal["recycled", "deactivated", "ported"]
    evidence: Evidence = None


class Identify(Data):
    """contact.identify.v1: identifiers seen together."""

    identifiers: Annotated[list[Identifier], Field(min_length=1, max_length=50)]
    method: Code


class Link(Data):
    """contact.link.v1: exactly two sides, by contact id or identifier."""

    contact_ids: Annotated[list[Id], Field(max_length=2)] = Field(default_factory=list)
    identifiers: Annotated[list[Identifier], Field(max_length=2)] = Field(default_factory=list)
    actor: Code
    reason: Code


class Unlink(Data):
    """contact.unlink.v1"""

    link_id: Id
    actor: Code
    reason: Code


class ContactChange(Data):
    """contact.delete.v1, contact.restore.v1, contact.erase.v1: of one contact, by its id or an identifier."""

    contact_id: Id | None = None
    identifier: Identifier | None = None
    actor: Code
    reason: Code
    request_id: Code | None = None


class Reversal(Data):
    """ledger.reversal.v1"""

    event_id: Id
    actor: Code
    reason: Code
    batch: Code | None = None
