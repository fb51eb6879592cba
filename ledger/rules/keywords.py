"""Keywords of inbound texts: versioned sets, matched whole once normalised, then phrases (DESIGN §4 "Keywords").

A set only ever grows: a later version, a language or an organization adds words, and what is a stop stays one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.rules.phrase_tables import PHRASES
from ledger.rules.phrases import Phrases
from ledger.rules.wording import folded, normalize, words_of

__all__ = [
    "BUILT_IN",
    "CURRENT",
    "DEFAULT",
    "KEYWORDS_VERSION",
    "LANGUAGES",
    "KeywordSet",
    "ReplyReading",
    "classify",
    "keyword_set",
    "normalize",
    "read_reply",
]

KEYWORDS_VERSION = "2026-1"


@dataclass(frozen=True, slots=True)
class KeywordSet:
    """Normalised words by class, and phrases where the version knows any."""

    version: str
    words: Mapping[str, ReplyClass]
    phrases: Phrases | None = None


@dataclass(frozen=True, slots=True)
class ReplyReading:
    """What a text is read as: by which word (exact) or phrase of the set of this version."""

    reply_class: ReplyClass
    confidence: Confidence
    version: str
    matched: str | None = None


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

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"stop": "TD"},
    "fr": {
        "stop": "ARRETT,ARRETER,ARRETEZ,DESABONNER,DESABONNEMENT,DESINSCRIRE,DESINSCRIPTION,ANNULER",
        "start": "DEMARRER,COMMENCER",
        "yes": "OUI",
        "help": "AIDE",
    },
    "es": {
        "stop": "ALTO,PARAR,PARE,CANCELAR,BAJA,SALIR,DETENER,TERMINAR,NO MAS,ELIMINAR,DESUSCRIBIR",
        "start": "INICIAR,EMPEZAR,COMENZAR",
        "yes": "SI",
        "help": "AYUDA",
    },
    "de": {
        "stop": "STOPP,ABMELDEN,ABBESTELLEN,AUSTRAGEN,ENDE,BEENDEN",
        "start": "ANMELDEN,STARTEN",
        "yes": "JA",
        "help": "HILFE",
    },
    "pt": {
        "stop": "SAIR,PARAR,CANCELAR,REMOVER,DESCADASTRAR",
        "start": "INICIAR,COMECAR",
        "yes": "SIM",
        "help": "AJUDA",
    },
    "it": {
        "stop": "BASTA,ANNULLA,CANCELLA,CANCELLAMI,DISISCRIVI,DISISCRIVIMI,FERMA",
        "start": "INIZIA,INIZIARE",
        "yes": "SI",
        "help": "AIUTO",
    },
    "nl": {
        "stop": "STOPPEN,AFMELDEN,UITSCHRIJVEN,STOPZETTEN,EINDE",
        "start": "AANMELDEN,STARTEN",
        "yes": "JA",
        "help": "HULP",
    },
}
"""What 2026-2 adds to 2026-1, by language: required by carriers and providers, or their tables' equivalents."""


def _with_languages(version: str, before: KeywordSet) -> KeywordSet:
    words = dict(before.words)
    for added in LANGUAGES.values():
        words = {**keyword_set(version, **added).words, **words}
    return KeywordSet(version, words, PHRASES)


CURRENT: Final = _with_languages("2026-2", DEFAULT)
"""Reads new replies where the organization has adopted no set of its own."""
BUILT_IN: Final = {one.version: one for one in (DEFAULT, CURRENT)}
"""Oldest first."""


def read_reply(text: str, keywords: KeywordSet = CURRENT) -> ReplyReading:
    """What the text says: its keyword, else the phrase that is meant (a stop), else `other`."""
    said = folded(text)
    word = words_of(said)
    known = keywords.words.get(word)
    if known is not None:
        return ReplyReading(known, Confidence.EXACT, keywords.version, word)
    phrase = keywords.phrases.find(said) if keywords.phrases is not None else None
    if phrase is not None:
        return ReplyReading(ReplyClass.STOP, Confidence.PHRASE, keywords.version, phrase)
    return ReplyReading(ReplyClass.OTHER, Confidence.NONE, keywords.version)


def classify(text: str, keywords: KeywordSet = DEFAULT) -> ReplyClass:
    """The class of a reply: its keyword's, else `other`."""
    return read_reply(text, keywords).reply_class
