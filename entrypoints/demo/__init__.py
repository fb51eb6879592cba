"""The demo: a realistic day of traffic through a ledger that runs on this machine alone."""
