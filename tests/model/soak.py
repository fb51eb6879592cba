"""Checks the rules on so many generated histories: `python -m tests.model.soak 100000` (`make soak ARGS=100000`).

Progress on stderr; the last line on stdout is JSON. Exit code 1 where a history breaks a promise: each is printed
shrunk, with the number that makes it again (`--seed 4711 1`).
"""

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.model.checking import described, differences, shrunk
from tests.model.making import history

PORTION = 500
PRINTED = 5


def broken(first: int, count: int) -> list[int]:
    """The seeds, of `count` from `first` on, whose histories break a promise."""
    return [seed for seed in range(first, first + count) if next(differences(history(seed)), None) is not None]


def soak(first: int, count: int, processes: int | None) -> Iterator[tuple[int, list[int]]]:
    """(histories done, seeds of those that break a promise), portion by portion."""
    starts = range(first, first + count, PORTION)
    sizes = [min(PORTION, first + count - start) for start in starts]
    done = 0
    with ProcessPoolExecutor(processes) as pool:
        for size, found in zip(sizes, pool.map(broken, starts, sizes), strict=True):
            done += size
            yield done, found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model.soak", description=__doc__)
    parser.add_argument("histories", nargs="?", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="number of the first history")
    parser.add_argument("--processes", type=int, help="default: one a core")
    asked = parser.parse_args(arguments)
    seeds: list[int] = []
    for done, found in soak(asked.seed, asked.histories, asked.processes):
        seeds += found
        print(f"\r{done:,} of {asked.histories:,} histories", end="", file=sys.stderr, flush=True)  # noqa: T201
    print(file=sys.stderr)  # noqa: T201
    for seed in seeds[:PRINTED]:
        print(described(shrunk(history(seed))), file=sys.stderr)  # noqa: T201
    print(json.dumps({"histories": asked.histories, "counterexamples": len(seeds)}))  # noqa: T201
    return 1 if seeds else 0


if __name__ == "__main__":
    sys.exit(main())
