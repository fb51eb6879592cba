"""Whom an act names: an identifier by its value, or by the id that is left of it."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True, unsafe_hash=True)
class Given:
    """An identifier as given: its canonical value, the raw text, whether its format is valid."""

    kind: str
    value: str
    raw: str
    valid: bool = True
    verified: bool | None = None
    id: UUID | None = field(default=None, compare=False, repr=False)
    """Its stream's, where whoever took the message in worked it out (`deciding.naming`)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An identifier by its stream id: all that is left to name it by once its value is erased."""

    id: UUID
    kind: str
