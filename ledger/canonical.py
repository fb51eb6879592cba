"""Canonical values of identifiers: the one normaliser on the only way in (DESIGN §3; beyond 22).

A mistake here cannot be undone: stream ids derive from these values. They are pinned by golden samples.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import idna
import phonenumbers
from email_validator import EmailNotValidError, validate_email

from ledger.events.vocabulary import CHANNELS_OF

_PLAIN_EMAIL = re.compile(r"[a-z0-9][a-z0-9._+-]{0,62}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}\Z")
_NOT_IN_EMAIL = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PHONE_TEXT = re.compile(r"[+\d\s().\-\u2010-\u2015/]+\Z")
_NANP = re.compile(r"\+1[2-9]\d{9}\Z", re.ASCII)
"""North American numbers as they should be: their own E.164 form, so they need no parsing."""
_LONGEST = {"external_id": 200}
_LONGEST_EMAIL = 320


class NotCanonical(ValueError):
    """The text is no identifier of its kind. `reason` is a stable code; the text itself is never repeated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Canonical:
    """`value` is what the stream id derives from; `raw` what was given; `valid` a flag, never a gate."""

    kind: str
    value: str
    raw: str
    valid: bool


def canonical(kind: str, raw: str) -> Canonical:
    """The canonical form of an identifier. Raises NotCanonical: `unknown_kind`, `not_an_email`, `not_a_phone`,
    `not_an_identifier`.
    """
    if kind not in CHANNELS_OF:
        raise NotCanonical("unknown_kind")
    value, valid = _NORMALISERS.get(kind, _exact)(kind, raw)
    return Canonical(kind, value, raw, valid)


@lru_cache(maxsize=65_536)
def _email(kind: str, raw: str) -> tuple[str, bool]:
    """NFC, trimmed, lower-cased whole, domain in IDNA ASCII; dots and plus kept."""
    text = unicodedata.normalize("NFC", raw).strip().lower()
    if _PLAIN_EMAIL.match(text) and ".." not in text and ".@" not in text:
        return text, True
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or len(text) > _LONGEST_EMAIL or _CONTROL.search(text):
        raise NotCanonical("not_an_email")
    if _NOT_IN_EMAIL.search(text) or "@" in local.replace('"', ""):
        raise NotCanonical("not_an_email")
    value = unicodedata.normalize("NFC", f"{local}@{_ascii(domain)}".lower())
    return value, _valid_email(value)


def _ascii(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        return domain


def _valid_email(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


@lru_cache(maxsize=65_536)
def _phone(kind: str, raw: str) -> tuple[str, bool]:
    """E.164 of anything that reads as + and digits."""
    if _NANP.match(raw):
        return raw, phonenumbers.is_valid_number(phonenumbers.PhoneNumber(1, int(raw[2:])))
    text = unicodedata.normalize("NFKC", raw).strip().removeprefix("tel:").strip()
    if not text.startswith("+") or not _PHONE_TEXT.match(text) or text.count("+") != 1:
        raise NotCanonical("not_a_phone")
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        digits = "".join(str(unicodedata.digit(character)) for character in text if character.isdigit())
        if not 7 <= len(digits) <= 15 or digits.startswith("0"):
            raise NotCanonical("not_a_phone") from None
        return f"+{digits}", False
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not 7 <= len(value) - 1 <= 17:
        raise NotCanonical("not_a_phone")
    return value, phonenumbers.is_valid_number(number)


def _exact(kind: str, raw: str) -> tuple[str, bool]:
    """Exact text, without control characters."""
    if not raw or len(raw) > _LONGEST.get(kind, 4096) or _CONTROL.search(raw):
        raise NotCanonical("not_an_identifier")
    return raw, True


_NORMALISERS: dict[str, Callable[[str, str], tuple[str, bool]]] = {"email": _email, "phone": _phone}
