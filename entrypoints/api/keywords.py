"""Keyword sets: those there are, what a text is read as, what another set would read otherwise, adopting one."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from entrypoints import keyword_sets, keywords
from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import Asked
from entrypoints.keyword_sets import SetSeen, SetWhole
from entrypoints.keywords import Difference
from entrypoints.wiring import Service
from ledger.rules.keywords import KeywordSet, read_reply

router = APIRouter(prefix="/v1/organizations/{organization}/keywords", tags=["settings"])
_Reader = Annotated[Caller, Depends(needs("organization"))]
_SHOWN = 1_000
_Word = Annotated[str, Field(max_length=60)]
_Class = Literal["stop", "start", "yes", "help"]


class TextGiven(Asked):
    """A text as somebody might send it."""

    text: str = Field(max_length=1_600, examples=["please stop texting me"])


class ReadingAnswer(BaseModel):
    """What a text is read as now, how surely, and by which word or phrase."""

    reply_class: str = Field(examples=["stop"])
    confidence: str = Field(examples=["phrase"])
    version: str
    matched: str | None


class SetGiven(Asked):
    """A set: a built-in one, or words of the organization's own added to it under a name of its own."""

    version: str = Field(max_length=100, examples=["2026-2+spring"])
    words: dict[_Class, list[_Word]] = Field({}, examples=[{"stop": ["basta"]}])


class Adoption(SetGiven):
    """Adopts a set."""

    confirmed: bool = Field(False, description="adopt; without it only what would change is counted")


class ReplyChanged(BaseModel):
    """A reply that would be read otherwise, and the places that it makes sendable or not."""

    reply_event_id: UUID
    identifier_id: UUID
    sender: str
    received_at: datetime
    old: str
    new: str
    matched: str | None
    opens: list[str]
    stops: list[str]


class KeywordsDifference(BaseModel):
    """What reading every earlier reply under another set comes to; the first 1,000 that change."""

    version: str
    replies: int = Field(description="replies looked at")
    changed: int
    unreadable: int = Field(description="of those, without a text that can be read any more")
    by_person: int = Field(description="of those, read by a person, which no set reads again")
    changes: list[ReplyChanged]


class AdoptionAnswer(BaseModel):
    """What was or would be adopted."""

    version: str
    adopted: bool = Field(description="whether this call adopted it")
    difference: KeywordsDifference | None = Field(description="null where it was adopted")


@router.get("")
def list_keywords(ledger: Ledger, caller: _Reader) -> list[SetSeen]:
    """The built-in sets, then those adopted."""
    return keyword_sets.listed(ledger, caller.organization)


@router.post("/read")
def read_text(given: TextGiven, ledger: Ledger, caller: _Reader) -> ReadingAnswer:
    """What a text would be read as now. Nothing is recorded."""
    _, version = keywords.sets(ledger, caller.organization)
    reading = read_reply(given.text, keywords.known_set(ledger, caller.organization, version))
    return ReadingAnswer.model_validate(reading, from_attributes=True)


@router.post("/diff")
def diff_keywords(
    given: SetGiven, ledger: Ledger, caller: Annotated[Caller, Depends(needs("policies"))]
) -> KeywordsDifference:
    """Which earlier replies would be read otherwise. It looks through the whole log."""
    return _difference(ledger, caller.organization, _set(ledger, caller.organization, given))


@router.post("")
def adopt_keywords(
    given: Adoption, ledger: Ledger, caller: Annotated[Caller, Depends(needs("settings"))]
) -> AdoptionAnswer:
    """Reads new replies under a set once `confirmed`; before, says which earlier ones it would read otherwise."""
    words = _words(given)
    made = keywords.proposed(ledger, caller.organization, given.version, words)
    if not given.confirmed:
        difference = _difference(ledger, caller.organization, made)
        return AdoptionAnswer(version=made.version, adopted=False, difference=difference)
    adopted = keywords.adopt(hand(ledger, caller), given.version, words)
    return AdoptionAnswer(version=made.version, adopted=adopted, difference=None)


@router.get("/{version}")
def show_keywords(version: str, ledger: Ledger, caller: _Reader) -> SetWhole:
    """One set with its words by class."""
    return keyword_sets.whole(ledger, caller.organization, version)


def _words(given: SetGiven) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(listed) for kind, listed in given.words.items() if listed}


def _set(ledger: Service, organization: str, given: SetGiven) -> KeywordSet:
    words = _words(given)
    if words:
        return keywords.proposed(ledger, organization, given.version, words)
    return keywords.known_set(ledger, organization, given.version)


def _difference(ledger: Service, organization: str, made: KeywordSet) -> KeywordsDifference:
    found: Difference = keywords.difference(ledger, organization, made)
    return KeywordsDifference(
        version=found.keywords,
        replies=found.replies,
        changed=len(found.changes),
        unreadable=found.unreadable,
        by_person=found.by_person,
        changes=[ReplyChanged.model_validate(one, from_attributes=True) for one in found.changes[:_SHOWN]],
    )
