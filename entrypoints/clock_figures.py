"""The compliance clock as metrics, set when they are asked for."""

from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from prometheus_client import Gauge
from psycopg import Connection

from entrypoints.calendar import calendar_for
from entrypoints.compliance import COUNTED_TO, overdue_of, spreads
from entrypoints.wiring import Service
from ledger.rules.business_days import Calendar, due
from projections import opt_outs, replies
from projections.marks import STAGES

_LATEST: Final = 1_000
"""Opt-outs that the percentiles are of."""

_SECONDS = Gauge(
    "ledger_opt_out_seconds",
    "Seconds from the receipt of an opt-out to a stage, of the latest 1,000; quantile 1: the slowest",
    ["stage", "quantile"],
)
_WAITING = Gauge("ledger_opt_outs_waiting", "Opt-outs recorded that have not come to a stage", ["stage"])
_OLDEST = Gauge(
    "ledger_opt_outs_oldest_waiting_seconds",
    "Age of the oldest opt-out waiting for a stage",
    ["stage"],
)
_OVERDUE = Gauge(
    "ledger_opt_outs_overdue", "Opt-outs that came to a stage after their due date, or have not and it is past"
)
_UNCLASSIFIED = Gauge(
    "ledger_replies_unclassified_near_due",
    "Replies nobody has understood that are due within two business days, or were",
)
_NEAR: Final = 2
"""Business days."""


def set_figures(ledger: Service) -> None:
    """Sets every figure of the clock, over all organizations. Raises LogUnavailable."""
    now = ledger.now()
    with ledger.overseeing.connection() as connection:
        taken = [one.taken for one in opt_outs.latest(connection, _LATEST)]
        for stage, spread in spreads(taken).items():
            for quantile, seconds in (
                ("0.5", spread.p50),
                ("0.95", spread.p95),
                ("0.99", spread.p99),
                ("1", spread.max),
            ):
                _SECONDS.labels(stage, quantile).set(seconds)
        for stage in STAGES:
            waiting, oldest = opt_outs.waiting(connection, stage)
            _WAITING.labels(stage).set(waiting)
            _OLDEST.labels(stage).set((now - oldest).total_seconds() if oldest is not None else 0)
        overdue = 0
        for organization in opt_outs.organizations(connection):
            calendar = calendar_for(ledger.within(organization), organization)
            overdue += sum(1 for _ in overdue_of(connection, organization, calendar, now))
        near = 0
        for organization in replies.organizations(connection):
            calendar = calendar_for(ledger.within(organization), organization)
            near += _near_due(connection, organization, calendar, now)
    _OVERDUE.set(overdue)
    _UNCLASSIFIED.set(near)


def _near_due(connection: Connection[Any], organization: str, calendar: Calendar, now: datetime) -> int:
    """Replies nobody has understood that are due within two business days, or were; counted to 10,000."""
    oldest = replies.replies(connection, organization, limit=COUNTED_TO)
    soon = due(now, calendar, _NEAR)
    return sum(1 for _ in takewhile(lambda one: due(one.received_at, calendar) <= soon, oldest))
