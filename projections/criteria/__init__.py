"""Criteria by which people are found: sources (one file each in `sources`), and, or and not over them."""
