"""One step of one projection: the next events, folded, merged and marked in one transaction.

Everything is read and folded before the transaction; the watermark, moved by compare-and-set, is its first
statement. So two runners never double a step and never go back, and a step that dies leaves nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import Connection

from ledger.errors import LedgerError
from ledger.events.envelope import Recorded
from ledger.events.settings import PolicyAdopted
from ledger.events.stored import stored_names
from ledger.rules.adopted import adoption
from ledger.rules.difference import touched_by
from ledger.store.reading import Reading
from ledger.store.scanning import Having
from projections.cleared import note_cleared
from projections.portion import Portion, last_recorded
from projections.projection import Projection
from projections.tables import Rows, stage
from projections.watermarks import Watermark, move

BATCH: Final = 5_000
"""Events a step takes."""
CROWD: Final = 5_000
"""Rows that fall due together with a step; more of them are swept before it."""

_TOO_MUCH: Final = "54"
"""PostgreSQL's class of errors for what exceeds its limits."""

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

    Raises ProjectionStopped where an event cannot be loaded and nothing before it is left to be projected.
    """
    events, stuck = _follow(log, before.position, limit, upto)
    whole = events if len(events) < limit and not stuck else _whole_acts(events)
    if not whole:
        if stuck:
            last = events[-1].position if events else before.position
            raise ProjectionStopped(projection, last, None) from stuck
        return next_portion(log, projection, before, limit=2 * limit, upto=upto) if events else None
    at, upto = last_recorded(whole), whole[-1].position
    touched = touched_by_adoptions(log, whole, upto)
    return Portion(log, whole, upto=upto, at=max(at, before.swept_to or at), touched=touched)


def touched_by_adoptions(log: Reading, events: Iterable[Recorded], upto: int) -> set[UUID]:
    """Identifiers whose judgement may change because one of the events adopts a policy."""
    touched: set[UUID] = set()
    for event in events:
        if isinstance(event.body, PolicyAdopted):
            may = touched_by(adoption(event, event.body))
            wanted = Having(stored_names(may.ever), stored_names(may.lately), may.since)
            touched.update(log.having(event.envelope.organization, wanted, upto=upto))
    return touched


def _follow(log: Reading, after: int, limit: int, upto: int | None) -> tuple[list[Recorded], Exception | None]:
    """The next events; where one cannot be loaded, those before it and the error."""
    try:
        return log.follow(after, limit, upto=upto), None
    except Exception as error:
        if _is_away(error):
            raise
        stuck = error
    events: list[Recorded] = []
    loads, fails = 0, limit
    while fails - loads > 1:
        middle = (loads + fails) // 2
        try:
            events = log.follow(after, middle, upto=upto)
        except Exception as error:
            if _is_away(error):
                raise
            fails = middle
        else:
            loads = middle
    return events, stuck


def _whole_acts(events: Sequence[Recorded]) -> list[Recorded]:
    """The events without those of the last act, which may go on."""
    last = events[-1].envelope.act_id if events else None
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
    except Exception as error:
        if _is_away(error):
            raise
        raise _stopped(source, projection, before, portion) from error


def _fold_and_write(source: Source, projection: Projection, before: Watermark, portion: Portion) -> bool:
    with source.connect() as connection:
        also = projection.also(connection, portion)
    rows = projection.fold(portion, also)
    with source.connect() as connection:
        if not move(connection, projection.name, before, Watermark(portion.upto, portion.at)):
            return False
        write(connection, projection, rows, portion.upto)
        if portion.erases:
            note_cleared(connection, projection.name, portion.upto)
    return True


def write(connection: Connection[Any], projection: Projection, rows: Rows, position: int) -> None:
    """Stages the rows, if there are any, and merges them, in the transaction that moved the watermark."""
    if any(rows.values()):
        connection.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        for table in projection.tables:
            stage(connection, table, rows[table.name])
        projection.merge(connection, position)
    projection.reached(connection, position)


def _is_away(error: Exception) -> bool:
    """Whether it is the database that fails, and not something in the events (as too long a key would be)."""
    if isinstance(error, psycopg.OperationalError):
        return not (error.sqlstate or "").startswith(_TOO_MUCH)
    return isinstance(error, LedgerError | psycopg.InterfaceError)


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
    except Exception as error:
        if _is_away(error):
            raise
        return True
    return False
