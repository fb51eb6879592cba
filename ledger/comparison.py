"""Whose status another policy would change, over a whole population, before anything is adopted.

Key ranges of the log are looked through by processes of their own. Only streams that a differing parameter can
touch are read and judged, under both histories, by the same rules as every answer.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from typing import Final
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.stored import stored_names
from ledger.flat_changes import Flat, change_of, flat
from ledger.rules.difference import Change, Difference
from ledger.rules.policy import Policies
from ledger.rules.status import NO_BEARING
from ledger.store.reading import Reading
from ledger.store.scanning import Having

OpenLog = Callable[[], AbstractContextManager[Reading]]
"""Opens the log in another process, so it must be picklable: a `partial` of a module's function."""
Progress = Callable[[float], None]
"""Told the part that is done, from 0 to 1."""

_RANGES: Final = 32
_BATCH: Final = 2_000
"""Streams read at a time."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two policy histories of an organization, judged at one moment over the log up to a position."""

    organization: str
    before: Policies
    after: Policies
    at: datetime
    upto: int


def compare(
    comparison: Comparison,
    log: Reading,
    *,
    open_log: OpenLog | None = None,
    workers: int = 2,
    progress: Progress = lambda part: None,
) -> Iterator[Change]:
    """Every status that differs, by identifier. Without `open_log` all is done in this process.

    Two histories that can differ for nobody are answered at once.
    """
    if not _difference(comparison).touched().anybody():
        progress(1.0)
        return
    edges = [UUID(int=(n << 128) // _RANGES) for n in range(_RANGES)]
    highs = [*edges[1:], None]
    if open_log is None:
        for done, (low, high) in enumerate(zip(edges, highs, strict=True), 1):
            yield from _compared(log, comparison, low, high)
            progress(done / _RANGES)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (open_log,)) as pool:
        try:
            for done, found in enumerate(pool.map(partial(_compared_elsewhere, comparison), edges, highs), 1):
                yield from map(change_of, found)
                progress(done / _RANGES)
        finally:
            pool.shutdown(cancel_futures=True)


_opened: list[Reading] = []
"""The log of a process that compares, open as long as it lives."""


def _open(open_log: OpenLog) -> None:
    _opened.append(open_log().__enter__())


def _compared_elsewhere(comparison: Comparison, low: UUID, high: UUID | None) -> list[Flat]:
    return [flat(change) for change in _compared(_opened[0], comparison, low, high)]


def _compared(log: Reading, comparison: Comparison, low: UUID, high: UUID | None) -> Iterator[Change]:
    """What differs in one range of streams.

    Whether anything does is asked without the platform's listings, which no policy has a say in: they are read of
    those who differ, to be told beside.
    """
    difference = _difference(comparison)
    may = difference.touched()
    wanted = Having(stored_names(may.ever), stored_names(may.lately), may.since)
    keys = log.having(comparison.organization, wanted, upto=comparison.upto, low=low, high=high)
    for first in range(0, len(keys), _BATCH):
        portion = keys[first : first + _BATCH]
        streams = _read(log, difference, portion, comparison.upto)
        changed = {key: found for key in portion if key in streams and (found := difference.changes(streams[key]))}
        for key, platform in _listed(log, changed, comparison.upto).items():
            changed[key] = difference.changes(streams[key], platform)
        for changes in changed.values():
            yield from changes


def _read(log: Reading, difference: Difference, keys: Sequence[UUID], upto: int) -> dict[UUID, list[Recorded]]:
    """What may differ of these streams: with the claims of those only of whom the kind is asked."""
    streams = log.read_less(keys, NO_BEARING, upto=upto)
    unclear = [key for key, events in streams.items() if difference.asks_kind(events)]
    return {**streams, **log.read(unclear, upto=upto)} if unclear else streams


def _listed(log: Reading, keys: Collection[UUID], upto: int) -> dict[UUID, list[Recorded]]:
    """The platform's listings of those of these identifiers that have any."""
    listings = log.listings(keys, upto=upto)
    listed = log.read_less(set(listings.values()), NO_BEARING, upto=upto)
    return {key: listed[listing] for key, listing in listings.items() if listing in listed}


def _difference(comparison: Comparison) -> Difference:
    return Difference(comparison.before, comparison.after, comparison.at)
