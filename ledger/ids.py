"""Ids that every service computes alike: UUIDs cut from HMAC-SHA-256 under the pepper (DESIGN §3).

Every part is preceded by its length, so no two lists of parts give the same bytes. The pepper never rotates.
"""

import hmac
from functools import lru_cache
from uuid import UUID

_VERSION = "1"


class Ids:
    """Derives stream, act, event and contact ids. Pure: the same parts always give the same id."""

    __slots__ = ("_pepper", "act", "identifier")

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper
        self.identifier = lru_cache(maxsize=65_536)(self._identifier)
        self.act = lru_cache(maxsize=16_384)(self._act)

    def _id(self, *parts: str) -> UUID:
        framed = _VERSION + "".join([f"{len(part)}:{part}" for part in parts])
        return UUID(bytes=hmac.digest(self._pepper, framed.encode(), "sha256")[:16])

    def _identifier(self, organization: str, kind: str, value: str) -> UUID:
        """Stream id of an identifier by its canonical value."""
        return self._id("identifier", organization, kind, value)

    def _act(self, organization: str, source: str, message_id: str) -> UUID:
        """Id of what one message did; the same however often it is delivered."""
        return self._id("act", organization, source, message_id)

    def platform(self, kind: str, value: str) -> UUID:
        """Stream id of the platform's listing of an address: the same for every organization."""
        return self._id("platform", kind, value)

    def organization(self, organization: str) -> UUID:
        """Stream id of an organization's settings."""
        return self._id("organization", organization)

    def event(self, act_id: UUID, name: str, *role: str) -> UUID:
        """Id of an event that follows from the message alone: `role` comes from the message, never from state."""
        return self._id("event", act_id.hex, name, *role)

    def derived(self, cause: UUID, name: str, *role: str) -> UUID:
        """Id of an event (or contact) that depends on state: it derives from what caused it."""
        return self._id("derived", cause.hex, name, *role)

    def attempt(self, organization: str, message_id: str) -> UUID:
        """Unsealed stand-in for an outbound message's id, so that receipts of one attempt count once."""
        return self._id("attempt", organization, message_id)

    def digest(self, content: bytes) -> bytes:
        """Keyed digest (16 bytes) of a message's content: tells a re-sent message from a changed one."""
        return hmac.digest(self._pepper, b"digest" + content, "sha256")[:16]

    def check_value(self) -> bytes:
        """What is stored at the first migration so that a start under another pepper is refused."""
        return hmac.digest(self._pepper, b"check", "sha256")
