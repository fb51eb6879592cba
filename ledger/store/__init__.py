"""PostgreSQL: the log, its data keys, rejections and positions. Nothing else in the ledger knows of it."""
