"""Who saw personal values after giving a reason: recorded before they are shown, and listed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.wiring import Service
from ledger.errors import MessageRefused
from ledger.store import reads

LONGEST_REASON: Final = 500


class ReadSeen(BaseModel):
    """One look at personal values."""

    id: int
    read_at: datetime
    actor: str = Field(description="`api-key/…` or `person/…`", examples=["api-key/5c9d…"])
    what: str = Field(description="the route or page", examples=["GET /contacts/{contact_id}"])
    subject: UUID | None = Field(description="the contact or identifier; null: a list")
    reason: str


class ReadsPage(BaseModel):
    """A page, the latest first. `before` asks for the next one; null: this is the last."""

    reads: list[ReadSeen]
    before: int | None


def checked(reason: str) -> str:
    """The reason without spaces around it. Raises MessageRefused where it is none."""
    said = reason.strip()
    if not said or not said.isprintable() or len(said) > LONGEST_REASON:
        raise MessageRefused(
            "reason", f"reason: 1 to {LONGEST_REASON} printable characters; a case number, no personal data"
        )
    return said


def record(ledger: Service, organization: str, *, actor: str, what: str, subject: UUID | None, reason: str) -> None:
    """Records that personal values are about to be shown. Raises MessageRefused for a reason that is none."""
    said = checked(reason)
    with ledger.writing.connection() as connection:
        reads.record(connection, organization, ledger.now(), actor=actor, what=what, subject=subject, reason=said)


def page(ledger: Service, organization: str, *, before: int | None = None, limit: int = 50) -> ReadsPage:
    """One page of the organization's reads."""
    with ledger.reading.connection() as connection:
        found = reads.reads(connection, organization, before=before, limit=limit + 1)
    shown = [
        ReadSeen(
            id=one.id,
            read_at=one.read_at,
            actor=one.actor,
            what=one.what,
            subject=one.subject,
            reason=one.reason,
        )
        for one in found[:limit]
    ]
    return ReadsPage(reads=shown, before=shown[-1].id if len(found) > limit else None)
