"""Notes when API keys are used, beside the requests that use them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from entrypoints.wiring import Service
from ledger.errors import LogUnavailable
from ledger.store import key_uses


class KeyUses:
    """Keeps a key's last use, once a minute at most, on a thread of its own: no request waits for it.

    Best effort: what cannot be written is left out, and the next use a minute later is written again.
    """

    def __init__(self, ledger: Service) -> None:
        self._ledger = ledger
        self._noted: dict[UUID, datetime] = {}
        self._thread = ThreadPoolExecutor(1, "key-uses")

    def note(self, organization: str, key_id: UUID) -> None:
        """The key was used now."""
        now, last = self._ledger.now(), self._noted.get(key_id)
        if last is None or now - last >= key_uses.NOTED:
            self._noted[key_id] = now
            self._thread.submit(self._write, organization, key_id, now)

    def close(self) -> None:
        """Writes what waits to be written."""
        self._thread.shutdown()

    def _write(self, organization: str, key_id: UUID, at: datetime) -> None:
        with suppress(LogUnavailable), self._ledger.writing.connection() as connection:
            key_uses.note(connection, organization, key_id, at)
