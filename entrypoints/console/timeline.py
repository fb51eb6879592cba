"""What happened to a contact, latest first: each event in a sentence, with its evidence for who may see values."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints import page_ends
from entrypoints.console.view import View
from entrypoints.explaining import FLAGS
from entrypoints.shapes import event_seen
from ledger.errors import MessageRefused
from ledger.events import contact as c
from ledger.events import identifier as i
from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.events.stored import stored_names
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


KINDS: Final[Mapping[str, tuple[type[Event], ...]]] = {
    "consent": (
        i.Subscribed,
        i.SubscriptionConfirmed,
        i.ConfirmationDeclined,
        i.OptedOut,
        i.ReplyReceived,
        i.ReplyReclassified,
        i.EventReversed,
    ),
    "delivery": (
        i.Bounced,
        i.Delivered,
        i.Reactivated,
        i.Complained,
        i.ComplaintWithdrawn,
        i.Blacklisted,
        i.Unblacklisted,
    ),
    "holds": (i.Paused, i.Resumed, i.Blocked, i.Unblocked, i.Banned, i.Unbanned),
    "profile": (c.ProfileChanged, c.Purchased),
    "identity": (
        i.IdentifierClaimed,
        i.IdentifierReleased,
        i.IdentifierReassigned,
        c.IdentifierAttached,
        c.IdentifierDetached,
        c.ContactsLinked,
        c.ContactsUnlinked,
        c.CandidateListed,
        c.CandidateDismissed,
    ),
    "life": (c.ContactCreated, c.ContactDeleted, c.ContactRestored, c.ContactErased, i.IdentifierErased),
}
"""Kinds of events that a timeline can be narrowed to; every event of identifiers and contacts is of one."""
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TONES: Final = {
    **dict.fromkeys(("subscribed", "subscription-confirmed", "resumed", "unblocked", "unbanned"), "good"),
    **dict.fromkeys(("unblacklisted", "reactivated", "complaint-withdrawn", "restored"), "good"),
    **dict.fromkeys(("opted-out", "bounced", "complained", "blacklisted", "confirmation-declined"), "bad"),
    **dict.fromkeys(("paused", "blocked", "banned", "deleted", "erased"), "bad"),
}


def timeline(
    view: View,
    streams: Collection[UUID],
    before: str | None,
    limit: int,
    kind: str | None = None,
    *,
    values: Mapping[UUID, str] | None = None,
) -> tuple[list[Happened], str | None]:
    """A page of what happened in these streams, of a kind or all, and the `before` of the next.

    `values`: identifier id → its value as it may be shown, said in sentences in its place. Raises MessageRefused.
    """
    if kind is not None and kind not in KINDS:
        raise MessageRefused("invalid-request", f"kind: one of {', '.join(KINDS)}")
    names = stored_names(KINDS[kind]) if kind is not None else None
    after = page_ends.read(before, int, "before: must be the `older` of an earlier page") if before else None
    with view.ledger.reading.connection() as connection:
        rows = audit_history.history(
            connection, view.organization, streams, names=names, after=after, limit=limit + 1
        )
    shown = rows[:limit]
    events = _opened(view, shown) if view.values else {}
    older = page_ends.written(shown[-1].effective_at, shown[-1].position) if len(rows) > limit else None
    said = {str(one): value for one, value in (values or {}).items()}
    return [_happened(row, events.get(row.event_id), said) for row in shown], older


def _opened(view: View, rows: Sequence[Entry]) -> dict[UUID, Recorded]:
    found = view.ledger.reading.find_events([row.event_id for row in rows])
    return {event.event_id: event for event in view.ledger.reading.open(list(found.values()))}


def _happened(row: Entry, event: Recorded | None, values: Mapping[str, str]) -> Happened:
    said = event_seen(event, values=True).data if event is not None else {}
    return Happened(
        event_id=row.event_id,
        position=row.position,
        sentence=_ID.sub(lambda found: values.get(found[0], found[0]), row.sentence),
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
