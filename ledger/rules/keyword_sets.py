"""The keyword sets of an organization: the built-in ones, and those it adopted, with words of its own added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from ledger.events.envelope import Recorded
from ledger.events.settings import KeywordSetAdopted
from ledger.events.vocabulary import ReplyClass
from ledger.rules.keywords import BUILT_IN, CURRENT, KeywordSet, normalize

OWN_CLASSES: Final = (ReplyClass.STOP, ReplyClass.START, ReplyClass.YES, ReplyClass.HELP)
"""Classes to which an organization may add words."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """A set and since when it reads the organization's replies; None: built in, never adopted."""

    keywords: KeywordSet
    since: datetime | None = None


def base_of(version: str) -> KeywordSet | None:
    """The built-in set a version begins with: `2026-2+spring` adds to `2026-2`. None: there is no such set."""
    return BUILT_IN.get(version.partition("+")[0])


def adoptions(settings: Iterable[Recorded]) -> list[Recorded]:
    """The adoptions of an organization's stream, in the order in which they were recorded."""
    return [event for event in settings if type(event.body) is KeywordSetAdopted]


def standing_set(settings: Iterable[Recorded]) -> KeywordSet:
    """The set under which a reply is read that is recorded now."""
    adopted = adoptions(settings)
    return _built(_steps(adopted)) if adopted else CURRENT


def keyword_sets(settings: Iterable[Recorded]) -> dict[str, Adopted]:
    """Every set by version: the built-in ones, then those adopted; the last is the one that stands."""
    sets = {version: Adopted(keywords) for version, keywords in BUILT_IN.items()}
    adopted = adoptions(settings)
    for place, event in enumerate(adopted):
        keywords = _built(_steps(adopted[: place + 1]))
        sets.pop(keywords.version, None)
        sets[keywords.version] = Adopted(keywords, event.effective_at)
    return sets


def with_words(standing: KeywordSet, version: str, words: Mapping[str, Sequence[str]]) -> KeywordSet:
    """The set that adopting `version` with these words would make of the standing one.

    Raises ValueError, saying why, where the set would not only add words.
    """
    base = base_of(version)
    if base is None:
        raise ValueError(f"version: begins with a built-in set, one of {', '.join(BUILT_IN)}")
    added = _normal(words)
    if "+" not in version and (added or "+" in standing.version):
        raise ValueError(f"version: with words of your own it needs a name of its own, such as {version}+spring")
    made = _merged(version, base, standing.words, added)
    for word, kind in added.items():
        if made.words[word] is not kind:
            raise ValueError(f"words: `{word}` is {made.words[word]} already; a set only adds words and moves none")
    if standing.phrases is not None and made.phrases is None:
        raise ValueError(f"version: a set only adds, and {version} knows no phrases as {standing.version} does")
    return made


_Words = tuple[tuple[str, tuple[str, ...]], ...]
_Step = tuple[str, _Words]


def _steps(adopted: Iterable[Recorded]) -> tuple[_Step, ...]:
    bodies = [event.body for event in adopted if isinstance(event.body, KeywordSetAdopted)]
    return tuple((body.version, tuple(sorted(body.words.items()))) for body in bodies)


@lru_cache(maxsize=256)
def _built(steps: tuple[_Step, ...]) -> KeywordSet:
    made: KeywordSet = CURRENT
    own: dict[str, ReplyClass] = {}
    for version, words in steps:
        own = {**_as_stored(words), **own}
        made = _merged(version, base_of(version) or CURRENT, own, {})
    return made


def _as_stored(words: _Words) -> dict[str, ReplyClass]:
    """What an adoption in the log adds: it was checked when it was recorded, and a stop wins whatever it says."""
    known = [
        (normalize(word), ReplyClass(name)) for name, listed in words if name in OWN_CLASSES for word in listed
    ]
    return dict(sorted(known, key=lambda one: one[1] is ReplyClass.STOP))


def _merged(
    version: str, base: KeywordSet, before: Mapping[str, ReplyClass], added: Mapping[str, ReplyClass]
) -> KeywordSet:
    """Earlier, base and added words: a word stays in the class it had first, and a stop of any is a stop."""
    words = {**added, **base.words, **before}
    stops = {word: kind for one in (base.words, before) for word, kind in one.items() if kind is ReplyClass.STOP}
    return KeywordSet(version, {**words, **stops}, base.phrases)


def _normal(words: Mapping[str, Sequence[str]]) -> dict[str, ReplyClass]:
    """Normal word → class. Raises ValueError for a class or a word that is none, and for a word given twice."""
    normal: dict[str, ReplyClass] = {}
    for name, listed in words.items():
        if name not in OWN_CLASSES:
            raise ValueError(f"words: the classes are {', '.join(OWN_CLASSES)}")
        for word in listed:
            key = normalize(word)
            if not key or len(key) > 60:
                raise ValueError("words: each is 1 to 60 letters and digits, with spaces between words")
            if normal.setdefault(key, ReplyClass(name)) is not ReplyClass(name):
                raise ValueError(f"words: `{key}` is given in two classes")
    return normal
