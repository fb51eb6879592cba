"""Numbered, forward-only SQL of the log and what is written with it in one transaction."""
