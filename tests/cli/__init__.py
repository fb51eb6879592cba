"""The command line, as people and scripts at a terminal see it."""
