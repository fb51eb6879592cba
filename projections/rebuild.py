"""Rebuilds a projection beside its readers: scan, fold, COPY, catch up, swap (DESIGN §6).

Streams are scanned in key ranges, several at a time in processes of their own, and folded by the same code that
steps use. The fresh tables then catch up with those in use and are swapped for them under the lock of their
watermark: readers never see a gap, and where the two differ the outbox says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Final
from uuid import UUID

from psycopg.errors import DeadlockDetected, LockNotAvailable

from ledger.errors import LedgerError
from ledger.events.envelope import Recorded
from ledger.store.reading import Reading
from projections import fresh
from projections.checksum import Checksum, checksum
from projections.portion import PLATFORM_NAMES, Portion
from projections.projection import Projection
from projections.registry import PROJECTIONS
from projections.stepping import BATCH, Source, next_portion, project
from projections.sweeper import sweep_to
from projections.tables import load
from projections.watermarks import Watermark, watermark

OpenSource = Callable[[], AbstractContextManager[Source]]
"""Opens a source in another process, so it must be picklable: a function of a module, or a `partial` of one."""
Progress = Callable[[float], None]
"""Told the part that is done, from 0 to 1."""

_RANGES: Final = 32
_TRIES: Final = 20
_NEAR: Final = 2 * BATCH
"""Events by which fresh tables may lag when the lock is taken."""


class RebuildRunning(LedgerError):
    """Another rebuild is running: wait for its end, or stop it."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The checksum of the tables in use, and that of the same rows made anew from the log."""

    live: Checksum
    rebuilt: Checksum

    @property
    def equal(self) -> bool:
        return self.live == self.rebuilt


def rebuild(
    source: Source,
    projection: Projection,
    *,
    open_source: OpenSource | None = None,
    workers: int = 2,
    progress: Progress = lambda part: None,
) -> None:
    """Makes the projection's tables anew and swaps them in. Without `open_source` all is done in this process.

    Raises RebuildRunning. Killed at any moment it leaves the tables in use as they are.
    """
    with _alone(source):
        with source.connect() as connection:
            mark = watermark(connection, projection.name)
        _build(source, projection, mark, open_source, workers, progress)
        fresh_source = fresh.on_fresh(source)
        while _behind(source, projection) > _NEAR:
            with source.connect() as connection:
                upto = watermark(connection, projection.name).position
            _catch_up(fresh_source, projection, upto)
        _swap(source, fresh_source, projection)
        progress(1.0)


def verify(
    source: Source,
    projection: Projection,
    *,
    open_source: OpenSource | None = None,
    workers: int = 2,
    progress: Progress = lambda part: None,
) -> Verified:
    """Makes the tables anew at the watermark of those in use and compares; changes nothing.

    Personal values of people whose erasure lies beyond the watermark are gone from the one and not yet from the
    other: project up to the log's end first.
    """
    with _alone(source):
        with source.connect() as connection:
            live = checksum(connection, projection)
        _build(source, projection, live.watermark, open_source, workers, progress)
        with fresh.on_fresh(source).connect() as connection:
            rebuilt = checksum(connection, projection)
        with source.connect() as connection:
            fresh.clear(connection)
        return Verified(live, rebuilt)


@contextmanager
def _alone(source: Source) -> Iterator[None]:
    """One rebuild at a time."""
    with source.connect() as connection:
        key = "hashtextextended('contact-ledger rebuild', 0)"
        row = connection.execute(f"SELECT pg_try_advisory_lock({key})".encode()).fetchone()
        connection.commit()
        if row is None or not row[0]:
            raise RebuildRunning("another rebuild is running: wait for its end, or stop it")
        try:
            yield
        finally:
            connection.execute(f"SELECT pg_advisory_unlock({key})".encode())


@dataclass(frozen=True, slots=True)
class _Part:
    """One range of streams to be scanned up to a watermark, and all the platform's listings there are."""

    low: UUID
    high: UUID | None
    position: int
    at: datetime
    listings: Mapping[UUID, Sequence[Recorded]]


