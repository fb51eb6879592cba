"""Acts on merge candidates."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Dismissal:
    """Two contacts listed as a merge candidate are two people, somebody says."""

    RESTRICTIVE: ClassVar[bool] = False
    left: UUID
    right: UUID
    reason: str | None = None
