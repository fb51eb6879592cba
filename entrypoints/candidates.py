"""Merge candidates: pairs of contacts that may be one person, listed for a human, who links or dismisses them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.acting import Hand
from entrypoints.wiring import Service
from ledger.acts.contact import Dismissal
from projections import merge_candidates


class CandidateSeen(BaseModel):
    """A pair that is still two people."""

    low_id: UUID
    high_id: UUID
    cause: str = Field(description="bulk, limit, two_external_ids, unlinked_before …")
    listed_at: datetime
    position: int


class CandidatesPage(BaseModel):
    """A page, newest first. `before` asks for the next one; null: this is the last."""

    candidates: list[CandidateSeen]
    before: int | None


def page(ledger: Service, organization: str, *, before: int | None = None, limit: int = 100) -> CandidatesPage:
    """One page of the pairs nobody has decided on. What links or dismisses them shows once it is projected."""
    with ledger.reading.connection() as connection:
        rows = merge_candidates.candidates(connection, organization, before=before, limit=limit + 1)
    shown = [CandidateSeen.model_validate(row, from_attributes=True) for row in rows[:limit]]
    return CandidatesPage(candidates=shown, before=shown[-1].position if len(rows) > limit else None)


def dismiss(hand: Hand, left: UUID, right: UUID, reason: str, *, message_id: str | None = None) -> bool:
    """Says that the two are two people; False where that was said before. Raises MessageRefused."""
    said = {"left": left, "right": right, "reason": reason}
    return (
        hand.bring_in(hand.act(Dismissal(left, right, reason), message_id=message_id, said=said)).result
        == "recorded"
    )
