"""Bulk actions on frozen lists: asking, seeing, running."""
