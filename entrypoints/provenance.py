"""Who opted out, when, how and why: opt-outs searched by address, period, method, reason, actor and list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints import page_ends
from entrypoints.explaining import FLAGS
from entrypoints.masking import masked
from entrypoints.wiring import Service
from ledger.canonical import NotCanonical, canonical
from ledger.errors import MessageRefused
from ledger.events.identifier import Banned, OptedOut, ReplyReceived
from projections.opt_out_search import Asked, Traced, opt_outs_of

_MOST_OPENED: Final = 1_000
"""Opt-outs whose reasons are read for one page of a search by reason: they are sealed, so no index finds them."""
_BATCH: Final = 200


class OptOutTraced(BaseModel):
    """An opt-out and where it came from."""

    event_id: UUID
    identifier_id: UUID
    contact_id: UUID | None = Field(description="the person that holds the address today")
    value: str | None = Field(description="the address; null once erased")
    method: str
    channel: str
    scope: str
    received_at: datetime
    recorded_at: datetime
    said: str
    reason: str | None = Field(description="in the words of who sent it; null for who may not read values")
    actor: str | None
    source: str
    origin: str | None = Field(description="the Kafka position, import row or request it came from")
    flags: list[str] = Field(description="what was wrong with it, in words")


class ProvenancePage(BaseModel):
    """A page, last received first. `after` asks for what follows; null: that is all.

    A search by reason may give fewer than asked, or none, and still an `after`: it reads so many at a time.
    """

    opt_outs: list[OptOutTraced]
    after: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows are read: `values` in full, and only those whose reason has this text."""

    values: bool
    reason: str | None = None


def identifier_of(ledger: Service, organization: str, address: str) -> UUID:
    """The identifier of an e-mail address or phone number. Raises MessageRefused."""
    kind = "email" if "@" in address else "phone"
    try:
        return ledger.ids.identifier(organization, kind, canonical(kind, address).value)
    except NotCanonical as error:
        raise MessageRefused(error.reason, f"address: {error}") from None


def page(
    ledger: Service, organization: str, asked: Asked, reading: Reading, *, after: str | None = None, limit: int = 50
) -> ProvenancePage:
    """A page of the opt-outs that fit. Raises MessageRefused."""
    if reading.reason is not None and not reading.values:
        raise MessageRefused("invalid-request", "reason: only who may read values can search for it")
    start = page_ends.read(after, int) if after else None
    wanted = limit if reading.reason is None else _BATCH
    found: list[OptOutTraced] = []
    for _ in range(1 if reading.reason is None else _MOST_OPENED // _BATCH):
        with ledger.reading.connection() as connection:
            rows = opt_outs_of(connection, organization, asked, after=start, limit=wanted + 1)
        more, rows = len(rows) > wanted, rows[:wanted]
        reasons = _reasons(ledger, rows) if reading.values else {}
        for row in rows:
            start = row.place
            if reading.reason is None or reading.reason.casefold() in (reasons.get(row.event_id) or "").casefold():
                found.append(_traced(row, reasons.get(row.event_id), values=reading.values))
            if len(found) == limit:
                more = more or row is not rows[-1]
                break
        if not more or len(found) == limit:
            break
    return ProvenancePage(opt_outs=found, after=page_ends.written(*start) if more and start else None)


def _reasons(ledger: Service, rows: Sequence[Traced]) -> dict[UUID, str | None]:
    """What was said: the reason given, or the text that was a stop."""
    wanted = {row.event_id for row in rows}
    streams = ledger.reading.read({row.identifier_id for row in rows})
    events = [event for stream in streams.values() for event in stream if event.event_id in wanted]
    said: dict[UUID, str | None] = {}
    for event in ledger.reading.open(events):
        if isinstance(event.body, OptedOut | Banned):
            said[event.event_id] = event.body.reason
        elif isinstance(event.body, ReplyReceived):
            said[event.event_id] = event.body.text
    return said


def _traced(row: Traced, reason: str | None, *, values: bool) -> OptOutTraced:
    return OptOutTraced(
        event_id=row.event_id,
        identifier_id=row.identifier_id,
        contact_id=row.person_id,
        value=row.value if values else masked(row.kind or "", row.value),
        method=row.method,
        channel=row.channel,
        scope=row.scope,
        received_at=row.received_at,
        recorded_at=row.recorded_at,
        said=row.sentence,
        reason=reason,
        actor=row.actor,
        source=row.source,
        origin=row.origin,
        flags=[FLAGS.get(flag, flag) for flag in row.flags],
    )
