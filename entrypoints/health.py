"""Whether this process can answer, and how far what it shows lags behind the log."""

from datetime import UTC, datetime
from typing import Final

from prometheus_client import Gauge
from pydantic import BaseModel

from consumers.consumer import ALARM_AFTER
from entrypoints.wiring import Service
from ledger.store.rejections import count_since
from projections.watermarks import watermarks

BEHIND: Final = 60.0
"""Seconds that lists may lag before the service calls itself degraded; answers come from the log all the same."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)

_POSITION = Gauge("ledger_log_position", "Position of the log's newest event")
_LAG = Gauge("ledger_projection_lag_events", "Events of the log a projection has not seen yet", ("projection",))


class Readiness(BaseModel):
    """`state`: ready, or degraded: answers are right, but lists or intake lag, and `reasons` say which."""

    state: str
    position: int
    lag: dict[str, int]
    reasons: list[str]


def readiness(ledger: Service) -> Readiness:
    """How the service stands now; also sets the figures of it. Raises LogUnavailable."""
    newest = ledger.overseeing.newest()
    with ledger.overseeing.connection() as connection:
        marks = watermarks(connection)
        in_a_row = count_since(connection, newest.recorded_at or _NEVER, ALARM_AFTER)
    lag = {name: newest.position - mark.position for name, mark in sorted(marks.items())}
    reasons = []
    if in_a_row >= ALARM_AFTER:
        reasons.append(f"{in_a_row} or more messages rejected and none recorded since: see `rejections list`")
    for name, mark in sorted(marks.items()):
        _LAG.labels(name).set(lag[name])
        if newest.recorded_at is None or not lag[name]:
            continue
        behind = (newest.recorded_at - mark.swept_to).total_seconds() if mark.swept_to else None
        if behind is None or behind > BEHIND:
            reasons.append(f"projection {name} lags by {lag[name]} events: see to `contact-ledger project`")
    _POSITION.set(newest.position)
    return Readiness(state="degraded" if reasons else "ready", position=newest.position, lag=lag, reasons=reasons)
