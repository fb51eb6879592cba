"""Keyword sets of an organization as they are shown: which there are, and the words of one by class."""

from datetime import datetime

from pydantic import BaseModel, Field

from entrypoints.keywords import known_set, sets
from entrypoints.wiring import Service
from ledger.events.vocabulary import ReplyClass
from ledger.rules.keywords import KeywordSet


class SetSeen(BaseModel):
    """A keyword set."""

    version: str = Field(examples=["2026-2+spring"])
    size: int = Field(description="how many keywords it has")
    phrases: int = Field(description="how many phrases it knows")
    since: datetime | None = Field(description="when it was adopted; null: built in, never adopted")
    standing: bool = Field(description="whether it reads new replies")


class SetWhole(SetSeen):
    """A keyword set with its words."""

    words: dict[str, list[str]] = Field(description="class → words as they are compared, in order")


def listed(ledger: Service, organization: str) -> list[SetSeen]:
    """The built-in sets, then those adopted. Raises UnknownOrganization."""
    known, standing = sets(ledger, organization)
    return [_seen(one.keywords, one.since, standing) for one in known.values()]


def whole(ledger: Service, organization: str, version: str) -> SetWhole:
    """One set with its words. Raises NotFound."""
    keywords = known_set(ledger, organization, version)
    known, standing = sets(ledger, organization)
    seen = _seen(keywords, known[version].since, standing)
    return SetWhole(**seen.model_dump(), words=words_by_class(keywords))


def words_by_class(keywords: KeywordSet) -> dict[str, list[str]]:
    """Class → words; every class that a word can be of."""
    words: dict[str, list[str]] = {str(kind): [] for kind in ReplyClass if kind is not ReplyClass.OTHER}
    for word, kind in sorted(keywords.words.items()):
        words[str(kind)].append(word)
    return words


def _seen(keywords: KeywordSet, since: datetime | None, standing: str) -> SetSeen:
    return SetSeen(
        version=keywords.version,
        size=len(keywords.words),
        phrases=keywords.phrases.count() if keywords.phrases is not None else 0,
        since=since,
        standing=keywords.version == standing,
    )
