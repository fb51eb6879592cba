"""What restricts and was recorded although its message's id had been used for something else.

What does not restrict is refused for that reason, and stands among the rejections.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.wiring import Service
from projections import conflicts


class ConflictSeen(BaseModel):
    """One event of such a message. Nothing in it is personal."""

    position: int
    event_id: UUID
    stream_id: UUID = Field(description="the identifier it is about")
    said: str = Field(description="what the event says")
    source: str = Field(description="the producer")
    origin: str | None = Field(description="topic, partition and offset of the message, or its request")
    effective_at: datetime
    received_at: datetime


class ConflictsPage(BaseModel):
    """A page, newest first. `before`: send it to get the next; null where this is the last."""

    conflicts: list[ConflictSeen]
    before: int | None


def page(ledger: Service, organization: str, *, before: int | None = None, limit: int = 50) -> ConflictsPage:
    """Conflicts of the organization, as far as the audit history has them."""
    with ledger.reading.connection() as connection:
        found = conflicts.conflicts(connection, organization, before=before, limit=limit + 1)
    seen = [
        ConflictSeen(
            position=one.position,
            event_id=one.event_id,
            stream_id=one.stream_id,
            said=one.sentence,
            source=one.source,
            origin=one.origin,
            effective_at=one.effective_at,
            received_at=one.received_at,
        )
        for one in found[:limit]
    ]
    return ConflictsPage(conflicts=seen, before=seen[-1].position if len(found) > limit else None)
