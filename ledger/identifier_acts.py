"""Acts on which identifiers a contact holds, by hand."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

if TYPE_CHECKING:
    from ledger.acts import Given


@dataclass(frozen=True, slots=True)
class IdentifierAssignment:
    """An operator gives a contact an identifier nobody holds, and takes its contact key `instead_of` (P8).

    Without `identifier` the key is only taken; without `instead_of` none is.
    """

    RESTRICTIVE: ClassVar[bool] = False
    contact_id: UUID
    identifier: "Given | None" = None
    instead_of: UUID | None = None
    reason: str | None = None
