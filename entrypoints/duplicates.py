"""Values that several people have, and which of these people are removed with all but one left (Y10-Y13)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints import typed
from entrypoints.masking import masked, masked_text
from entrypoints.wiring import Service
from ledger.canonical import NotCanonical
from ledger.errors import MessageRefused
from projections import duplicates

Which = Literal["earlier", "later"]


class SharedSeen(BaseModel):
    """A value, masked for who may not read values, and how many people have it or one alike."""

    value: str | None
    people: int


class SharedPage(BaseModel):
    """A page, alphabetical; `after` asks for the next one. `count`: exactly up to 10,000, then 10,001."""

    values: list[SharedSeen]
    count: int
    after: str | None = Field(description="asks for the next page; null: this is the last")


class HolderSeen(BaseModel):
    """One of the people who share a value, oldest first."""

    id: UUID
    name: str | None
    emails: list[str | None]
    phones: list[str | None]
    created_at: datetime
    last_updated: datetime


def page(
    ledger: Service, organization: str, channel: str, *, after: str | None, limit: int, values: bool
) -> SharedPage:
    """Values of a channel that several people have. `values`: in full. Raises MessageRefused."""
    begin = typed.opened(ledger, organization, after) if after else ""
    if begin is None:
        raise MessageRefused("invalid-request", "after: must be the `after` of an earlier page")
    with ledger.reading.connection() as connection:
        found = duplicates.shared(connection, organization, channel, after=begin, limit=limit + 1)
        count = duplicates.count(connection, organization, channel)
    shown = found[:limit]
    return SharedPage(
        values=[
            SharedSeen(value=one.alike if values else masked(channel, one.alike), people=one.people)
            for one in shown
        ],
        count=count,
        after=typed.sealed(ledger, organization, shown[-1].alike) if len(found) > limit else None,
    )


def holders(ledger: Service, organization: str, channel: str, value: str, *, values: bool) -> list[HolderSeen]:
    """The people who have the value or one alike. Raises MessageRefused where it is none."""
    try:
        with ledger.reading.connection() as connection:
            found = duplicates.holders(connection, organization, channel, value)
    except NotCanonical as error:
        raise MessageRefused(error.reason, f"value: {error}") from None
    return [
        HolderSeen(
            id=one.id,
            name=one.name if values else masked_text(one.name),
            emails=[text if values else masked("email", text) for text in one.emails],
            phones=[text if values else masked("phone", text) for text in one.phones],
            created_at=one.created_at,
            last_updated=one.last_updated,
        )
        for one in found
    ]


def removable(ledger: Service, organization: str, channel: str, which: Which) -> list[UUID]:
    """Who goes when of each shared value those created `earlier`, or `later`, are removed.

    Every one of them shares a value with somebody who stays, so that no value is left without anybody.
    """
    people: dict[UUID, datetime] = {}
    groups: dict[UUID, set[str]] = {}
    with ledger.reading.connection() as connection:
        for value, person, created_at in duplicates.sharers(connection, organization, channel):
            people[person] = created_at
            groups.setdefault(person, set()).add(value)
    order = sorted(people, key=lambda key: (people[key], key), reverse=which == "earlier")
    kept: set[str] = set()
    removed: list[UUID] = []
    for person in order:
        if groups[person] & kept:
            removed.append(person)
        else:
            kept |= groups[person]
    return removed
