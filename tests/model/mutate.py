"""Every small change of `ledger/rules`, and whether a test sees it: `python -m tests.model.mutate` (`make mutate`).

mutmut makes the changes and runs the fast, pure tests named in pyproject.toml. A run that was stopped goes on where
it was; what survived earlier is tried again. Progress on stderr; the last line on stdout is JSON. Exit code 1 where
fewer than nine in ten are killed. `docs/mutation.md` explains the survivors.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

FOLDER = Path("mutants")
WANTED = 0.9
KILLED = frozenset({1, 3, 24, 36, 37, 152, 255, -24})
"""Exit codes of mutmut: a test failed, or ran for ever."""
SURVIVED = frozenset({0, 5, 33})
"""Exit codes of mutmut: every test passed, or none came by."""


def results() -> dict[str, int | None]:
    """Change → the exit code of its tests; None where they were not run."""
    codes: dict[str, int | None] = {}
    for path in sorted(FOLDER.glob("ledger/rules/*.meta")):
        codes |= json.loads(path.read_bytes())["exit_code_by_key"]
    return codes


def forget_survivors() -> None:
    """After a finished run, lets the next try again what survived, since the tests may have grown."""
    if None in results().values():
        return
    for path in FOLDER.glob("ledger/rules/*.meta"):
        meta = json.loads(path.read_bytes())
        codes = meta["exit_code_by_key"]
        meta["exit_code_by_key"] = {name: None if code in SURVIVED else code for name, code in codes.items()}
        path.write_text(json.dumps(meta))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model.mutate", description=__doc__)
    parser.add_argument("changes", nargs="*", help="only these: ledger.rules.hold*")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    asked = parser.parse_args(arguments)
    forget_survivors()
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(asked.processes), *asked.changes]
    subprocess.run(command, stdout=sys.stderr, check=True)
    codes = results()
    outcome = Counter("killed" if code in KILLED else "survived" for code in codes.values() if code is not None)
    for name, code in codes.items():
        if code is not None and code not in KILLED:
            print(name, file=sys.stderr)  # noqa: T201
    print(json.dumps({"killed": outcome["killed"], "survived": outcome["survived"]}))  # noqa: T201
    return 0 if outcome["killed"] >= WANTED * outcome.total() else 1


if __name__ == "__main__":
    sys.exit(main())
