"""SQL that makes the projections' tables, run after the log's own."""
