"""`merge_candidates`: pairs of contacts that may be one person, for a human to decide."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from ledger.events.contact import CandidateDismissed, CandidateListed
from projections.portion import Portion
from projections.projection import Projection
from projections.tables import Rows, Table

TABLE: Final = Table(
    "merge_candidates",
    key=("low_id", "high_id", "cause"),
    columns={
        "low_id": "uuid",
        "high_id": "uuid",
        "cause": "text",
        "organization": "text",
        "event_id": "uuid",
        "listed_at": "timestamptz",
        "position": "int8",
    },
)


DISMISSED: Final = Table(
    "dismissed_candidates",
    key=("low_id", "high_id", "cause"),
    columns={
        "low_id": "uuid",
        "high_id": "uuid",
        "cause": "text",
        "organization": "text",
        "event_id": "uuid",
        "dismissed_at": "timestamptz",
    },
)


class MergeCandidates(Projection):
    name = "merge_candidates"
    tables = (TABLE, DISMISSED)
    scanned = (CandidateListed.NAME, CandidateDismissed.NAME)

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        """Both contacts' streams say so once for each cause; the one with the lower id counts."""
        return {
            TABLE.name: [
                (
                    event.stream_id,
                    event.body.other_contact_id,
                    event.body.cause,
                    event.envelope.organization,
                    event.event_id,
                    event.effective_at,
                    event.position,
                )
                for event in portion.events
                if isinstance(event.body, CandidateListed) and event.stream_id < event.body.other_contact_id
            ],
            DISMISSED.name: [
                (
                    event.stream_id,
                    event.body.other_contact_id,
                    event.body.cause,
                    event.envelope.organization,
                    event.event_id,
                    event.effective_at,
                )
                for event in portion.events
                if isinstance(event.body, CandidateDismissed) and event.stream_id < event.body.other_contact_id
            ],
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that is still two people."""

    low_id: UUID
    high_id: UUID
    cause: str
    event_id: UUID
    listed_at: datetime
    position: int


def candidates(
    connection: Connection[Any], organization: str, *, before: int | None = None, limit: int = 100
) -> list[Candidate]:
    """Pairs nobody has linked or dismissed since, newest first; the next page is `before` the last position."""
    return (
        connection.cursor(row_factory=class_row(Candidate))
        .execute(
            """
            SELECT c.low_id, c.high_id, c.cause, c.event_id, c.listed_at, c.position
            FROM merge_candidates c
                JOIN contact_aliases low ON low.contact_id = c.low_id
                JOIN contact_aliases high ON high.contact_id = c.high_id
                JOIN all_contacts AS one ON one.id = low.person_id
                JOIN all_contacts AS other ON other.id = high.person_id
            WHERE c.organization = %s AND c.position < %s AND low.person_id <> high.person_id
                AND NOT EXISTS (
                    SELECT FROM dismissed_candidates d
                    WHERE (d.low_id, d.high_id, d.cause) = (c.low_id, c.high_id, c.cause)
                )
            ORDER BY c.position DESC LIMIT %s
            """,
            (organization, before if before is not None else 2**63 - 1, limit),
            prepare=False,
        )
        .fetchall()
    )
