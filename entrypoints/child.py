"""Server processes that end with this one."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from ledger.errors import LedgerError

_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 60.0


class ChildFailed(LedgerError):
    """A server is not installed, did not start or ended by itself; the message says why."""


class Child:
    """A server process that does not outlive this one (on Linux: not even when this one is killed).

    `last_signal` is what the kernel sends it when the thread that started it ends, so start it from a thread
    that lasts. It sits in a session of its own: Ctrl-C reaches this process, which then stops it in order.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        last_signal: signal.Signals,
        user: str | None = None,
        environment: Mapping[str, str] | None = None,
    ):
        """`environment` instead of this process's own."""
        self._log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd="/",
                start_new_session=True,
                preexec_fn=ended_with_parent(last_signal),
                user=user,
                group=user,
                extra_groups=as_only(user),
                env=environment,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def check(self, what: str) -> None:
        """Raises ChildFailed, with the end of its log, where it has ended by itself."""
        if self._process.poll() is not None:
            raise ChildFailed(f"{what} ended by itself:\n{self._last_words()}")

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = _START_SECONDS) -> None:
        """Return once `ready()`. Raises ChildFailed, with the end of its log, when it ends or is too slow."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._process.poll() is not None:
                raise ChildFailed(f"{what} ended while starting:\n{self._last_words()}")
            if time.monotonic() > deadline:
                self.end(signal.SIGKILL)
                raise ChildFailed(f"{what} did not answer within {seconds:.0f} s:\n{self._last_words()}")
            time.sleep(0.02)

    def tell(self, how: signal.Signals) -> None:
        """Send the signal."""
        self._process.send_signal(how)

    def end(self, how: signal.Signals) -> None:
        """Send the signal and wait for the end; after a minute, kill."""
        self._process.send_signal(how)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-12:])


def as_only(user: str | None) -> list[str] | None:
    """The further groups for a child run as `user`: none, or this process's own where it is the same user."""
    return None if user is None else []


def ended_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arrange() -> None:
        set_death_signal = 1  # PR_SET_PDEATHSIG
        libc.prctl(set_death_signal, int(how), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange
