"""A file of identifiers answered row by row, by several processes where it is long; and the list to be exported."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, BinaryIO, Final
from uuid import UUID

from entrypoints.files.csv_sheet import CsvSheet
from entrypoints.files.sheet import Answer, Sheet
from entrypoints.settings import Settings
from entrypoints.wiring import Service, reading_within, secrets
from ledger.rules.status import SEVERITY
from ledger.suppressing import NOT_AN_IDENTIFIER, Question, Suppressed, Suppressing

PORTION: Final = 2_000
"""Rows answered at once."""
RANGES: Final = 256
"""Ranges of ids that a list is made of."""
MAGIC: Final = b"PAR1"
"""Begin of a Parquet file."""

Asking = Callable[[list[str]], "Future[list[Answer]]"]


@dataclass(slots=True)
class Summary:
    """What became of a file's rows. `reasons` counts each row by its most serious one."""

    rows: int = 0
    sendable: int = 0
    not_sendable: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, answers: Sequence[Answer]) -> None:
        self.rows += len(answers)
        free = sum(not reasons for reasons in answers)
        self.sendable += free
        self.not_sendable += len(answers) - free
        self.reasons.update(reasons[0] for reasons in answers if reasons)

    def shown(self) -> dict[str, Any]:
        """As a plain dict, reasons in order of severity."""
        order = {reason: place for place, reason in enumerate((*SEVERITY, *NOT_AN_IDENTIFIER))}
        counted = sorted(self.reasons.items(), key=lambda pair: order[pair[0]])
        return {
            "rows": self.rows,
            "sendable": self.sendable,
            "not_sendable": self.not_sendable,
            "reasons": dict(counted),
        }


def sheet(source: BinaryIO, target: BinaryIO, kind: str, column: str | None) -> Sheet[Any]:
    """The table in `source`, CSV or Parquet as its first bytes say. Raises FileRefused."""
    begin = source.tell()
    magic = source.read(len(MAGIC))
    source.seek(begin)
    if magic != MAGIC:
        return CsvSheet(source, target, kind, column)
    from entrypoints.files.parquet_sheet import ParquetSheet

    return ParquetSheet(source, target, kind, column)


def suppress(table: Sheet[Any], ask: Asking, *, ahead: int = 1) -> Iterator[Summary]:
    """Answers the table and writes it, in order, with at most `ahead` portions asked and not yet written.

    Yields the summary so far after each portion. Raises FileRefused, LogUnavailable.
    """
    summary = Summary()
    asked: deque[tuple[Any, Future[list[Answer]]]] = deque()

    def written() -> Summary:
        rows, answering = asked.popleft()
        answers = answering.result()
        table.write(rows, answers)
        summary.add(answers)
        return summary

    for rows, values in table.portions(PORTION):
        asked.append((rows, ask(values)))
        if len(asked) > ahead:
            yield written()
    while asked:
        yield written()
    table.close()
    yield summary


@contextmanager
def asking(ledger: Service, question: Question, workers: int = 0) -> Iterator[Asking]:
    """How to ask the question: in this process, or by so many others."""
    if not workers:
        suppressing = Suppressing(ledger.reading, ledger.ids, question)
        yield lambda values: _done(suppressing.answers(values))
        return
    with _pool(ledger.settings, question, workers) as pool:
        yield lambda values: pool.submit(_answers, values)


def _done(answers: list[Answer]) -> "Future[list[Answer]]":
    answered: Future[list[Answer]] = Future()
    answered.set_result(answers)
    return answered


@contextmanager
def listing(ledger: Service, question: Question, workers: int = 0) -> Iterator[Iterator[list[Suppressed]]]:
    """Everyone who must not be written to, in the order of ids, a range of ids at a time."""
    edges = [UUID(int=(n << 128) // RANGES) for n in range(RANGES)]
    parts = list(zip(edges, [*edges[1:], None], strict=True))
    if not workers:
        suppressing = Suppressing(ledger.reading, ledger.ids, question)
        yield (list(suppressing.suppressed(*part)) for part in parts)
        return
    with _pool(ledger.settings, question, workers) as pool:
        yield _in_order(pool, parts, 2 * workers)


def _in_order(
    pool: ProcessPoolExecutor, parts: Sequence[tuple[UUID, UUID | None]], ahead: int
) -> Iterator[list[Suppressed]]:
    """The ranges' lists in order; no more than `ahead` are made before they are taken."""
    waiting = deque(pool.submit(_listed, part) for part in parts[:ahead])
    for part in [*parts[ahead:], *[None] * min(ahead, len(parts))]:
        found = waiting.popleft().result()
        if part is not None:
            waiting.append(pool.submit(_listed, part))
        yield found


@contextmanager
def _pool(settings: Settings, question: Question, workers: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _open, (settings, question))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


_HERE: list[Suppressing] = []
"""What a process of the pool asks."""


def _open(settings: Settings, question: Question) -> None:
    held = ExitStack()  # closed with the process
    log = held.enter_context(reading_within(settings, question.organization, size=3))
    _HERE.append(Suppressing(log, secrets(settings)[0], question))


def _answers(values: list[str]) -> list[Answer]:
    """In a process of the pool."""
    return _HERE[0].answers(values)


def _listed(part: tuple[UUID, UUID | None]) -> list[Suppressed]:
    """In a process of the pool: everyone suppressed in one range of ids."""
    return list(_HERE[0].suppressed(*part))
