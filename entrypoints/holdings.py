"""Identifiers that a contact held once and no longer holds: since when, and until when."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.masking import masked
from entrypoints.wiring import Service
from ledger.events.contact import IdentifierAttached, IdentifierDetached
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed


class HeldOnce(BaseModel):
    """A time in which the contact held an identifier. What happened to it afterwards is somebody else's."""

    identifier_id: UUID
    contact_id: UUID
    kind: str
    value: str | None = Field(description="masked for who may not read values; null once erased")
    since: datetime
    until: datetime


def held_once(ledger: Service, contact_ids: Collection[UUID], *, values: bool) -> list[HeldOnce]:
    """Of all these contacts, the latest ended first."""
    found: list[tuple[IdentifierAttached, Recorded, Recorded]] = []
    for events in ledger.reading.read(contact_ids).values():
        open_: dict[UUID, Recorded] = {}
        for event in events:
            match event.body:
                case IdentifierAttached(identifier_id=key):
                    open_[key] = event
                case IdentifierDetached(identifier_id=key) if key in open_:
                    begun = open_.pop(key)
                    assert isinstance(begun.body, IdentifierAttached)
                    found.append((begun.body, begun, event))
                case _:
                    pass
    named = _values(ledger, [body.identifier_id for body, _, _ in found])
    shown = [
        HeldOnce(
            identifier_id=body.identifier_id,
            contact_id=begun.stream_id,
            kind=body.kind,
            value=named.get(body.identifier_id) if values else masked(body.kind, named.get(body.identifier_id)),
            since=begun.effective_at,
            until=ended.effective_at,
        )
        for body, begun, ended in found
    ]
    return sorted(shown, key=lambda one: one.until, reverse=True)


def _values(ledger: Service, keys: Sequence[UUID]) -> dict[UUID, str | None]:
    streams = ledger.reading.read(keys)
    claims = [event for events in streams.values() for event in events if isinstance(event.body, IdentifierClaimed)]
    opened = ledger.reading.open(claims) if claims else []
    return {event.stream_id: event.body.value for event in opened if isinstance(event.body, IdentifierClaimed)}
