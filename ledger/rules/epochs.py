"""Who has held an identifier, epoch by epoch: a recycled number opens a new one (DESIGN §3; beyond 23, offer 11).

Consent belongs to identifier and epoch: `consent` ends every grant and request where an epoch opens. A
deactivated number keeps its epoch, and porting changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, IdentifierReassigned

Cause = Literal["first_heard_of", "recycled"]


@dataclass(frozen=True, slots=True)
class Epoch:
    """One ownership of an identifier. `contacts`: who claimed it meanwhile, in the order of their claims."""

    number: int
    opened_at: datetime
    closed_at: datetime | None
    cause: Cause
    event_id: UUID
    contacts: tuple[UUID, ...]


def epochs(identifier_events: Iterable[Recorded]) -> list[Epoch]:
    """The epochs in order, whatever the order of arrival; empty where nothing was ever heard of it.

    A claim at the very moment of a recycling belongs to the epoch before, as the restrictive one wins a tie.
    """
    events = {event.event_id: event for event in identifier_events}.values()
    if not events:
        return []
    first = min(events, key=_order)
    opening = [e for e in events if isinstance(e.body, IdentifierReassigned) and e.body.cause == "recycled"]
    openings = [first, *sorted((event for event in opening if event is not first), key=_order)]
    ends = [*[event.effective_at for event in openings[1:]], None]
    claims = sorted((event for event in events if isinstance(event.body, IdentifierClaimed)), key=_order)
    found: list[Epoch] = []
    for number, (opened, end) in enumerate(zip(openings, ends, strict=True), 1):
        begin = opened.effective_at if number > 1 else None
        held = [claim for claim in claims if _within(claim.effective_at, begin, end)]
        contacts = tuple(dict.fromkeys(claim.body.contact_id for claim in held))  # type: ignore[attr-defined]
        cause: Cause = "recycled" if opened in opening else "first_heard_of"
        found.append(Epoch(number, opened.effective_at, end, cause, opened.event_id, contacts))
    return found


def _order(event: Recorded) -> tuple[datetime, int, UUID]:
    return event.effective_at, event.body.RANK, event.event_id


def _within(moment: datetime, begin: datetime | None, end: datetime | None) -> bool:
    return (begin is None or moment > begin) and (end is None or moment <= end)
