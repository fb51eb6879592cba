"""Acts on settings by the people who run a ledger: the command line and the HTTP service bring them in alike."""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import orjson

from entrypoints.wiring import Service
from ledger.acts import Act, Body
from ledger.errors import MessageRefused

COMMAND_LINE: Final = "contact-ledger/command-line"
API: Final = "contact-ledger/api"


@dataclass(frozen=True, slots=True)
class Hand:
    """Whoever acts on an organization now: `source` is the way in, `actor` who came by it."""

    ledger: Service
    organization: str
    source: str = COMMAND_LINE
    actor: str = COMMAND_LINE
    key: str | None = None
    """What the caller calls this request by, so that sending it again does nothing again (Idempotency-Key)."""

    def record(self, body: Body, *, message_id: str | None = None) -> bool:
        """Records an act made now; False where nothing is new in it. Raises MessageRefused.

        Without `message_id` and the hand's key it is an act of its own; with one, the same act however often it is
        made. Under one key another body is refused as a conflict.
        """
        now, kind = self.ledger.now(), type(body).__name__
        said: dict[str, object] = {"type": kind, "organization": self.organization}
        if message_id is None and self.key is not None:
            message_id = f"{self.actor}/{kind}/{self.key}"
            said["body"] = body
        message_id = message_id or str(uuid4())
        content = orjson.dumps({**said, "id": message_id})
        act = Act(
            self.organization,
            self.source,
            message_id,
            kind,
            now,
            content,
            body,
            occurred_at=now,
            actor=self.actor,
        )
        outcome = self.ledger.recording.record([act])[0]
        if outcome.result == "refused":
            raise MessageRefused(outcome.reason or "refused", outcome.detail or "")
        return outcome.result == "recorded"
