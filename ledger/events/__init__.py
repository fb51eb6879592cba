"""The immutable events, their envelope and their stored form. Nothing here reads a clock or does I/O."""
