"""What operators and systems say: deliverability, holds, reassignment, links, deletion, reversal."""

from typing import Literal

from pydantic import Field

from schemas.message import (
    Code,
    Id,
    Identifier,
    Identifiers,
    LenientCode,
    LenientEvidence,
    LenientMoment,
    LenientScope,
    LenientText,
    Message,
    Text,
    Wire,
    Word,
    either,
    required,
)


class Deliverability(Message):
    """An actor lists an address as dead or takes that back. All but blacklisting must name actor and reason."""

    model_config = required("identifier", "action", "actor", "reason")

    identifier: Identifier
    action: Literal["reactivate", "blacklist", "unblacklist", "withdraw_complaint"]
    actor: LenientCode = None
    reason: LenientText = None


class Hold(Message):
    """An actor places or lifts a hold. Lifting must name actor and reason."""

    model_config = required("identifier", "action", "actor", "reason")

    identifier: Identifier
    action: Literal["pause", "resume", "block", "unblock", "ban", "unban"]
    scope: LenientScope = Field(default=None, description="absent: the organization")
    until: LenientMoment = Field(default=None, description="when a pause ends by itself")
    actor: LenientCode = None
    reason: LenientText = None


class Reassignment(Message):
    """A carrier says what became of a number."""

    identifier: Identifier
    cause: Literal["recycled", "deactivated", "ported"]
    evidence: LenientEvidence = None


class Identify(Message):
    """Identifiers seen together: they belong to one person."""

    identifiers: Identifiers
    method: Word


class ContactReference(Wire):
    """A contact by its id."""

    contact_id: Id


class Link(Message):
    """An actor says that two contacts are one person."""

    left: ContactReference | Identifier
    right: ContactReference | Identifier
    actor: Code
    reason: Text


class Unlink(Message):
    """An actor takes one link back, or every link of a contact, which then stands alone."""

    model_config = either("actor", "reason", of=("link_id", "contact_id"))

    link_id: Id | None = None
    contact_id: Id | None = Field(default=None, description="every link of this contact")
    actor: Code
    reason: Text


class Deletion(Message):
    """An actor deletes a contact (it can be restored): its identifiers are blocked."""

    model_config = either("actor", "reason")

    contact_id: Id | None = None
    identifier: Identifier | None = None
    actor: LenientCode = None
    reason: LenientText = None
    request_id: LenientCode = None


class Restoration(Message):
    """An actor restores a deleted contact."""

    model_config = either("actor", "reason")

    contact_id: Id | None = None
    identifier: Identifier | None = None
    actor: Code
    reason: Text
    request_id: Code | None = None


class Erasure(Restoration):
    """The person asked to be erased: their personal data is destroyed for good."""


class Reversal(Message):
    """An actor takes back one earlier event, alone or as one of a batch."""

    event_id: Id
    actor: Code
    reason: Text
    batch: Code | None = None
