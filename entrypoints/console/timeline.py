"""What happened to a contact, latest first: each event in a sentence, with its evidence for who may see values."""

import base64
import binascii
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.console.view import View
from entrypoints.explaining import FLAGS
from entrypoints.shapes import event_seen
from ledger.errors import MessageRefused
from ledger.events.envelope import Recorded
from projections import audit_history
from projections.audit_history import Entry


class Happened(BaseModel):
    """An event as people read it."""

    event_id: UUID
    position: int
    sentence: str
    effective_at: datetime
    recorded_at: datetime
    source: str
    actor: str | None
    origin: str | None
    flags: list[str] = Field(description="what was wrong with it, in words")
    tone: str = Field(description="good, bad or plain: whether it allows or forbids sending")
    evidence: dict[str, Any] = Field(description="what the event says, as text by field")


_TONES: Final = {
    **dict.fromkeys(("subscribed", "subscription-confirmed", "resumed", "unblocked", "unbanned"), "good"),
    **dict.fromkeys(("unblacklisted", "reactivated", "complaint-withdrawn", "restored"), "good"),
    **dict.fromkeys(("opted-out", "bounced", "complained", "blacklisted", "confirmation-declined"), "bad"),
    **dict.fromkeys(("paused", "blocked", "banned", "deleted", "erased"), "bad"),
}


def timeline(
    view: View, streams: Collection[UUID], before: str | None, limit: int
) -> tuple[list[Happened], str | None]:
    """A page of what happened in these streams, and the `before` of the next. Raises MessageRefused."""
    after = _place(before) if before else None
    with view.ledger.reading.connection() as connection:
        rows = audit_history.history(connection, view.organization, streams, after=after, limit=limit + 1)
    shown = rows[:limit]
    events = _opened(view, shown) if view.values else {}
    older = _cursor(shown[-1]) if len(rows) > limit else None
    return [_happened(row, events.get(row.event_id)) for row in shown], older


def _opened(view: View, rows: Sequence[Entry]) -> dict[UUID, Recorded]:
    wanted = {row.event_id for row in rows}
    streams = view.ledger.reading.read({row.stream_id for row in rows})
    events = [event for stream in streams.values() for event in stream if event.event_id in wanted]
    return {event.event_id: event for event in view.ledger.reading.open(events)}


def _happened(row: Entry, event: Recorded | None) -> Happened:
    said = event_seen(event, values=True).data if event is not None else {}
    return Happened(
        event_id=row.event_id,
        position=row.position,
        sentence=row.sentence,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        source=row.source,
        actor=row.actor,
        origin=row.origin,
        flags=[FLAGS.get(flag, flag) for flag in row.flags],
        tone=_TONES.get(row.name.split(".")[1], "plain"),
        evidence=dict(_flat(said, "")),
    )


def _flat(said: dict[str, Any], before: str) -> Iterator[tuple[str, str]]:
    """Fields that say something, each by the path of its names."""
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif value not in (None, [], ""):
            yield f"{before}{name}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _cursor(row: Entry) -> str:
    return base64.urlsafe_b64encode(f"{row.effective_at.isoformat()} {row.position}".encode()).decode()


def _place(cursor: str) -> tuple[datetime, int]:
    try:
        at, _, position = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        return datetime.fromisoformat(at), int(position)
    except (ValueError, binascii.Error):
        raise MessageRefused("invalid-request", "before: must be the `older` of an earlier page") from None
