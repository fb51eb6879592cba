"""What reads identifiers out of a table and writes its rows again with the answers beside them."""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol, TypeVar

Answer = tuple[str, ...]
"""The reasons why it may not be sent; none: it may."""
ADDED: Final = ("sendable", "reasons")
"""The columns that are added."""
_NAMES: Final = {
    "email": ("email", "e-mail", "mail", "email_address", "e-mail address", "email address"),
    "phone": ("phone", "mobile", "phone_number", "phone number", "mobile phone", "msisdn", "telephone"),
}
_ANY: Final = ("identifier", "value", "address", "contact")

R = TypeVar("R")


class FileRefused(ValueError):
    """The file cannot be read as a table of identifiers; the message says why and what to do, and no value."""


class Sheet(Protocol[R]):
    """A table being read. `R` is what it keeps of some rows until their answers are there."""

    def portions(self, size: int) -> Iterator[tuple[R, list[str]]]:
        """Some rows and the text of each one's identifier. Raises FileRefused."""
        ...

    def write(self, rows: R, answers: Sequence[Answer]) -> None:
        """The rows with their answers, in the order in which they were read."""
        ...

    def close(self) -> None:
        """Ends what was written."""
        ...


def chosen(columns: Sequence[str], kind: str, asked: str | None) -> int:
    """Which of these columns holds the identifiers: the one asked for, by name or number from 1, or the only one
    whose name tells. Raises FileRefused.
    """
    names = [column.strip().lower() for column in columns]
    already = [name for name in ADDED if name in names]
    if already:
        raise FileRefused(f"the file has a column `{already[0]}` already: rename or drop it first")
    if asked is not None:
        return _asked(names, asked.strip().lower())
    told = [place for place, name in enumerate(names) if name in (*_NAMES.get(kind, (kind,)), *_ANY)]
    if len(told) == 1:
        return told[0]
    if len(names) == 1:
        raise FileRefused(
            f"the first line is no {kind} and names none: mend it, or say --column 1 if it is a title"
        )
    raise FileRefused(f"{len(told) or 'no'} columns are named like a column of {kind}s: say which with --column")


def _asked(names: Sequence[str], asked: str) -> int:
    found = [place for place, name in enumerate(names) if name == asked]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(str(place + 1) for place in found)
        raise FileRefused(f"several columns have the name given with --column: give a number ({numbers})")
    if asked.isdecimal() and 1 <= int(asked) <= len(names):
        return int(asked) - 1
    raise FileRefused("no column has the name given with --column")
