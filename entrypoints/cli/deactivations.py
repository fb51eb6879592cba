"""Carriers' deactivation files: what they would do is shown before anything is recorded."""

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, progress, say

if TYPE_CHECKING:
    from entrypoints.deactivations import Columns, Counts, Reported

_File = Annotated[Path, typer.Argument(help="CSV with a number a line.", exists=True, dir_okay=False)]
_Number = Annotated[str | None, typer.Option(help="Name of the column of numbers, or its number from 1.")]
_Date = Annotated[str | None, typer.Option(help="Column of the date (ISO 8601); absent: now.")]
_Status = Annotated[str | None, typer.Option(help="Column that says deactivated, recycled or ported.")]
_All = Annotated[str | None, typer.Option("--all", help="Every row is deactivated, recycled or ported.")]
_KnownOnly = Annotated[bool, typer.Option(help="Leave out numbers the ledger never heard of.")]
_Output = Annotated[Path | None, typer.Option("--output", "-O", help="Write a CSV: line, outcome, detail.")]


def deactivations(
    file: _File,
    organization: options.Organization,
    number_column: _Number = None,
    date_column: _Date = None,
    status_column: _Status = None,
    every: _All = None,
    known_only: _KnownOnly = False,
    output: _Output = None,
    overwrite: options.Overwrite = False,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Record a carrier's file: deactivated numbers are opted out, recycled ones have a new holder.

    Reading a file again records nothing twice. Without --yes only says what it would do.

    Example: contact-ledger deactivations carrier.csv -o acme --all deactivated
    """
    from entrypoints.deactivations import CAUSES, Columns

    if every is not None and every not in set(CAUSES.values()):
        raise typer.BadParameter("--all is deactivated, recycled or ported")
    if every is not None and status_column is not None:
        raise typer.BadParameter("give either --status-column or --all")
    options.new_file("--output", output, overwrite=overwrite)
    columns = Columns(number_column, date_column, status_column, every)
    counts = _take(file, organization, columns, output, known_only=known_only, dry_run=not yes)
    if json:
        as_json({"rows": counts.rows, "dry_run": not yes, "outcomes": counts.outcomes, "refused": counts.refused})
        return
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.outcomes.most_common())
    say(f"{counts.rows:,} rows: {told or 'none'}")
    for reason, count in counts.refused.most_common():
        say(f"{count:,} refused: {reason.replace('_', ' ')}")
    if not yes:
        say("nothing was recorded; to do it: the same with --yes")


def _take(
    file: Path, organization: str, columns: "Columns", output: Path | None, *, known_only: bool, dry_run: bool
) -> "Counts":
    from entrypoints.deactivations import Counts, take
    from entrypoints.files.sheet import FileRefused
    from entrypoints.wiring import opened

    counts = Counts()
    try:
        with ExitStack() as stack:
            ledger, source = stack.enter_context(opened(within=organization)), stack.enter_context(file.open("rb"))
            report = csv.writer(stack.enter_context(output.open("w", newline=""))) if output is not None else None
            if report is not None:
                report.writerow(["line", "outcome", "detail"])
            display = stack.enter_context(progress())
            task = display.add_task("reading" if dry_run else "recording", total=None)
            for portion in take(ledger, organization, source, columns, known_only=known_only, dry_run=dry_run):
                counts.add(portion)
                display.update(task, completed=counts.rows)
                if report is not None:
                    report.writerows(_line(one) for one in portion)
    except FileRefused as refused:
        raise typer.BadParameter(f"FILE: {refused}") from None
    return counts


def _line(one: "Reported") -> tuple[int, str, str]:
    return one.line, one.outcome, one.detail
