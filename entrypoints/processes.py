"""Signals and process trees: how a process is told to stop, and how `run` keeps several together."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import structlog

from entrypoints.child import ended_with_parent
from ledger.errors import LedgerError

_PATIENCE: Final = 20.0
"""Seconds a process has to end after SIGTERM before it is killed."""
_GLANCE: Final = 0.2


class ProcessEnded(LedgerError):
    """One process of the tree ended by itself, so all were stopped; its own log says why."""


@contextmanager
def stop_signal() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, so that work ends between two steps and not inside one."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_together(commands: Mapping[str, Mapping[str, str]]) -> None:
    """Runs `contact-ledger <command>` for each, with more environment of its own, until told to stop.

    Raises ProcessEnded when one ends by itself.
    """
    with stop_signal() as stop:
        children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for command, more in commands.items():
                children[command] = subprocess.Popen(
                    [sys.executable, "-P", "-m", "entrypoints", command],  # -P: never code of the folder it is in
                    env={**os.environ, **more},
                    preexec_fn=ended_with_parent(signal.SIGTERM),
                )
                structlog.get_logger().info("started", process=command, pid=children[command].pid)
            while not stop.wait(_GLANCE):
                for command, child in children.items():
                    if child.poll() is not None:
                        raise ProcessEnded(f"{command} ended with code {child.returncode}; the others were stopped")
        finally:
            _stop(children)


def _stop(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for command, child in children.items():
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            structlog.get_logger().warning("killed, as it did not stop", process=command)
            child.kill()
            child.wait()