def _build(
    source: Source,
    projection: Projection,
    mark: Watermark,
    open_source: OpenSource | None,
    workers: int,
    progress: Progress,
) -> None:
    """Makes and fills fresh tables up to `mark`."""
    fresh_source = fresh.on_fresh(source)
    with fresh_source.connect() as connection:
        indexes = fresh.make(connection, projection, mark)
    parts = _parts(source.log, mark)
    if open_source is None:
        for done, part in enumerate(parts, 1):
            _load(fresh_source, projection, part)
            progress(done / len(parts))
    else:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            _load_by(pool, open_source, projection, parts, progress)
    with fresh_source.connect() as connection:
        fresh.finish(connection, projection, indexes)


def _parts(log: Reading, mark: Watermark) -> list[_Part]:
    if mark.swept_to is None:
        return []
    edges = [UUID(int=(n << 128) // _RANGES) for n in range(_RANGES)]
    listings = {
        stream[0].stream_id: stream for stream in log.scan(edges[0], None, upto=mark.position, names=PLATFORM_NAMES)
    }
    highs = [*edges[1:], None]
    return [
        _Part(low, high, mark.position, mark.swept_to, listings) for low, high in zip(edges, highs, strict=True)
    ]


def _load_by(
    pool: Executor, open_source: OpenSource, projection: Projection, parts: Sequence[_Part], progress: Progress
) -> None:
    loading = [pool.submit(_load_elsewhere, open_source, projection.name, part) for part in parts]
    try:
        for done, one in enumerate(as_completed(loading), 1):
            one.result()
            progress(done / len(parts))
    finally:
        pool.shutdown(cancel_futures=True)


def _load_elsewhere(open_source: OpenSource, projection: str, part: _Part) -> None:
    with open_source() as source:
        _load(fresh.on_fresh(source), PROJECTIONS[projection], part)


def _load(source: Source, projection: Projection, part: _Part) -> None:
    """Scans one range of streams and copies their rows into the fresh tables."""
    for streams in _scanned(source.log, projection, part):
        events = [event for stream in streams.values() for event in stream]
        portion = Portion(
            source.log, events, upto=part.position, at=part.at, streams=streams, listings=part.listings
        )
        rows = projection.fold(portion, ())
        with source.connect() as connection:
            for table in projection.tables:
                load(connection, table, rows[table.name])


def _scanned(log: Reading, projection: Projection, part: _Part) -> Iterator[dict[UUID, list[Recorded]]]:
    """The range's streams, so many at a time that they make a batch."""
    streams: dict[UUID, list[Recorded]] = {}
    size = 0
    for stream in log.scan(part.low, part.high, upto=part.position, names=projection.scanned):
        streams[stream[0].stream_id] = stream
        size += len(stream)
        if size >= BATCH:
            yield streams
            streams, size = {}, 0
    if streams:
        yield streams


def _behind(source: Source, projection: Projection) -> int:
    """By how many positions the fresh tables lag behind those in use."""
    with source.connect() as connection:
        live = watermark(connection, projection.name)
    with fresh.on_fresh(source).connect() as connection:
        return live.position - watermark(connection, projection.name).position


def _catch_up(fresh_source: Source, projection: Projection, upto: int) -> None:
    while True:
        with fresh_source.connect() as connection:
            mark = watermark(connection, projection.name)
        portion = next_portion(fresh_source.log, projection.name, mark, upto=upto)
        if portion is None:
            return
        project(fresh_source, projection, mark, portion)


def _swap(source: Source, fresh_source: Source, projection: Projection) -> None:
    """Swaps under the watermark's lock, at equal watermarks; gives way to a reader in the way and tries again."""
    for left in reversed(range(_TRIES)):
        try:
            with source.connect() as connection:
                live = watermark(connection, projection.name, lock=True)
                _catch_up(fresh_source, projection, live.position)
                if live.swept_to is not None:
                    sweep_to(fresh_source, projection, live.swept_to)
                if projection.DIFFERENT is not None:
                    connection.execute(projection.DIFFERENT, (live.position,))
                connection.execute("SET LOCAL lock_timeout = '1s'")
                fresh.swap(connection, projection)
        except (LockNotAvailable, DeadlockDetected):
            if not left:
                raise
        else:
            return
