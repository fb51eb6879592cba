"""The command line `contact-ledger`: one file a family of commands; what is heavy is imported inside them."""

import sys

from entrypoints.cli.commands import app


def main() -> None:
    """Runs the command line. What the ledger refuses ends with exit code 1 and what to do, on stderr."""
    from ledger.errors import LedgerError

    try:
        app()
    except LedgerError as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
