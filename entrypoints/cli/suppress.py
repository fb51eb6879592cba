"""Who may be written to, for whole files; and everyone who must not, as a list to take along."""

import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, progress, say

if TYPE_CHECKING:
    from entrypoints.files.listed import Cell
    from entrypoints.wiring import Service
    from ledger.suppressing import Question, Suppressed

COLUMNS: Final = ("identifier", "identifier_id", "reason", "reasons", "since", "method", "event_id")
"""Of an exported list."""
_SMALL: Final = 1024 * 1024
"""Bytes of a file that is answered sooner than other processes have started."""


_File = Annotated[Path | None, typer.Argument(help="CSV or Parquet with identifiers; `-` reads standard input.")]
_Column = Annotated[str | None, typer.Option(help="Name of the column of identifiers, or its number from 1.")]
_Kind = Annotated[str | None, typer.Option(help="email or phone; absent: what has the channel.")]
_Output = Annotated[Path | None, typer.Option("--output", "-O", help="Where to write; absent: standard output.")]
_Export = Annotated[
    bool, typer.Option("--export", help="Instead of a file's rows list everyone who must not be written to.")
]
_Workers = Annotated[int, typer.Option(min=1, max=64, help="Processes that work at once; 1: this one.")]


def suppress(
    organization: options.Organization,
    channel: options.Channel,
    file: _File = None,
    scope: options.Scope = None,
    purpose: options.Purpose = "marketing",
    column: _Column = None,
    kind: _Kind = None,
    output: _Output = None,
    overwrite: options.Overwrite = False,
    export: _Export = False,
    unmasked: options.Unmasked = False,
    workers: _Workers = 2,
    at: options.At = None,
    known_at: options.KnownAt = None,
    json: options.Json = False,
) -> None:
    """The same rows with `sendable` and `reasons` beside them: ask before every campaign.

    No row is dropped; what is no identifier is answered with no. With --export FILE is left out.

    Example: contact-ledger suppress people.csv -o acme --channel email -O checked.csv
    """
    from entrypoints.exports import note
    from entrypoints.wiring import opened
    from ledger.suppressing import question

    _refuse_together(file, output, export=export, json=json)
    options.new_file("--output", output, overwrite=overwrite)
    with opened(within=organization) as ledger:
        place = options.place(organization, channel, scope, purpose, UUID(int=0))
        asked = question(
            ledger.reading, ledger.ids, organization, *place, now=ledger.now(), at=at, known_at=known_at
        )
        if kind not in (None, asked.kind):
            raise typer.BadParameter(f"--kind: {channel} goes to identifiers of kind {asked.kind}")
        began = time.monotonic()
        with ExitStack() as stack:
            target = stack.enter_context(_written(output))
            if file is None:
                parquet = output is not None and output.suffix == ".parquet"
                summary = _export(ledger, asked, target, workers, parquet=parquet, unmasked=unmasked)
            else:
                source = stack.enter_context(_source(file))
                summary = _answer(ledger, asked, source, target, column, workers)
        if output is not None:
            note(ledger, organization, output, "suppress")
    _tell(asked, summary, time.monotonic() - began, json=json)


def _refuse_together(file: Path | None, output: Path | None, *, export: bool, json: bool) -> None:
    """Raises typer.BadParameter where options do not go together."""
    if export != (file is None):
        raise typer.BadParameter("give either FILE or --export")
    if json and output is None:
        raise typer.BadParameter("--json prints the summary, so the rows need --output")


def _answer(
    ledger: "Service", asked: "Question", source: BinaryIO, target: BinaryIO, column: str | None, workers: int
) -> dict[str, Any]:
    from entrypoints.files.sheet import FileRefused
    from entrypoints.suppressing import Summary, asking, sheet
    from entrypoints.suppressing import suppress as answer

    size = source.seek(0, 2)
    source.seek(0)
    workers = 0 if size < _SMALL or workers == 1 else workers
    summary = Summary()
    try:
        table = sheet(source, target, asked.kind, column)
        with asking(ledger, asked, workers) as ask, progress() as display:
            task = display.add_task("asking", total=None)
            for summary in answer(table, ask, ahead=2 * workers):
                display.update(task, completed=summary.rows)
    except FileRefused as refused:
        raise typer.BadParameter(str(refused)) from None
    return summary.shown()


def _export(
    ledger: "Service", asked: "Question", target: BinaryIO, workers: int, *, parquet: bool, unmasked: bool
) -> dict[str, Any]:
    from entrypoints.files.listed import list_file
    from entrypoints.suppressing import RANGES, listing

    listed = list_file(target, COLUMNS, ("since",), parquet=parquet)
    counted: Counter[str] = Counter()
    with listing(ledger, asked, 0 if workers == 1 else workers) as parts, progress() as display:
        for part in display.track(parts, total=RANGES, description="listing"):
            counted.update(one.reasons[0] for one in part)
            listed.write([_line(one, asked.kind, unmasked=unmasked) for one in part])
    listed.close()
    return {"listed": counted.total(), "reasons": dict(counted.most_common())}


def _line(one: "Suppressed", kind: str, *, unmasked: bool) -> "list[Cell]":
    from entrypoints.masking import masked

    value = one.value if unmasked else masked(kind, one.value)
    reasons = " ".join(one.reasons)
    event = str(one.deciding_event) if one.deciding_event else None
    return [value, str(one.identifier_id), one.reasons[0], reasons, one.since, one.method, event]


def _tell(asked: "Question", summary: dict[str, Any], seconds: float, *, json: bool) -> None:
    if json:
        place = {name: getattr(asked, name) for name in ("channel", "scope", "purpose", "at", "known_at")}
        as_json({**place, "policy": asked.policies.at(asked.at, asked.known_at).version, **summary})
        return
    reasons = _counts(summary.pop("reasons"))
    say(f"{_counts(summary)}, in {seconds:,.1f} s" + (f" ({reasons})" if reasons else ""))


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counted.items())


@contextmanager
def _source(file: Path) -> Iterator[BinaryIO]:
    """The file, at its begin; standard input is laid aside first, for it is read twice."""
    if str(file) != "-":
        try:
            with file.open("rb") as source:
                yield source
        except OSError as error:
            raise typer.BadParameter(f"FILE: {error.strerror}") from None
        return
    with tempfile.TemporaryFile() as laid_aside:
        shutil.copyfileobj(sys.stdin.buffer, laid_aside)
        yield laid_aside


@contextmanager
def _written(output: Path | None) -> Iterator[BinaryIO]:
    """What is written to; a file appears whole or not at all."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as target:
            yield target
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
