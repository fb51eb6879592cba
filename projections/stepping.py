"""One step of one projection: the next events, folded, merged and marked in one transaction.

Everything is read and folded before the transaction; the watermark, moved by compare-and-set, is its first
statement. So two runners never double a step and never go back, and a step that dies leaves nothing.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import Connection

from ledger.errors import LedgerError
from ledger.events.envelope import Recorded
from ledger.store.reading import Reading
from projections.portion import Portion, last_recorded
from projections.projection import Projection
from projections.tables import Rows, stage
from projections.watermarks import Watermark, move

BATCH: Final = 5_000
"""Events a step takes."""
CROWD: Final = 5_000
"""Rows that fall due together with a step; more of them are swept before it."""

_AWAY: Final = (LedgerError, psycopg.OperationalError, psycopg.InterfaceError)
"""Errors that are not about what is in the events."""

Connect = Callable[[], AbstractContextManager[Connection[Any]]]
"""Gives a connection for one transaction, which is committed at the end (`pool.connection`)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a projection reads the log, and where it keeps its tables; both act as `ledger_projector`."""

    log: Reading
    connect: Connect


class ProjectionStopped(LedgerError):
    """A projection cannot go on: the event at `position` is the first it fails on. Mend it and start again."""

    def __init__(self, projection: str, position: int, event_id: UUID | None) -> None:
        where = f"at event {event_id}, position {position}" if event_id else f"after position {position}"
        super().__init__(f"projection {projection} stopped {where}; nothing of that step was kept")
        self.projection = projection
        self.position = position
        self.event_id = event_id


def next_portion(
    log: Reading, projection: str, before: Watermark, *, limit: int = BATCH, upto: int | None = None
) -> Portion | None:
    """The next events, cut between two acts: what one act did becomes visible at once. None: there are none.

    Raises ProjectionStopped where the next event cannot be loaded; until there the portions are smaller.
    """
    unreadable = None
    while True:
        try:
            events = log.follow(before.position, limit, upto=upto)
        except _AWAY:
            raise
        except Exception as error:
            if limit == 1:
                raise ProjectionStopped(projection, before.position, None) from error
            unreadable, limit = limit, limit // 2
            continue
        if not events:
            return None
        whole = events if len(events) < limit else _whole_acts(events)
        if whole:
            at = last_recorded(whole)
            return Portion(log, whole, upto=whole[-1].position, at=max(at, before.swept_to or at))
        limit *= 2
        if unreadable is not None and limit >= unreadable:
            raise ProjectionStopped(projection, before.position, None)


def _whole_acts(events: Sequence[Recorded]) -> list[Recorded]:
    """The events without those of the last act, which may go on."""
    last = events[-1].envelope.act_id
    return [event for event in events if event.envelope.act_id != last]


def project(source: Source, projection: Projection, before: Watermark, portion: Portion) -> bool:
    """Takes the portion in; False where somebody else was faster. Raises ProjectionStopped.

    Where too many rows fall due with it, only time is moved, to the moment by which they are not too many.
    """
    with source.connect() as connection:
        moment = projection.crowd(connection, portion.at, CROWD)
    if moment is not None and moment < portion.at:
        return sweep(source, projection, before, moment)
    return _take(source, projection, before, portion)


def sweep(source: Source, projection: Projection, before: Watermark, at: datetime) -> bool:
    """Re-evaluates every row that time alone has changed by `at`, and moves no position. As `project`."""
    return _take(source, projection, before, Portion(source.log, (), upto=before.position, at=at))


def _take(source: Source, projection: Projection, before: Watermark, portion: Portion) -> bool:
    try:
        return _fold_and_write(source, projection, before, portion)
    except _AWAY:
        raise
    except Exception as error:
        raise _stopped(source, projection, before, portion) from error


def _fold_and_write(source: Source, projection: Projection, before: Watermark, portion: Portion) -> bool:
    with source.connect() as connection:
        also = projection.also(connection, portion)
    rows = projection.fold(portion, also)
    with source.connect() as connection:
        if not move(connection, projection.name, before, Watermark(portion.upto, portion.at)):
            return False
        write(connection, projection, rows, portion.upto)
    return True


def write(connection: Connection[Any], projection: Projection, rows: Rows, position: int) -> None:
    """Stages the rows and merges them, in the transaction that moved the watermark."""
    connection.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    for table in projection.tables:
        stage(connection, table, rows[table.name])
    projection.merge(connection, position)


def _stopped(source: Source, projection: Projection, before: Watermark, portion: Portion) -> ProjectionStopped:
    """Says which event is the first the projection fails on, by trying ever fewer of them."""
    if not portion.events:
        return ProjectionStopped(projection.name, before.position, None)
    low, high = 0, len(portion.events)
    while high - low > 1:
        middle = (low + high) // 2
        if _fails(source, projection, portion.events[:middle], portion.at):
            high = middle
        else:
            low = middle
    event = portion.events[low]
    return ProjectionStopped(projection.name, event.position, event.event_id)


def _fails(source: Source, projection: Projection, events: Sequence[Recorded], at: datetime) -> bool:
    portion = Portion(source.log, events, upto=events[-1].position, at=at)
    try:
        rows = projection.fold(portion, ())
        with source.connect() as connection, connection.transaction(force_rollback=True):
            write(connection, projection, rows, portion.upto)
    except _AWAY:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, it fails here
        return True
    return False
