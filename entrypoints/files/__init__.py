"""Tables that people bring as files: read row by row, written again with columns added, every row kept."""
