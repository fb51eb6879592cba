"""The tables people read, folded from the log. One file is one table, its fold and its queries (DESIGN §6)."""
