"""Canonical values of identifiers: the one normaliser on the only way in (DESIGN §3; beyond 22).

A mistake here cannot be undone: stream ids derive from these values. They are pinned by golden samples.
What is not surely one identifier is refused, which can be mended, rather than given an id nobody else meets.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import idna
from email_validator import EmailNotValidError, validate_email

from ledger.events.vocabulary import CHANNELS_OF
from ledger.phone_numbers import e164

LONGEST: Final = 4096
"""Characters of the longest identifier of any kind."""
_LONGEST_OF: Final = {"external_id": 200, "email": 320}

_REFUSALS: Final = {
    "unknown_kind": f"no such kind of identifier; one of {', '.join(CHANNELS_OF)}",
    "not_an_email": "not an e-mail address; send one address alone, as name@domain",
    "not_a_phone": "not a phone number; send it as + and digits, with the country code",
    "not_an_identifier": "empty, too long, or with control characters in it",
}

_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:(?!-|[a-z0-9-]*(?:--|-\.))[a-z0-9-]{1,63}\.)+"
    r"(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z]{2,24}\Z"
)
"""Lower-case addresses that are canonical and valid as they stand; what is not told here is judged at length."""
_LONGEST_PLAIN = 64

_NOT_IN_EMAIL = re.compile(r"[\s\x00-\x1f\x7f-\x9f<>,;:]")
"""Also what stands around addresses and between them."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AROUND = " \t\r\n\x0b\x0c\x85\xa0\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u2060\ufeff"
"""Spaces and invisible marks that come along when an address is copied."""
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_PHONE = re.compile(r"(?:tel:)?[\s(]*\+([\d\s().\-\u2010-\u2015\u2212/]+)\Z")


class NotCanonical(ValueError):
    """The text is no identifier of its kind. `reason` is a stable code, the message says what to send instead;
    the text itself is never repeated.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(_REFUSALS[reason])
        self.reason = reason


@dataclass(slots=True, unsafe_hash=True)
class Canonical:
    """`value` is what the stream id derives from; `raw` what was given; `valid` a flag, never a gate."""

    kind: str
    value: str
    raw: str
    valid: bool


def canonical(kind: str, raw: str) -> Canonical:
    """The canonical form of an identifier; that of a canonical value is the same again.

    Raises NotCanonical with reason `unknown_kind`, `not_an_email`, `not_a_phone` or `not_an_identifier`.
    """
    value, valid = _judged(kind, raw)
    return Canonical(kind, value, raw, valid)


def canonical_value(kind: str, raw: str) -> str:
    """The value alone of `canonical`, for very many. Raises NotCanonical."""
    return _judged(kind, raw)[0]


def _judged(kind: str, raw: str) -> tuple[str, bool]:
    if kind not in CHANNELS_OF:
        raise NotCanonical("unknown_kind")
    if len(raw) > LONGEST:
        raise NotCanonical("not_an_identifier")
    return _NORMALISERS.get(kind, _exact)(kind, raw)


@lru_cache(maxsize=65_536)
def _email(kind: str, raw: str) -> tuple[str, bool]:
    """NFC, trimmed, lower-cased whole, domain in IDNA ASCII; dots and plus kept."""
    text = raw.lower()
    if len(text) <= _LONGEST_PLAIN and _PLAIN_EMAIL.match(text):
        return text, True
    local, at, domain = _folded(raw.strip(_AROUND)).rpartition("@")
    value = f"{local}@{_ascii(domain).rstrip('.')}"
    if not (local and at) or value.endswith("@") or len(value) > _LONGEST_OF["email"]:
        raise NotCanonical("not_an_email")
    if _NOT_IN_EMAIL.search(value) or any(_is_invisible(character) for character in local):
        raise NotCanonical("not_an_email")
    return value, _is_valid_email(value)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _ascii(domain: str) -> str:
    """The domain in IDNA ASCII. Labels that IDNA knows no more, or not yet (emoji), are encoded all the same,
    so that both spellings of such a domain meet and a later table changes nothing.
    """
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        labels = _DOTS.split(domain)
        return ".".join(
            label if label.isascii() else "xn--" + label.encode("punycode", "replace").decode() for label in labels
        )


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def _is_valid_email(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        return False
    return True


@lru_cache(maxsize=65_536)
def _phone(kind: str, raw: str) -> tuple[str, bool]:
    """E.164 of anything that reads as + and digits.

    A leading `00` is no plus: in half of Asia and in Australia such a number begins with another prefix, and
    `001 44…` would be read as somebody else's.
    """
    digits = raw[1:]
    if not (raw.startswith("+") and digits.isascii() and digits.isdecimal()):
        shown = "".join(c for c in unicodedata.normalize("NFKC", raw) if unicodedata.category(c) != "Cf")
        written = _PHONE.match(shown.strip())
        if written is None:
            raise NotCanonical("not_a_phone")
        digits = "".join(str(int(character)) for character in written[1] if character.isdecimal())
    try:
        return e164(digits)
    except ValueError:
        raise NotCanonical("not_a_phone") from None


def _exact(kind: str, raw: str) -> tuple[str, bool]:
    """Exact text, without control characters."""
    if not raw or len(raw) > _LONGEST_OF.get(kind, LONGEST) or _CONTROL.search(raw):
        raise NotCanonical("not_an_identifier")
    return raw, True


_NORMALISERS: dict[str, Callable[[str, str], tuple[str, bool]]] = {"email": _email, "phone": _phone}
