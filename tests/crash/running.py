"""Runs the drivers as processes and waits for what becomes of them."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parent.parent.parent
PATIENCE = 90.0
"""Seconds a driver may take."""


@contextmanager
def running(driver: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The driver's process; killed at the end if it still runs."""
    command = [sys.executable, "-m", f"tests.crash.{driver}", *arguments]
    with subprocess.Popen(
        command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def struck(driver: str, *arguments: str) -> bool:
    """Runs the driver until it ends: True where it was killed at its point, False where it came to its end."""
    with running(driver, *arguments) as process:
        said, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, -signal.SIGKILL), complained
    killed = process.returncode != 0
    assert killed == said.endswith("struck\n"), complained
    return killed


def await_strike(process: subprocess.Popen[str]) -> None:
    """Waits until the driver has come to its point."""
    assert process.stdout is not None
    for line in process.stdout:
        if line == "struck\n":
            return
    raise AssertionError(f"the driver ended before its point: {process.stderr.read() if process.stderr else ''}")
