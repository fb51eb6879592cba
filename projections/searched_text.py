"""Searching the texts that people are found by, for a part of an e-mail, a phone, a name or an id.

The index of texts has each three letters that stand together in a word; reading where three stand costs the more,
the more people have them. So it is not asked for all threes of what is searched for, but for some that hardly
overlap; whom they lead to are compared with the whole.
"""

import re
from typing import Any, Final, NamedTuple

SHORTEST: Final = 3
"""A search needs so many characters: shorter parts have no three to be found by."""
GUESSED: Final = 3
"""Of whom the index leads to, the planner takes one in so many for those who fit, whatever is searched for."""
_NUMBER = re.compile(r"[+\d\s().\-/]+")
_WORD = re.compile(r"[^\W_]{3,}")
_THREE = re.compile(r".{3}(?=.{3})|.{3,5}$")
_LED: Final = "s.text LIKE %(@_threes)s"
_WHOLE: Final = "strpos(s.text, %(@)s) > 0"


class Searched(NamedTuple):
    """The condition on texts: of `contact_search` as `s`, led by its index; and of the list's rows as `c`."""

    by_index: str
    in_rows: str


def searched(text: str, values: dict[str, Any]) -> Searched:
    """A phone number is found however it is written. Raises ValueError where the text is too short."""
    if len(text) < SHORTEST:
        raise ValueError(f"search: give at least {SHORTEST} characters")
    number = re.sub(r"[^+\d]", "", text) if _NUMBER.fullmatch(text) else text
    parts = {"text": text}
    if number != text and len(number) >= SHORTEST:
        parts["digits"] = number
    for name, part in parts.items():
        values |= {name: part, f"{name}_threes": _threes(part)}
    by_index = " OR ".join(f"({_LED} AND {_WHOLE})".replace("@", name) for name in parts)
    in_rows = " OR ".join(_WHOLE.replace("s.", "c.").replace("@", name) for name in parts)
    return Searched(f"({by_index})", f"({in_rows})")


def _threes(part: str) -> str:
    """A pattern that all fit who have the part, and few others; of each word the last letters stand together."""
    threes = [three for word in _WORD.findall(part) for three in _THREE.findall(word)]
    return "%" + "%".join(threes or [re.sub(r"([\\%_])", r"\\\1", part)]) + "%"
