"""Acts about contacts: their profiles, who is one person, deleting, restoring and erasing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from ledger.acts.given import Given


@dataclass(slots=True, unsafe_hash=True)
class ProfileEdit:
    """contact.profile.v1. Exactly one of `identifier` and `contact_id`.

    `seen`: field → the newest edit naming it that the editor saw (None: none); where another came meanwhile this
    one is refused.
    """

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
class IdentifierAssignment:
    """An operator gives a contact an identifier nobody holds, and takes its contact key `instead_of` (P8).

    Without `identifier` the key is only taken; without `instead_of` none is. No message type.
    """

    RESTRICTIVE: ClassVar[bool] = False
    contact_id: UUID
    identifier: Given | None = None
    instead_of: UUID | None = None
    reason: str | None = None


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
class Dismissal:
    """Two contacts listed as a merge candidate are two people, somebody says (no message type)."""

    RESTRICTIVE: ClassVar[bool] = False
    left: UUID
    right: UUID
    reason: str | None = None


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


ContactBody = ProfileEdit | Identification | IdentifierAssignment | Link | Unlink | Dismissal | ContactChange
