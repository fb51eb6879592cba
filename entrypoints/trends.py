"""Opt-ins and opt-outs of a period: by day, by method, by channel and by list."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pydantic import BaseModel, Field

from entrypoints.wiring import Service
from ledger.errors import MessageRefused
from ledger.events.scope import covers
from projections.by_day import Counted, counted

LONGEST: Final = 731
"""Days of a period: two years, so that a year can be held against the one before."""
USUAL: Final = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which opt-ins and opt-outs: of the days from `since` to `until` (UTC), and by the rest where it is given.

    `scope`: at this place and below it.
    """

    since: date
    until: date
    method: str | None = None
    channel: str | None = None
    scope: str | None = None


class Share(BaseModel):
    """How many opt-ins and opt-outs there were of one kind."""

    name: str
    opt_ins: int
    opt_outs: int


class Day(BaseModel):
    """A day of UTC; those on which nothing happened are there too."""

    day: date
    opt_ins: int
    opt_outs: int


class Trends(BaseModel):
    """What happened in a period. An opt-in is what was said (a subscription, a confirmation, a START), an opt-out
    likewise; what they led to is in the statuses.
    """

    since: date
    until: date
    opt_ins: int
    opt_outs: int
    days: list[Day]
    methods: list[Share] = Field(description="most first")
    channels: list[Share]
    lists: list[Share] = Field(description="merchants, senders and lists, most first")


def wanted(
    today: date,
    *,
    since: date | None = None,
    until: date | None = None,
    method: str | None = None,
    channel: str | None = None,
    scope: str | None = None,
) -> Wanted:
    """The last 30 days where no period is given. Raises MessageRefused."""
    until = until or today
    since = since or until - timedelta(days=USUAL - 1)
    if since > until:
        raise MessageRefused("invalid-request", "since: must not be after `until`")
    if (until - since).days >= LONGEST:
        raise MessageRefused("invalid-request", f"since: a period is at most {LONGEST} days long")
    return Wanted(since, until, method, channel, scope)


def rows(ledger: Service, organization: str, asked: Wanted) -> list[Counted]:
    """The counts that fit, each of a day, method, channel and place."""
    with ledger.reading.connection() as connection:
        found = counted(connection, organization, asked.since, asked.until)
    return [one for one in found if _fits(one, asked)]


def trends(found: Sequence[Counted], asked: Wanted) -> Trends:
    """What the rows come to."""
    total = Counter[str]()
    for one in found:
        total[one.what] += one.number
    days = {one.name: one for one in _shares(found, lambda one: one.day.isoformat())}
    every = [asked.since + timedelta(days=number) for number in range((asked.until - asked.since).days + 1)]
    nothing = Share(name="", opt_ins=0, opt_outs=0)
    return Trends(
        since=asked.since,
        until=asked.until,
        opt_ins=total["opt_ins"],
        opt_outs=total["opt_outs"],
        days=[Day(day=day, **_numbers(days.get(day.isoformat(), nothing))) for day in every],
        methods=_most_first(_shares(found, lambda one: one.method)),
        channels=_most_first(_shares(found, lambda one: one.channel)),
        lists=_most_first(_shares(found, lambda one: one.scope)),
    )


def _fits(one: Counted, asked: Wanted) -> bool:
    return (
        asked.method in (None, one.method)
        and asked.channel in (None, one.channel)
        and (asked.scope is None or covers(asked.scope, one.scope))
    )


def _shares(found: Iterable[Counted], name: Callable[[Counted], str]) -> list[Share]:
    sums: dict[str, Counter[str]] = {}
    for one in found:
        sums.setdefault(name(one), Counter())[one.what] += one.number
    return [Share(name=key, opt_ins=of["opt_ins"], opt_outs=of["opt_outs"]) for key, of in sums.items()]


def _numbers(one: Share) -> dict[str, int]:
    return {"opt_ins": one.opt_ins, "opt_outs": one.opt_outs}


def _most_first(shares: list[Share]) -> list[Share]:
    return sorted(shares, key=lambda one: (-one.opt_ins - one.opt_outs, one.name))
