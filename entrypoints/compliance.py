"""The compliance clock as it is shown: every opt-out from its receipt to Kafka, what is overdue, how fast it goes.

When an opt-out is due follows from the organization's calendar (`ledger.rules.business_days`) and is not stored.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal, get_args
from uuid import UUID

from psycopg import Connection
from pydantic import BaseModel, Field

from entrypoints import page_ends
from entrypoints.calendar import CalendarSeen, calendar_for, seen
from entrypoints.wiring import Service
from ledger.rules.business_days import SHORTEST, Calendar, due
from projections import opt_outs
from projections.opt_outs import After, Clocked, Taken

Stage = Literal["recorded", "enforced", "published"]
COUNTED_TO: Final = 10_000
"""Opt-outs that a summary looks at; beyond it there are `more`."""


class OptOutSeen(BaseModel):
    """One opt-out and its clock. A stage done before the clock was kept has no time and is in `unknown`."""

    event_id: UUID
    identifier_id: UUID
    position: int
    type: str
    method: str
    channel: str
    scope: str
    occurred_at: datetime | None = Field(description="as the source says")
    received_at: datetime
    recorded_at: datetime = Field(description="from here on every answer to `may I send` honours it")
    enforced_at: datetime | None = Field(description="when the status tables had it")
    published_at: datetime | None = Field(description="when Kafka had taken the status it led to")
    due_at: datetime
    waiting_for: list[Stage]
    unknown: list[Stage]
    overdue: list[Stage] = Field(description="stages that came after `due_at`, or have not come and it is past")


class ClockPage(BaseModel):
    """A page of opt-outs: the last received first; of overdue ones, the first received first."""

    as_of: datetime
    calendar: CalendarSeen
    opt_outs: list[OptOutSeen]
    after: str | None


class Spread(BaseModel):
    """Seconds from receipt to a stage, of those that came to it: so many, half of them within p50, and so on."""

    opt_outs: int
    p50: float
    p95: float
    p99: float
    max: float


class ClockSummary(BaseModel):
    """How fast opt-outs are honoured. `more`: only the latest `opt_outs`, 10,000 at most, were looked at."""

    as_of: datetime
    since: datetime | None
    calendar: CalendarSeen
    opt_outs: int
    more: bool
    waiting: int = Field(
        description="recorded, but not in the status tables or not published yet; counted to 10,000"
    )
    overdue: int
    seconds: dict[Stage, Spread]


def page(
    ledger: Service,
    organization: str,
    *,
    overdue: bool = False,
    since: datetime | None = None,
    after: str | None = None,
    limit: int = 100,
) -> ClockPage:
    """A page of an organization's opt-outs received since a moment. Raises UnknownOrganization, MessageRefused."""
    calendar, now = calendar_for(ledger, organization), ledger.now()
    start = page_ends.read(after, int) if after else None
    with ledger.reading.connection() as connection:
        if overdue:
            found = list(islice(overdue_of(connection, organization, calendar, now, since, start), limit + 1))
        else:
            found = opt_outs.newest(connection, organization, since=since, after=start, limit=limit + 1)
    return ClockPage(
        as_of=now,
        calendar=seen(ledger, calendar),
        opt_outs=[_seen(one, calendar, now) for one in found[:limit]],
        after=page_ends.written(*found[limit - 1].place) if len(found) > limit else None,
    )


def summary(
    ledger: Service,
    organization: str,
    *,
    since: datetime | None = None,
    counted_to: int = COUNTED_TO,
    overdue: int | None = None,
) -> ClockSummary:
    """Percentiles of the latest opt-outs received since a moment, so many of them; how many wait or are overdue.

    `overdue`: where it is known how many are.
    """
    calendar, now = calendar_for(ledger, organization), ledger.now()
    with ledger.reading.connection() as connection:
        found = opt_outs.newest_taken(connection, organization, since=since, limit=counted_to + 1)
        waiting = opt_outs.waiting_of(connection, organization, since=since)
        if overdue is None:
            late = islice(overdue_of(connection, organization, calendar, now, since), COUNTED_TO)
            overdue = sum(1 for _ in late)
    counted = found[:counted_to]
    return ClockSummary(
        as_of=now,
        since=since,
        calendar=seen(ledger, calendar),
        opt_outs=len(counted),
        more=len(found) > counted_to,
        waiting=waiting,
        overdue=overdue,
        seconds=spreads(counted),
    )


def spreads(found: Sequence[Taken]) -> dict[Stage, Spread]:
    """Seconds from receipt to each stage that any of them has come to."""
    times: dict[Stage, list[float]] = {
        stage: [seconds for one in found if (seconds := getattr(one, stage)) is not None]
        for stage in get_args(Stage)
    }
    return {stage: _spread(sorted(seconds)) for stage, seconds in times.items() if seconds}


def overdue_of(
    connection: Connection[Any],
    organization: str,
    calendar: Calendar,
    now: datetime,
    since: datetime | None = None,
    after: After | None = None,
) -> Iterator[Clocked]:
    """Of those that may be, the opt-outs that are overdue at a stage, first received first."""
    while True:
        found = opt_outs.slow(connection, organization, now - SHORTEST, since=since, after=after, limit=COUNTED_TO)
        yield from (one for one in found if _late(one, due(one.received_at, calendar), now))
        if len(found) < COUNTED_TO:
            return
        after = found[-1].place


def _late(one: Clocked, due_at: datetime, now: datetime) -> list[Stage]:
    late: list[Stage] = ["recorded"] if one.recorded_at > due_at else []
    if (one.enforced_at or due_at) > due_at if one.enforced else now > due_at:
        late.append("enforced")
    if (one.published_at or due_at) > due_at if one.published else now > due_at:
        late.append("published")
    return late


def _seen(one: Clocked, calendar: Calendar, now: datetime) -> OptOutSeen:
    due_at = due(one.received_at, calendar)
    reached: dict[Stage, tuple[bool, datetime | None]] = {
        "enforced": (one.enforced, one.enforced_at),
        "published": (one.published, one.published_at),
    }
    return OptOutSeen(
        event_id=one.event_id,
        identifier_id=one.identifier_id,
        position=one.position,
        type=one.name,
        method=one.method,
        channel=one.channel,
        scope=one.scope,
        occurred_at=one.occurred_at,
        received_at=one.received_at,
        recorded_at=one.recorded_at,
        enforced_at=one.enforced_at,
        published_at=one.published_at,
        due_at=due_at,
        waiting_for=[stage for stage, (done, _) in reached.items() if not done],
        unknown=[stage for stage, (done, at) in reached.items() if done and at is None],
        overdue=_late(one, due_at, now),
    )


def _spread(ranked: Sequence[float]) -> Spread:
    """The nearest ranks: each figure is that of an opt-out."""

    def rank(percent: int) -> float:
        return ranked[max(math.ceil(len(ranked) * percent / 100), 1) - 1]

    return Spread(opt_outs=len(ranked), p50=rank(50), p95=rank(95), p99=rank(99), max=ranked[-1])
