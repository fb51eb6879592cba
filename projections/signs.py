"""Signs of the names that a person is found by: 256 bits in the list's index, of which each name has set three.

Whose bits are not all set has none of that name, and is passed by without a look at the row. Whose are may have it:
of those who have not, one in fifty has them of other names, where a person has some thirty.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Final

_BYTES: Final = 32
_EACH: Final = 3


def signs(names: Iterable[str]) -> bytes:
    """What is kept of somebody with these names."""
    made = 0
    for name in names:
        made |= _mask(name)
    return made.to_bytes(_BYTES, "little")


def bits(name: str) -> list[int]:
    """Which bits the name has set, as PostgreSQL's get_bit counts them."""
    return list(sha256(name.encode()).digest()[:_EACH])


@lru_cache(maxsize=20_000)
def _mask(name: str) -> int:
    mask = 0
    for bit in bits(name):
        mask |= 1 << bit
    return mask
