"""What every benchmark prints: a line per figure while it goes, and one JSON line with the named keys last."""

import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson


def say(text: str) -> None:
    """One line of progress or figures, at once."""
    print(text, file=sys.stderr, flush=True)


def conclude(keys: Mapping[str, float]) -> None:
    """The last line: JSON with the keys the benchmark is known by."""
    sys.stderr.flush()
    print(orjson.dumps({name: round(value, 3) for name, value in keys.items()}).decode(), flush=True)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of the values do not exceed."""
    ranked = sorted(values)
    return ranked[max(math.ceil(len(ranked) * percent / 100), 1) - 1]


def peak_mb(pid: int) -> float:
    """The most memory that the process, or one of those it started, has ever held, in MiB; 0 where it is gone."""
    try:
        with Path(f"/proc/{pid}/status").open() as status:
            peak = next((line for line in status if line.startswith("VmHWM:")), "VmHWM: 0 kB")  # ended, not reaped
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return max([int(peak.split()[1]) / 1024, *map(peak_mb, map(int, started))])
