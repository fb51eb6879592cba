"""Signed links: what an unsubscribe or confirmation link says, and that this ledger said it.

A token is URL-safe base64 of what it says and 16 bytes of HMAC-SHA-256. It holds ids and codes only. The newest
key signs, every key verifies. A token has exactly one spelling, so none can be bent into another that passes.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

VALID: Final = timedelta(days=400)
"""So long after its issue an unsubscribe link opens its own page; later the preference page."""
LONGEST: Final = 600
_VERSION: Final = b"contact-ledger link 1"
_MAC_BYTES: Final = 16
_UNSUBSCRIBE: Final = b"u"
_CONFIRM: Final = b"c"
_FIXED: Final = 1 + 16 + 16 + 4


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """Stands in one message to one identifier. `message` is the stand-in of the message's id (`Ids.attempt`)."""

    identifier_id: UUID
    message: UUID
    channel: str
    scope: str
    issued_at: datetime

    @property
    def organization(self) -> str:
        return self.scope.partition("/")[0]

    def expired(self, now: datetime) -> bool:
        """Whether it is too old to open its own page; what is posted to it counts all the same."""
        return now >= self.issued_at + VALID


@dataclass(frozen=True, slots=True)
class ConfirmationLink:
    """Confirms what one signup (`request_act_id`) asked for one identifier, until `expires_at`."""

    identifier_id: UUID
    request_act_id: UUID
    organization: str
    expires_at: datetime

    def expired(self, now: datetime) -> bool:
        return now >= self.expires_at


class Links:
    """Signs links and reads them back. `keys`: the newest first, 32 bytes each."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)

    def signed(self, link: UnsubscribeLink | ConfirmationLink) -> str:
        """The link's token. Times are kept to the second."""
        said = _said(link)
        return _encoded(said + _mac(self._keys[0], said))

    def unsubscribe(self, token: str) -> UnsubscribeLink | None:
        """What the token says, or None where it was not signed here as an unsubscribe link."""
        said = self._verified(token, _UNSUBSCRIBE)
        if said is None:
            return None
        identifier_id, message, moment, text = _parts(said)
        channel, _, scope = text.partition(" ")
        return UnsubscribeLink(identifier_id, message, channel, scope, moment)

    def confirmation(self, token: str) -> ConfirmationLink | None:
        """What the token says, or None where it was not signed here as a confirmation link."""
        said = self._verified(token, _CONFIRM)
        if said is None:
            return None
        identifier_id, request, moment, organization = _parts(said)
        return ConfirmationLink(identifier_id, request, organization, moment)

    def _verified(self, token: str, kind: bytes) -> bytes | None:
        raw = _decoded(token)
        said, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        proven = [hmac.compare_digest(_mac(key, said), mac) for key in self._keys]
        return said if any(proven) and said[:1] == kind else None


def reference(token: str) -> str:
    """A short name for the token in ids and evidence, from which it cannot be made."""
    return sha256(token.encode()).hexdigest()[:24]


def _said(link: UnsubscribeLink | ConfirmationLink) -> bytes:
    if isinstance(link, UnsubscribeLink):
        kind, about, moment = _UNSUBSCRIBE, link.message, link.issued_at
        text = f"{link.channel} {link.scope}"
    else:
        kind, about, moment = _CONFIRM, link.request_act_id, link.expires_at
        text = link.organization
    seconds = int(moment.timestamp()).to_bytes(4, "big")
    return kind + link.identifier_id.bytes + about.bytes + seconds + text.encode()


def _parts(said: bytes) -> tuple[UUID, UUID, datetime, str]:
    moment = datetime.fromtimestamp(int.from_bytes(said[33:_FIXED], "big"), UTC)
    return UUID(bytes=said[1:17]), UUID(bytes=said[17:33]), moment, said[_FIXED:].decode()


def _mac(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, _VERSION + said, "sha256")[:_MAC_BYTES]


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(token: str) -> bytes:
    """The bytes; none where the token is not spelled as `_encoded` spells it."""
    try:
        raw = base64.b64decode(token[:LONGEST] + "=" * (-len(token[:LONGEST]) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if _encoded(raw) == token else b""
