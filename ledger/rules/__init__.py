"""Pure functions from events to status, each answer with its reasons. No clock, no randomness, no I/O."""
