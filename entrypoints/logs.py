"""Logs: one JSON object a line on stderr, without personal data.

Exceptions are logged by type and place only: their messages may carry values (a database error quotes rows).
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from ledger.errors import LedgerError

_AGAIN: Final = 60.0
"""Seconds until a library's text is said again."""
_MOST: Final = 1_000
"""Texts of libraries that are remembered."""


def configure(level: str = "info") -> None:
    """Sets up structlog and routes the libraries' own warnings through it, by name of logger only."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_values,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Library()], level=logging.WARNING, force=True)


def without_values(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turns `exc_info` into the exception's type and place; our own errors' messages carry no values."""
    error = entry.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        entry["error"] = type(error).__qualname__
        entry["at"] = place(error)
        if isinstance(error, LedgerError):
            entry["message"] = str(error)
    return entry


def place(error: BaseException) -> str:
    """Where an exception was raised: the innermost frames, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)


class _Library(logging.Handler):
    """A library's log record: who said it and the unformatted text, whose arguments may hold values.

    The same text about the same error is said once a minute, with how many were left out before: Kafka's client
    repeats itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, ...], tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        about = (type(error).__name__, place(error)) if error is not None else ()
        said = (record.name, str(record.msg), *about)
        at, left_out = self._said.get(said, (0.0, 0))
        if record.created - at < _AGAIN:
            self._said[said] = at, left_out + 1
            return
        if len(self._said) >= _MOST:
            self._said.clear()
        self._said[said] = record.created, 0
        more = {"left_out": left_out} if left_out else {}
        log = structlog.get_logger()
        log.log(record.levelno, "library", logger=record.name, text=said[1], exc_info=error, **more)
