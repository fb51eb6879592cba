"""`python -m entrypoints` is `contact-ledger`."""

from entrypoints.cli import main

main()
