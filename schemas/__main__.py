"""`python -m schemas` writes the generated documents; `--check` only says which are stale, and fails then."""

import sys

from schemas.documents import stale, write


def main(arguments: list[str]) -> int:
    """Exit code: 0 done or nothing stale, 1 something is stale, 2 wrong usage."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m schemas [--check]\n")
        return 2
    paths = stale() if arguments else write()
    for path in paths:
        sys.stderr.write(f"{'stale' if arguments else 'written'}: {path.parent.name}/{path.name}\n")
    return 1 if arguments and paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
