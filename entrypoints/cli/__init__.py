"""The command line `contact-ledger`: one file a family of commands; what is heavy is imported inside them."""

import os
import sys

from entrypoints.cli.commands import app


def main() -> None:
    """Runs the command line. What the ledger refuses ends with exit code 1 and what to do, on stderr.

    Of an unexpected error only type and place are told, since its message may hold values, unless
    LEDGER_LOG_LEVEL is `debug`.
    """
    from ledger.errors import LedgerError

    try:
        app()
    except LedgerError as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get("LEDGER_LOG_LEVEL") == "debug":
            raise
        from entrypoints.logs import place

        sys.stderr.write(f"{type(error).__name__} at {place(error)}; LEDGER_LOG_LEVEL=debug tells all\n")
        sys.exit(1)
