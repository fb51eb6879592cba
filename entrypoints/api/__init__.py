"""The HTTP service: it renders what the ledger answers and hands messages to recording; it decides nothing."""
