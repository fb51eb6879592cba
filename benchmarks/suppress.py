"""`make bench-suppress`: a file of identifiers answered by `contact-ledger suppress`, beside asking in thousands.

A million contacts of which one in ten opted out, and as many rows of which one in ten is unknown to the ledger. A
smaller number may be given: `make bench-suppress ARGS=100000`.
"""

import contextlib
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson
import psutil

from benchmarks.crowd import ORGANIZATION, SCOPE, email, fill_with
from benchmarks.figures import conclude, peak_mb, say
from benchmarks.stand import START, Stand, record, stand
from consumers.intake import Message
from entrypoints.wiring import Service, opened
from ledger.acts.given import Given

ROWS = 1_000_000
_BATCH = 5_000
_SAMPLE = 20_000


def main(rows: int = ROWS) -> None:
    """Prints the figures, and the JSON line last."""
    known = rows * 9 // 10
    with stand(kafka=False) as on, tempfile.TemporaryDirectory() as folder:
        with opened(on.settings) as ledger:
            say(f"recording {known:,} contacts")
            fill_with(ledger, known)
            for first in range(0, known, 10 * _BATCH):
                record(ledger, [_opt_out(n) for n in range(first, min(first + 10 * _BATCH, known), 10)])
            one = _in_thousands(ledger, rows)
        source = Path(folder, "people.csv")
        with source.open("w", newline="") as file:
            csv.writer(file).writerows([("id", "email"), *((n, email(n * 7_919 % rows)) for n in range(rows))])
        seconds, peak = _suppressed(on, source, Path(folder, "answered.csv"))
    rate = rows / seconds
    say(f"{rate:,.0f} identifiers/s from start to end, {rate / one:,.1f} times asking in thousands ({one:,.0f}/s)")
    conclude({"identifiers_per_s": rate, "vs_sendable": rate / one, "rss_mb_max": peak})


def _opt_out(number: int) -> Message:
    data = {
        "organization": ORGANIZATION,
        "identifier": {"kind": "email", "value": email(number)},
        "channel": "email",
        "scope": SCOPE,
        "method": "link",
    }
    event = {
        "specversion": "1.0",
        "id": f"out-{number}",
        "source": "bench",
        "type": "contact.opt-out.v1",
        "time": START.isoformat(),
        "data": data,
    }
    return Message(orjson.dumps(event), (), START)


def _in_thousands(ledger: Service, rows: int) -> float:
    """Identifiers a second by `sendable`, 1,000 at a time in one process."""
    asked = [Given("email", email(n * 7_919 % rows), "") for n in range(min(_SAMPLE, rows))]
    begun = time.perf_counter()
    for first in range(0, len(asked), 1_000):
        ledger.answers.sendable(ORGANIZATION, "email", SCOPE, "marketing", asked[first : first + 1_000])
    return len(asked) / (time.perf_counter() - begun)


def _suppressed(on: Stand, source: Path, target: Path) -> tuple[float, float]:
    """Seconds that the command takes from its start to its end, and the most memory any of its processes had."""
    command = [sys.executable, "-m", "entrypoints", "suppress", str(source), "-o", ORGANIZATION]
    command += ["--channel", "email", "--scope", SCOPE, "-O", str(target), "--workers", "2"]
    peak = 0.0
    begun = time.perf_counter()
    with subprocess.Popen(command, env={**os.environ, **on.environment, "LEDGER_LOG_LEVEL": "error"}) as running:
        process = psutil.Process(running.pid)
        while running.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
                pids = [running.pid, *(child.pid for child in process.children(recursive=True))]
                peak = max(peak, *(peak_mb(pid) for pid in pids))
            time.sleep(0.2)
        seconds = time.perf_counter() - begun
    if running.returncode:
        raise SystemExit("suppress failed")
    return seconds, peak


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
