"""Runs projections: step by step while there are events, then waiting to be woken, and sweeping as time passes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from ledger.errors import LogUnavailable
from ledger.store.store import CHANNEL
from projections.portion import Portion
from projections.projection import Projection
from projections.stepping import BATCH, ProjectionStopped, Source, next_portion, project
from projections.sweeper import sweep_to
from projections.watermarks import Watermark, watermarks


class Runner:
    """Steps its projections in turn. One that stops at an error is left where it is; the others go on."""

    def __init__(
        self,
        projections: Iterable[Projection],
        source: Source,
        *,
        batch: int = BATCH,
        stopped: Callable[[ProjectionStopped], None] = lambda error: None,
    ) -> None:
        self._running = list(projections)
        self._source = source
        self._batch = batch
        self._on_stop = stopped
        self.stopped: list[ProjectionStopped] = []

    def step(self) -> bool:
        """One step of each projection; those at the same watermark share what is read. False: nothing moved."""
        with self._source.connect() as connection:
            marks = watermarks(connection)
        portions: dict[Watermark, Portion | None] = {}
        moved = [
            self._tried(one, partial(self._step, one, marks[one.name], portions)) for one in list(self._running)
        ]
        return any(moved)

    def sweep(self, to: datetime) -> bool:
        """Re-evaluates what time alone has changed by `to`. False: nothing had."""
        swept = [self._tried(one, partial(sweep_to, self._source, one, to)) for one in list(self._running)]
        return any(swept)

    def run(self, stop: Event, now: Callable[[], datetime], *, idle_seconds: float = 1.0) -> None:
        """Steps and sweeps until `stop` is set; a database that is away is waited for.

        Raises the first ProjectionStopped once no projection is left running.
        """
        while self._running and not stop.is_set():
            try:
                with self._source.connect() as connection, _listening(connection):
                    self._run(stop, now, connection, idle_seconds)
            except (LogUnavailable, psycopg.OperationalError):
                stop.wait(idle_seconds)
        if not self._running and self.stopped:
            raise self.stopped[0]

    def _run(self, stop: Event, now: Callable[[], datetime], waking: Connection[Any], idle_seconds: float) -> None:
        while self._running and not stop.is_set():
            if not self.step():
                self.sweep(now())
                for _ in waking.notifies(timeout=idle_seconds, stop_after=1):
                    pass

    def _step(self, projection: Projection, mark: Watermark, portions: dict[Watermark, Portion | None]) -> bool:
        if mark not in portions:
            portions[mark] = next_portion(self._source.log, projection.name, mark, limit=self._batch)
        portion = portions[mark]
        return portion is not None and project(self._source, projection, mark, portion)

    def _tried(self, projection: Projection, action: Callable[[], bool]) -> bool:
        try:
            return action()
        except ProjectionStopped as error:
            self._running.remove(projection)
            self.stopped.append(error)
            self._on_stop(error)
            return False


@contextmanager
def _listening(connection: Connection[Any]) -> Iterator[None]:
    """Outside of a transaction and told of every append meanwhile."""
    connection.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
    connection.commit()
    try:
        yield
    finally:
        with suppress(psycopg.Error):
            connection.execute("UNLISTEN *")


def catch_up(source: Source, projections: Sequence[Projection], *, batch: int = BATCH) -> None:
    """Steps until nothing is left to project. Raises ProjectionStopped."""
    runner = Runner(projections, source, batch=batch)
    while runner.step():
        pass
    if runner.stopped:
        raise runner.stopped[0]
