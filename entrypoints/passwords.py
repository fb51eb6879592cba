"""Passwords of people: hashed by Argon2id with the library's parameters (RFC 9106, low memory)."""

import threading
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from ledger.errors import MessageRefused

SHORTEST: Final = 12
LONGEST: Final = 200

_HASHER: Final = PasswordHasher()
_AT_ONCE: Final = threading.BoundedSemaphore(2)
"""Each takes 64 MiB: a flood of logins waits instead of taking the machine's memory."""
_NOBODYS: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$K3SXxQ1Iz+HJmSZCFmNVfA$tEi2IgftGDpKj5zbdFc/GldYc9LFL+zAC59wo3h7E34"
)
"""What is compared where there is no hash, so that an unknown person takes as long to refuse as a known one."""


def hashed(password: str) -> str:
    """The password's hash. Raises MessageRefused where it is too short or long (NIST SP 800-63B: length alone)."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise MessageRefused(
            "password", f"password: {SHORTEST} to {LONGEST} characters; a few words make a good one"
        )
    with _AT_ONCE:
        return _HASHER.hash(password)


def proves(password: str, password_hash: str | None) -> bool:
    """Whether the password has this hash; takes as long where there is none."""
    with _AT_ONCE:
        try:
            _HASHER.verify(password_hash or _NOBODYS, password[: LONGEST + 1])
        except (VerifyMismatchError, InvalidHashError):
            return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether it was made at another cost than today's."""
    return _HASHER.check_needs_rehash(password_hash)
