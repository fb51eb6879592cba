"""Opt-outs to be taken back together, as they are shown at a terminal and over HTTP."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.masking import masked
from entrypoints.wiring import Service
from ledger.reversing import Listed, Listing, Reversing


class ListedSeen(BaseModel):
    """One event of the list. A place is channel, scope, purpose."""

    event_id: UUID
    identifier_id: UUID
    identifier: str | None = Field(description="masked; null once erased")
    type: str
    at: datetime
    method: str | None
    channel: str | None
    scope: str | None
    makes_sendable: list[tuple[str, str, str]]
    stops: list[tuple[str, str, str]]


class ListingSeen(BaseModel):
    """The exact list, and the digest by which it is approved."""

    digest: str
    count: int
    identifiers: int
    makes_sendable: int = Field(description="identifiers that could be written to somewhere they cannot now")
    unreadable: int = Field(description="events that may fit, but whose evidence was erased: not in the list")
    events: list[ListedSeen]


def reversing(ledger: Service) -> Reversing:
    """Lists from the log's end as the writer sees it, and records."""
    return Reversing(ledger.writing, ledger.recording, ledger.ids, ledger.now)


def seen(listing: Listing) -> ListingSeen:
    return ListingSeen(
        digest=listing.digest,
        count=len(listing.events),
        identifiers=len({one.identifier_id for one in listing.events}),
        makes_sendable=len({one.identifier_id for one in listing.events if one.makes_sendable}),
        unreadable=listing.unreadable,
        events=[_seen(one) for one in listing.events],
    )


def _seen(one: Listed) -> ListedSeen:
    return ListedSeen(
        event_id=one.event_id,
        identifier_id=one.identifier_id,
        identifier=masked(one.kind or "", one.value),
        type=one.name,
        at=one.at,
        method=one.method,
        channel=one.channel,
        scope=one.scope,
        makes_sendable=list(one.makes_sendable),
        stops=list(one.stops),
    )
