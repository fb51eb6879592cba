"""What commands print: tables that read well at 80 columns, or JSON; progress on stderr."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from rich.progress import Progress


_NARROWEST = 8
"""Characters that a column of words is given at least."""
_BETWEEN = 3


def as_json(value: Any) -> None:
    """Prints a value (a shape, a dict, a list of them) as indented JSON."""
    import orjson

    def plain(shape: Any) -> Any:
        return shape.model_dump() if hasattr(shape, "model_dump") else str(shape)

    sys.stdout.write(
        orjson.dumps(value, default=plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode() + "\n"
    )


def facts(title: str, pairs: Iterable[tuple[str, Any]]) -> None:
    """Prints one thing: a name and a value a line, those without a value left out."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value is not None and value != "":
            table.add_row(name, shown(value))
    _print(table)


def rows(title: str, columns: Sequence[str], lines: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Prints many things of one kind as a table; `empty` says what to do where there are none.

    Columns of times and ids are never broken nor cut, so that they can be read and copied.
    """
    from rich import box
    from rich.table import Table

    cells = list(lines)
    if not cells:
        sys.stdout.write(empty + "\n")
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    least = 0
    for place, column in enumerate(columns):
        whole = any(isinstance(line[place], datetime | UUID) for line in cells)
        width = max(len(shown(line[place])) for line in cells) if whole else None
        table.add_column(column, overflow="fold", no_wrap=whole, min_width=width)
        least += (width or _NARROWEST) + _BETWEEN
    for line in cells:
        table.add_row(*[shown(cell) for cell in line])
    _print(table, least)


def text(words: str) -> None:
    """Prints a paragraph, broken between words at the terminal's width."""
    from rich.markup import escape
    from rich.padding import Padding

    _print(Padding(escape(words), (0, 0, 1, 0)))


def shown(value: Any) -> str:
    """A cell's text: times in UTC to the second, lists with commas, nothing as `-`."""
    from rich.markup import escape

    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        case list() | tuple():
            return escape(", ".join(map(str, value))) or "-"
        case int():
            return f"{value:,}"
        case _:
            return escape(str(value))


def say(text: str) -> None:
    """A line for the person at the terminal, on stderr, out of the way of what is piped on."""
    sys.stderr.write(text + "\n")


@contextmanager
def progress() -> Iterator["Progress"]:
    """A progress display on stderr; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as display:
        yield display


def _print(table: Any, least: int = 0) -> None:
    """Prints it as wide as the terminal, but never narrower than `least`: lines run on then."""
    from rich.console import Console

    console = Console(highlight=False)
    console.width = max(console.width, least)
    console.print(table)
