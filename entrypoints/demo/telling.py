"""What the demo says while it works, on stderr: bars on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

_EVERY: Final = 2.0
"""Seconds between two plain lines."""


class Telling:
    """Lines for what was done, and how far each stage of the traffic has come."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._stages: dict[str, TaskID] = {}
        self._said: dict[str, str] = {}
        self._next = 0.0

    def line(self, text: str) -> None:
        """One line, at once."""
        if self._bars.disable:
            sys.stderr.write(text + "\n")
        else:
            self._bars.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def stage(self, name: str, done: int, total: int) -> None:
        """How far a stage has come; `total` may grow."""
        if name not in self._stages:
            self._stages[name] = self._bars.add_task(name, total=total)
        self._bars.update(self._stages[name], completed=done, total=total)
        self._said[name] = f"{name} {done:,} of {total:,}"
        if self._bars.disable and time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            self.line("; ".join(self._said.values()))


@contextmanager
def telling() -> Iterator[Telling]:
    """The demo's voice."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:>18}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield Telling(bars)
