"""Runs the drivers as processes and waits for what becomes of them.

They are forked off one process that has loaded them all, so that none of the many spends its time on importing.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.api.serving import wait_until

PATIENCE: Final = 90.0
"""Seconds a driver may take."""
_DRIVERS: Final = tuple(f"tests.crash.{file.stem}" for file in sorted(Path(__file__).parent.glob("drive_*.py")))
_FORKING: Final = get_context("forkserver")
_FORKING.set_forkserver_preload([*_DRIVERS])


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver's process, and what it has written so far."""

    process: ForkServerProcess
    files: Path

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def said(self) -> str:
        return (self.files / "1").read_text()

    @property
    def complained(self) -> str:
        return (self.files / "2").read_text()

    def ended(self, seconds: float = PATIENCE) -> int:
        """Its exit code, a signal's negated; it must end in time."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, f"the driver did not end within {seconds:.0f} s"
        return self.process.exitcode


@contextmanager
def running(driver: str, *arguments: str) -> Iterator[Driver]:
    """The driver's process; killed at the end if it still runs."""
    with TemporaryDirectory(prefix="ledger-test-") as files:
        for number in ("1", "2"):
            (Path(files) / number).touch()
        process = _FORKING.Process(target=_drive, args=(driver, arguments, files))
        process.start()
        try:
            yield Driver(process, Path(files))
        finally:
            process.kill()
            process.join()
            process.close()


def struck(driver: str, *arguments: str) -> bool:
    """Runs the driver until it ends: True where it was killed at its point, False where it came to its end."""
    with running(driver, *arguments) as one:
        code = one.ended()
        assert code in (0, -signal.SIGKILL), one.complained
        assert (code != 0) == one.said.endswith("struck\n"), one.complained
        return code != 0


def await_strike(one: Driver) -> None:
    """Waits until the driver has come to its point."""
    wait_until(lambda: "struck\n" in one.said or not one.process.is_alive(), PATIENCE)
    assert "struck\n" in one.said, f"the driver ended before its point: {one.complained}"


def _drive(driver: str, arguments: tuple[str, ...], files: str) -> None:
    """In the process itself: its output goes to the files 1 and 2."""
    for number in (1, 2):
        with (Path(files) / str(number)).open("wb") as file:
            os.dup2(file.fileno(), number)
    import_module(f"tests.crash.{driver}").main(*arguments)
