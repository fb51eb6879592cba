"""Acts about keyword sets, and about how earlier replies are read; no message types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ledger.events.vocabulary import Confidence, ReplyClass


@dataclass(frozen=True, slots=True)
class KeywordAdoption:
    """Adopts a keyword set: `words` by class are added to the built-in set that `version` begins with."""

    RESTRICTIVE: ClassVar[bool] = False
    version: str
    words: Mapping[str, tuple[str, ...]]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reclassification:
    """Reads an earlier reply anew: under another keyword version, or as a person read it."""

    reply_event_id: UUID
    reply_class: ReplyClass
    keywords: str
    confidence: Confidence
    matched: str | None = None
    reason: str | None = None
    batch: str | None = None

    @property
    def RESTRICTIVE(self) -> bool:
        return self.reply_class is ReplyClass.STOP


@dataclass(frozen=True, slots=True)
class ReclassificationApproval:
    """Somebody approved that so many replies be read anew under a version."""

    RESTRICTIVE: ClassVar[bool] = False
    batch: str
    keywords: str
    counts: Mapping[str, int]
    reason: str | None = None


KeywordBody = KeywordAdoption | Reclassification | ReclassificationApproval
