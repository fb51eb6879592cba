"""A process that is struck down at a named point: what the crash tests run, in processes of their own."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ledger.events.envelope import Recorded
from ledger.store.store import Store, Writing


class Fate:
    """Sends this process a signal when it comes to `point` for the `nth` time. Point '' is never met."""

    def __init__(self, point: str, nth: int, how: signal.Signals = signal.SIGKILL) -> None:
        self._point = point
        self._left = nth
        self._how = how

    def meet(self, point: str) -> None:
        """Called wherever the process may be struck down."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                sys.stdout.write("struck\n")
                sys.stdout.flush()
                os.kill(os.getpid(), self._how)


class MortalStore(Store):
    """A store whose writing transactions may be struck at `writing`, `written` (not committed) and `committed`."""

    fate: Fate

    @contextmanager
    def writing(self, expected: Sequence[Recorded] = ()) -> Iterator[Writing]:
        with super().writing(expected) as opened:
            self.fate.meet("writing")
            yield opened
            self.fate.meet("written")
        self.fate.meet("committed")


def after(call: Any, meet: str, fate: Fate) -> Any:
    """The same call, and then the point."""

    def called(*arguments: Any, **named: Any) -> Any:
        result = call(*arguments, **named)
        fate.meet(meet)
        return result

    return called
