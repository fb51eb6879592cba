"""Cells of the CSV files we write for people."""

import re
from typing import Final

import orjson

_FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?![\d\s().-]*$)")


def cell(value: object) -> str:
    """A value as text; what a spreadsheet would run as a formula is led by an apostrophe (phones are not)."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode().strip('"')
    return f"'{text}" if _FORMULA.match(text) else text
