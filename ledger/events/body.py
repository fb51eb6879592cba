"""What an event says: typed, frozen, with its personal fields marked as sealed."""

from typing import Annotated, Any, ClassVar, get_type_hints

from pydantic import BaseModel, ConfigDict

SEALED: str = "sealed"

SealedText = Annotated[str | None, SEALED]
SealedMap = Annotated[dict[str, Any] | None, SEALED]


class Event(BaseModel):
    """One fact in the past tense.

    `NAME` is the stored name: explicit, versioned, never a Python path; a stored shape is never edited.
    Fields annotated `SEALED` are personal: they are stored encrypted and are None until opened.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    NAME: ClassVar[str] = ""
    RANK: ClassVar[int] = 0
    """Place among events of one effective time (DESIGN §4): 0 grants, requests, lifts; 1 confirmations;
    2 declines; 3 opt-outs, holds, bounces, complaints, so that in a tie the restrictive one wins."""
    AT_RECORDING: ClassVar[bool] = False
    """Whether it takes effect when recorded, whatever its source says (erasure)."""
    SEALED_FIELDS: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        hints = get_type_hints(cls, include_extras=True)
        sealed = {name for name, hint in hints.items() if SEALED in getattr(hint, "__metadata__", ())}
        if any(cls.model_fields[name].default is not None for name in sealed):
            raise TypeError(f"{cls.__name__}: a sealed field defaults to None, so that it loads without its key")
        cls.SEALED_FIELDS = frozenset(sealed)
