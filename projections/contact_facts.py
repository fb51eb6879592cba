"""Facts of a person by which criteria find it: what the profile says, and how it came to be known."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

LONGEST: Final = 100
"""Characters of a value that are kept; who asks for more is compared with the profile itself."""
METHOD: Final = "created method"
SOURCE: Final = "created source"


def fact(field: str, value: str) -> str:
    """A fact as it is kept and asked for; upper and lower case are one."""
    return f"{field}={value.lower()[:LONGEST]}"


def facts(profile: Mapping[str, Any], method: str, source: str) -> list[str]:
    """What is known of a person with this profile, created so."""
    said = {fact(field, value) for field, held in profile.items() for value in _values(held)}
    return [fact(METHOD, method), fact(SOURCE, source), *sorted(said)]


def _values(held: Any) -> Iterator[str]:
    """Texts, numbers, booleans and the members of lists, as PostgreSQL writes them; nothing nested deeper."""
    for one in held if isinstance(held, list) else [held]:
        if isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, str):
            yield one
        elif isinstance(one, int | float):
            yield format(Decimal(repr(one)), "f")
