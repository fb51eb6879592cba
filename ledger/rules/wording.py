"""Texts as they are compared: folded, freed of marks, and cut into clauses. Every step is linear in the text."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_BREAKS: Final = dict.fromkeys(map(ord, ".,;:!?¡¿()[]\r。،"), "\n")
"""Marks at which one clause ends and the next begins."""
_QUOTES: Final = (("“", "”"), ("«", "»"), ("„", "“"), ('"', '"'))
_QUOTED_FROM: Final = 4
"""A quotation of so many words or more is somebody else's text; a shorter one is a word that is spoken of."""


@lru_cache(maxsize=4096)
def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Pd":
        return " "
    return character if category[0] in "LN" or character.isspace() else ""


_ASCII: Final = {point: _kept(chr(point)) for point in range(128)}


def normalize(text: str) -> str:
    """Folds case, width and accents; hyphens become spaces, other punctuation, quotes and emoji go.

    `Arrêt !`, `S.T.O.P.` and `OPT-OUT` come out as `arret`, `stop` and `opt out`.
    """
    return words_of(folded(text))


def folded(text: str) -> str:
    """Case and width folded, marks and accents still there."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())


def words_of(text: str) -> str:
    """The words of folded text, parted by single spaces."""
    kept = text.translate(_ASCII) if text.isascii() else "".join(map(_kept, text))
    return " ".join(kept.split())


def clauses(said: str) -> Iterator[list[str]]:
    """The normal words of each clause of folded text; whole quotations and quoted lines (`>`) are left out.

    Where nothing else is said, what is quoted is what is said.
    """
    own = list(_cut(_unquoted(said)))
    yield from own or _cut(said)


def _cut(text: str) -> Iterator[list[str]]:
    for line in text.translate(_BREAKS).replace(" - ", "\n").split("\n"):
        words = words_of(line).split()
        if words and not line.lstrip().startswith(">"):
            yield words


def _unquoted(text: str) -> str:
    for opening, closing in _QUOTES:
        if opening in text:
            text = _without(text, opening, closing)
    return text


def _without(text: str, opening: str, closing: str) -> str:
    kept: list[str] = []
    start = 0
    while (begin := text.find(opening, start)) >= 0:
        end = text.find(closing, begin + 1)
        if end < 0:
            break
        kept.append(text[start:begin])
        quoted = text[begin + 1 : end]
        kept.append("\n" if len(quoted.split()) >= _QUOTED_FROM else f" {quoted} ")
        start = end + 1
    return "".join(kept) + text[start:]
