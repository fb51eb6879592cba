"""The web console: pages for the people who work with the ledger."""
