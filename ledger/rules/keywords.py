"""Keywords of inbound texts: a versioned set, matched whole after normalisation (DESIGN §4 "Keywords")."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from ledger.events.vocabulary import ReplyClass

KEYWORDS_VERSION = "2026-1"


@dataclass(frozen=True, slots=True)
class KeywordSet:
    """Normalised words by class. Locales and organizations add to it under a version of their own."""

    version: str
    words: Mapping[str, ReplyClass]


def normalize(text: str) -> str:
    """Folds case, width and accents; hyphens become spaces, other punctuation, quotes and emoji go.

    `Arrêt !`, `S.T.O.P.` and `OPT-OUT` come out as `arret`, `stop` and `opt out`.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = []
    for character in folded:
        category = unicodedata.category(character)
        if category == "Pd":
            kept.append(" ")
        elif category[0] in "LN" or character.isspace():
            kept.append(character)
    return " ".join("".join(kept).split())


def keyword_set(version: str, **words: str) -> KeywordSet:
    """A set from comma-separated words by class name."""
    return KeywordSet(
        version,
        {normalize(word): ReplyClass(name) for name, listed in words.items() for word in listed.split(",")},
    )


DEFAULT = keyword_set(
    KEYWORDS_VERSION,
    stop="STOP,STOPALL,STOP ALL,UNSUBSCRIBE,CANCEL,END,QUIT,REVOKE,OPTOUT,OPT OUT,REMOVE,ARRET,ARRETE",
    start="START,UNSTOP,JOIN",
    yes="YES,Y",
    help="HELP,INFO",
)


def classify(text: str, keywords: KeywordSet = DEFAULT) -> ReplyClass:
    """The class of a reply: its keyword's, else `other`."""
    return keywords.words.get(normalize(text), ReplyClass.OTHER)
