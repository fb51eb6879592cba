"""Acts on settings by the people who run a ledger: the command line and the HTTP service bring them in alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import orjson

from entrypoints.wiring import Service
from ledger.acts import Act, Body
from ledger.errors import MessageRefused
from ledger.recording import Outcome

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
    correlation_id: str | None = None
    """What the acts of it belong together with, such as the forecast that led to them."""

    def act(self, body: Body, *, message_id: str | None = None, said: Mapping[str, Any] | None = None) -> Act:
        """An act made now. `said` is its content, by which another one under the same message id is noticed."""
        now, kind = self.ledger.now(), type(body).__name__
        content: dict[str, Any] = {"type": kind, "organization": self.organization, **(said or {})}
        if message_id is None and self.key is not None:
            message_id = f"{self.actor}/{kind}/{self.key}"
            content["body"] = body
        content["id"] = message_id = message_id or str(uuid4())
        return Act(
            self.organization,
            self.source,
            message_id,
            kind,
            now,
            orjson.dumps(content, default=str),
            body,
            occurred_at=now,
            actor=self.actor,
            correlation_id=self.correlation_id,
        )

    def record(self, body: Body, *, message_id: str | None = None) -> bool:
        """Records an act made now; False where nothing is new in it. Raises MessageRefused.

        Without `message_id` and the hand's key it is an act of its own; with one, the same act however often it is
        made. Under one key another body is refused as a conflict.
        """
        return self.bring_in(self.act(body, message_id=message_id)).result == "recorded"

    def bring_in(self, act: Act) -> Outcome:
        """Records the act; what became of it. Raises MessageRefused."""
        outcome = self.ledger.recording.record([act], keep_refused=False)[0]
        if outcome.result == "refused":
            raise MessageRefused(outcome.reason or "refused", outcome.detail or "")
        return outcome
