"""Events of a contact's stream: who the person is, what is known of them, which contacts are one person."""

from typing import ClassVar
from uuid import UUID

from ledger.events.body import Event, SealedMap, SealedText
from ledger.events.identifier import FromMessage


class ContactCreated(Event):
    NAME: ClassVar[str] = "contact.created.v1"
    method: str
    """Creation method (Y4): form, import, api, keyword, opt-out, …"""


class IdentifierAttached(Event):
    NAME: ClassVar[str] = "contact.identifier-attached.v1"
    identifier_id: UUID
    kind: str


class IdentifierDetached(Event):
    NAME: ClassVar[str] = "contact.identifier-detached.v1"
    identifier_id: UUID
    kind: str
    reason: SealedText = None


class ProfileChanged(FromMessage):
    """Edits per field: `set` replaces, `append` adds to a list, `fill` only where empty, `remove` clears."""

    NAME: ClassVar[str] = "contact.profile-changed.v1"
    fields: tuple[str, ...]
    """Names of the fields touched (never their values)."""
    set: SealedMap = None
    append: SealedMap = None
    fill: SealedMap = None
    remove: tuple[str, ...] = ()


class ContactsLinked(Event):
    """The two contacts are one person; recorded on both streams under one link id."""

    NAME: ClassVar[str] = "contact.linked.v1"
    link_id: UUID
    other_contact_id: UUID
    automatic: bool
    cause: str
    """Why: `same_message`, `identified_as`, `asked` …"""
    reason: SealedText = None


class ContactsUnlinked(Event):
    NAME: ClassVar[str] = "contact.unlinked.v1"
    link_id: UUID
    other_contact_id: UUID
    reason: SealedText = None


class ContactDeleted(FromMessage):
    """Soft: it stays findable and restorable; its identifiers are blocked with that cause."""

    NAME: ClassVar[str] = "contact.deleted.v1"
    reason: SealedText = None


class ContactRestored(FromMessage):
    NAME: ClassVar[str] = "contact.restored.v1"
    cause: str = "act"
    """`act`, or `own_grant` where the person's own fresh grant restored it."""
    reason: SealedText = None


class ContactErased(Event):
    NAME: ClassVar[str] = "contact.erased.v1"
    RANK: ClassVar[int] = 3
    AT_RECORDING: ClassVar[bool] = True
    request_id: str | None = None


class Purchased(FromMessage):
    """First or latest order of this contact: makes a Purchaser (L14)."""

    NAME: ClassVar[str] = "contact.purchased.v1"
    order_id: SealedText = None


class CandidateListed(Event):
    """These contacts may be one person; a human decides (bulk message, guard, or an unlinked pair)."""

    NAME: ClassVar[str] = "contact.candidate-listed.v1"
    other_contact_id: UUID
    cause: str


class CandidateDismissed(Event):
    """A human says that these contacts, listed for this cause, are two people; they are not listed for it again."""

    NAME: ClassVar[str] = "contact.candidate-dismissed.v1"
    other_contact_id: UUID
    cause: str
    reason: SealedText = None


CONTACT_EVENTS: tuple[type[Event], ...] = (
    ContactCreated,
    IdentifierAttached,
    IdentifierDetached,
    ProfileChanged,
    ContactsLinked,
    ContactsUnlinked,
    ContactDeleted,
    ContactRestored,
    ContactErased,
    Purchased,
    CandidateListed,
    CandidateDismissed,
)
