"""Acts by people who work with a ledger: the command line, HTTP and the console bring them in alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from entrypoints.wiring import Service
from ledger.acts.act import Act, Body
from ledger.deciding.decision import DECIDERS
from ledger.errors import MessageRefused
from ledger.recording import Outcome

COMMAND_LINE: Final = "contact-ledger/command-line"
API: Final = "contact-ledger/api"
USED: Final = "Idempotency-Key: was used for another request; send a new one"


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
    request: str = ""
    """With a key: what tells this request from any other one."""

    def act(self, body: Body, *, message_id: str | None = None, said: Mapping[str, Any] | None = None) -> Act:
        """An act made now. `said` is its content, by which another one under the same message id is noticed."""
        now, kind = self.ledger.now(), type(body).__name__
        keyed = message_id is None and self.key is not None
        message_id = self._under_key(kind) if keyed else message_id or str(uuid4())
        return Act(
            self.organization,
            self.source,
            message_id,
            kind,
            now,
            self._content(kind, message_id, {"request": self.request} if keyed else said or {}),
            body,
            occurred_at=now,
            actor=self.actor,
            correlation_id=self.correlation_id,
            told=keyed,
        )

    def used_otherwise(self) -> bool:
        """Whether something was recorded under the hand's key by another request than its own."""
        ids, mine = self.ledger.ids, dict[UUID, bytes]()
        for kind in DECIDERS:
            message_id = self._under_key(kind.__name__)
            content = self._content(kind.__name__, message_id, {"request": self.request})
            mine[ids.act(self.organization, self.source, message_id)] = ids.digest(content)
        known = self.ledger.reading.known_acts(mine)
        return any(digests - {mine[act_id]} for act_id, digests in known.items())

    def _under_key(self, kind: str) -> str:
        return f"{self.actor}/{kind}/{self.key}"

    def _content(self, kind: str, message_id: str, said: Mapping[str, Any]) -> bytes:
        content = {"type": kind, "organization": self.organization, **said, "id": message_id}
        return orjson.dumps(content, default=str)

    def record(self, body: Body, *, message_id: str | None = None) -> bool:
        """Records an act made now; False where nothing is new in it. Raises MessageRefused.

        Without `message_id` and the hand's key it is an act of its own; with one, the same act however often it is
        made. Under one key another request is refused as a conflict.
        """
        return self.bring_in(self.act(body, message_id=message_id)).result == "recorded"

    def bring_in(self, act: Act) -> Outcome:
        """Records the act; what became of it. Raises MessageRefused."""
        outcome = self.ledger.recording.record([act], keep_refused=False)[0]
        if act.told and outcome.reason == "conflict":
            raise MessageRefused("conflict", USED)
        if outcome.result == "refused":
            raise MessageRefused(outcome.reason or "refused", outcome.detail or "")
        return outcome
