"""Bulk actions as they are shown: what was asked for, how far it is, and everybody on the list."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import BaseModel, Field

from entrypoints import page_ends, typed
from entrypoints.wiring import Service
from ledger.batching import PORTION
from ledger.errors import NotFound
from ledger.store import batches
from ledger.store.batches import Batch, PersonState, State

SECOND_PERSON: Final = 1_000
"""Lists longer than this are approved by somebody else than who asked."""


class Outcome(BaseModel):
    """How many people of a list are in a state, and why they were refused or failed."""

    state: PersonState
    why: str | None
    people: int


class BatchSeen(BaseModel):
    """A bulk action. `changes` is null until everybody on the list was looked at."""

    id: UUID
    state: State
    action: str
    channel: str
    scope: str
    which: list[str] = Field(description="the filter it was asked with, in words; none: everyone")
    reason: str
    digest: str = Field(
        description="SHA-256 over the ids of the list, by which it is approved; empty: not frozen yet"
    )
    people: int
    changes: int | None
    needs_second_person: bool
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    approval: str | None
    finished_at: datetime | None
    address: str = Field(description="the list of the console it was asked from")


class BatchWhole(BatchSeen):
    """The same, with how far it is."""

    outcomes: list[Outcome]

    @property
    def looked(self) -> int:
        return sum(one.people for one in self.outcomes)

    def of(self, *states: PersonState) -> int:
        """How many are in any of the states."""
        return sum(one.people for one in self.outcomes if one.state in states)


class BatchesPage(BaseModel):
    """A page, the latest asked for first; `after` asks for the next one."""

    batches: list[BatchSeen]
    after: str | None


class MemberSeen(BaseModel):
    """A person of a list; `state` is null until it was looked at."""

    contact: UUID
    state: PersonState | None
    why: str | None


class MembersPage(BaseModel):
    """A page, in the order of ids."""

    members: list[MemberSeen]
    after: UUID | None


def get(ledger: Service, organization: str, batch_id: UUID) -> BatchWhole:
    """One bulk action. Raises NotFound."""
    batch = row(ledger, organization, batch_id)
    with ledger.reading.connection() as connection:
        counts = batches.counts(connection, batch_id)
    outcomes = [Outcome(state=state, why=why or None, people=people) for state, why, people in counts]
    return BatchWhole(**_seen(ledger, batch).model_dump(), outcomes=outcomes)


def page(ledger: Service, organization: str, *, after: str | None = None, limit: int = 50) -> BatchesPage:
    """The organization's bulk actions, the latest asked for first. Raises MessageRefused."""
    place = page_ends.read(after, UUID) if after else None
    with ledger.reading.connection() as connection:
        rows = batches.batches(connection, organization, after=place, limit=limit + 1)
    shown = rows[:limit]
    return BatchesPage(
        batches=[_seen(ledger, one) for one in shown],
        after=page_ends.written(shown[-1].asked_at, shown[-1].id) if len(rows) > limit else None,
    )


def members(
    ledger: Service,
    organization: str,
    batch_id: UUID,
    *,
    state: PersonState | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> MembersPage:
    """People of the list, or those in a state. Raises NotFound."""
    row(ledger, organization, batch_id)
    with ledger.reading.connection() as connection:
        rows = batches.members(connection, batch_id, state=state, after=after, limit=limit + 1)
    shown = [MemberSeen(contact=one.contact, state=one.state, why=one.why) for one in rows[:limit]]
    return MembersPage(members=shown, after=shown[-1].contact if len(rows) > limit else None)


def everyone(ledger: Service, organization: str, batch_id: UUID) -> Iterator[MemberSeen]:
    """The whole list, a portion at a time. Raises NotFound."""
    after: UUID | None = None
    while True:
        found = members(ledger, organization, batch_id, after=after, limit=PORTION)
        yield from found.members
        after = found.after
        if after is None:
            return


def row(ledger: Service, organization: str, batch_id: UUID) -> Batch:
    """One bulk action as it is kept. Raises NotFound."""
    with ledger.reading.connection() as connection:
        found = batches.batch(connection, organization, batch_id)
    if found is None:
        raise NotFound("No such bulk action in this organization.")
    return found


def _seen(ledger: Service, batch: Batch) -> BatchSeen:
    said = words(ledger, batch)
    same = {name: getattr(batch, name) for name in BatchSeen.model_fields if hasattr(batch, name)}
    return BatchSeen(
        **same
        | {
            "state": batch.state(ledger.now()),
            "which": said["which"],
            "reason": said["reason"],
            "approval": opened(ledger, batch, batch.approval) if batch.approval is not None else None,
            "needs_second_person": batch.people > SECOND_PERSON,
        }
    )


def words(ledger: Service, batch: Batch) -> dict[str, Any]:
    """`reason`: why it was asked for; `which`: the people, in words."""
    text = opened(ledger, batch, batch.words)
    found: dict[str, Any] = orjson.loads(text) if text else {"reason": "", "which": []}
    return found


def opened(ledger: Service, batch: Batch, sealed: str) -> str:
    """What was sealed; empty where it was sealed under another master key."""
    return typed.opened(ledger, batch.organization, sealed) or ""
