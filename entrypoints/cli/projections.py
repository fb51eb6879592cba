"""Rebuilding the tables people read, and proving that rebuilt and live are the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, progress, rows, say

if TYPE_CHECKING:
    from projections.checksum import Checksum
    from projections.projection import Projection
    from projections.stepping import Source

_Names = Annotated[list[str] | None, typer.Argument(help="Names of projections; absent: every one.")]
_Workers = Annotated[int, typer.Option(min=1, max=64, help="Processes that scan the log at once; 1: this one.")]


def rebuild(names: _Names = None, workers: _Workers = 2, yes: options.Yes = False) -> None:
    """Make projections anew from the log and swap them in; readers see no gap. Without --yes only says which.

    Example: contact-ledger rebuild channel_status --yes
    """
    from projections.rebuild import rebuild as rebuild_one
    from projections.watermarks import watermark

    chosen = _chosen(names)
    with _source(workers) as (source, tools):
        for projection in chosen:
            with source.connect() as connection:
                mark = watermark(connection, projection.name)
            if not yes:
                say(f"{projection.name}: {mark.position:,} positions of the log would be read; --yes rebuilds it")
                continue
            with _shown(f"rebuilding {projection.name}") as told:
                rebuild_one(source, projection, **tools, progress=told)
            say(f"{projection.name}: rebuilt")


def checksum(
    names: _Names = None,
    live: Annotated[
        bool, typer.Option("--live", help="Only sum the tables in use, for comparing elsewhere.")
    ] = False,
    workers: _Workers = 2,
    json: options.Json = False,
) -> None:
    """Prove that the tables in use are what the log says: make them anew beside, compare, change nothing.

    Exit code 1 where they differ.

    Example: contact-ledger checksum --json
    """
    from projections.checksum import checksum as sum_one
    from projections.rebuild import verify

    lines: list[dict[str, Any]] = []
    with _source(workers) as (source, tools):
        for projection in _chosen(names):
            if live:
                with source.connect() as connection:
                    summed, equal = sum_one(connection, projection), None
            else:
                with _shown(f"checking {projection.name}") as told:
                    verified = verify(source, projection, **tools, progress=told)
                summed, equal = verified.live, verified.equal
            lines.append(_line(summed, equal))
    if json:
        as_json(lines)
    else:
        rows(
            "Checksums",
            ["projection", "rows", "position", "digest", "rebuilt is equal"],
            [(one["projection"], one["rows"], one["position"], one["digest"][:16], one["equal"]) for one in lines],
            empty="No projections.",
        )
    if any(one["equal"] is False for one in lines):
        raise typer.Exit(1)


def _line(summed: "Checksum", equal: bool | None) -> dict[str, Any]:
    return {
        "projection": summed.projection,
        "rows": summed.rows,
        "position": summed.watermark.position,
        "swept_to": summed.watermark.swept_to,
        "digest": summed.digest,
        "equal": equal,
    }


def _chosen(names: list[str] | None) -> "list[Projection]":
    from projections.registry import PROJECTIONS

    unknown = set(names or ()) - PROJECTIONS.keys()
    if unknown:
        raise typer.BadParameter(f"projections are {', '.join(PROJECTIONS)}")
    return [PROJECTIONS[name] for name in names or PROJECTIONS]


@contextmanager
def _source(workers: int) -> "Iterator[tuple[Source, dict[str, Any]]]":
    """The projections' source, and by how many processes of their own a rebuild scans the log."""
    from entrypoints.settings import load
    from entrypoints.wiring import checked, projecting

    settings = load()
    checked(settings)
    with projecting(settings) as source:
        yield source, {"open_source": partial(projecting, settings), "workers": workers} if workers > 1 else {}


@contextmanager
def _shown(what: str) -> Iterator[Any]:
    with progress() as display:
        task = display.add_task(what, total=100)
        yield lambda part: display.update(task, completed=int(100 * part))
