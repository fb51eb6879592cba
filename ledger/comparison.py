"""Whose status another policy would change, over a whole population, before anything is adopted.

Key ranges of the log are looked through by processes of their own. Only streams that a differing parameter can
touch are read and judged, under both histories, by the same rules as every answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from typing import Final
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.events.stored import stored_names
from ledger.rules.difference import Change, Difference
from ledger.rules.policy import Policies
from ledger.store.reading import Reading, Wanted

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
    """Every status that differs, by identifier. Without `open_log` all is done in this process."""
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
                yield from found
                progress(done / _RANGES)
        finally:
            pool.shutdown(cancel_futures=True)


_opened: list[Reading] = []
"""The log of a process that compares, open as long as it lives."""


def _open(open_log: OpenLog) -> None:
    _opened.append(open_log().__enter__())


def _compared_elsewhere(comparison: Comparison, low: UUID, high: UUID | None) -> list[Change]:
    return list(_compared(_opened[0], comparison, low, high))


def _compared(log: Reading, comparison: Comparison, low: UUID, high: UUID | None) -> Iterator[Change]:
    """What differs in one range of streams."""
    difference = Difference(comparison.before, comparison.after, comparison.at)
    may = difference.touched()
    if not may.ever and not may.lately:
        return
    wanted = Wanted(stored_names(may.ever), stored_names(may.lately), may.since)
    keys = log.having(comparison.organization, wanted, upto=comparison.upto, low=low, high=high)
    for first in range(0, len(keys), _BATCH):
        streams = log.read(keys[first : first + _BATCH], upto=comparison.upto)
        listings = log.read(_listings(streams), upto=comparison.upto)
        for events in streams.values():
            listing = listings.get(_listing(events) or events[0].stream_id, ())
            yield from difference.changes(events, listing)


def _listings(streams: Mapping[UUID, Sequence[Recorded]]) -> set[UUID]:
    return {key for events in streams.values() if (key := _listing(events)) is not None}


def _listing(events: Sequence[Recorded]) -> UUID | None:
    """Where the platform's listing of this address is, as its first claim says."""
    return next((event.body.platform_key for event in events if isinstance(event.body, IdentifierClaimed)), None)
