"""Opt-outs taken back together: listed, approved, undone."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, progress, rows, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

    from entrypoints.reversals import ListedSeen, ListingSeen
    from ledger.rules.reversible import Criteria


_From = Annotated[
    datetime | None,
    typer.Option("--from", parser=options.moment, metavar="TIME", help="Opt-outs effective from then (ISO 8601)."),
]
_To = Annotated[
    datetime | None, typer.Option("--to", parser=options.moment, metavar="TIME", help="And before then.")
]
_Method = Annotated[
    str | None,
    typer.Option(
        help="link, one_click, preference_page, manual, import (all of these if absent); keyword, complaint, "
        "carrier, provider_rejection, ban only if named. Commas between them."
    ),
]
_UserAgent = Annotated[str | None, typer.Option(help="Part of the user agent in the evidence.")]
_Network = Annotated[str | None, typer.Option(help="Address, or network as 192.0.2.0/24, in the evidence.")]
_Source = Annotated[str | None, typer.Option(help="The service that sent them.")]
_Import = Annotated[str | None, typer.Option("--import", help="Id of the import that brought them.")]
_Suspected = Annotated[bool, typer.Option("--suspected", help="Only those flagged as a scanner's.")]
_OfBatch = Annotated[UUID | None, typer.Option("--of-batch", help="Only what this bulk action did.")]
_Batch = Annotated[UUID | None, typer.Option(help="With --undo: the batch to take back itself.")]
_Undo = Annotated[bool, typer.Option("--undo", help="Take back an earlier reversal in bulk.")]
_Approve = Annotated[str | None, typer.Option(help="Do it: the digest of the list that was shown.")]
_Actor = Annotated[str | None, typer.Option(help="With --approve: who approves it.")]
_Reason = Annotated[str | None, typer.Option(help="With --approve: why.")]


def reverse(
    organization: options.Organization,
    begin: _From = None,
    end: _To = None,
    method: _Method = None,
    user_agent: _UserAgent = None,
    network: _Network = None,
    scope: options.Scope = None,
    source: _Source = None,
    import_: _Import = None,
    suspected: _Suspected = False,
    of_batch: _OfBatch = None,
    batch: _Batch = None,
    undo: _Undo = False,
    approve: _Approve = None,
    actor: _Actor = None,
    reason: _Reason = None,
    json: options.Json = False,
) -> None:
    """Take back opt-outs that were nobody's will, such as a scanner's clicks. Without --approve only lists them.

    Run again after it broke off, it goes on. If the list has changed since it was shown nothing is done.

    Example: contact-ledger reverse -o acme --from 2026-11-02T09:00 --to 2026-11-02T09:08 --network 192.0.2.0/24
    """
    from entrypoints.reversals import reversing, seen
    from entrypoints.wiring import opened

    if undo != (batch is not None):
        raise typer.BadParameter("--undo and --batch go together")
    evidence = {"user_agent": user_agent, "network": network}
    more = {"scope": scope, "source": source, "import_id": import_, "suspected": suspected}
    more["of_batch"] = str(of_batch) if of_batch is not None else None
    wanted = batch or _criteria(begin, end, method, **evidence, **more)
    with opened(within=organization) as ledger:
        bulk = reversing(ledger)
        if approve is None:
            _print(seen(bulk.listing(organization, wanted)), json=json)
            return
        if not (actor and reason):
            raise typer.BadParameter("--approve needs --actor and --reason: both are recorded")
        with progress() as display:
            task = display.add_task("taking back", total=None)
            told = partial(_told, display, task)
            done = bulk.reverse(organization, wanted, approve=approve, actor=actor, reason=reason, progress=told)
    if json:
        as_json({"batch": done.batch, "events": done.events, "recorded": done.recorded})
    else:
        say(f"{done.events:,} taken back, {done.recorded:,} of them now; --batch {done.batch} --undo takes it back")


def _told(display: "Progress", task: "TaskID", done: int) -> None:
    display.update(task, completed=done)


def _criteria(begin: datetime | None, end: datetime | None, method: str | None, **more: object) -> "Criteria":
    from ledger.rules.reversible import UNNAMED, Criteria

    if begin is None or end is None:
        raise typer.BadParameter("give --from and --to, or --batch and --undo")
    methods = frozenset(one.strip() for one in method.split(",")) if method is not None else UNNAMED
    try:
        return Criteria(begin, end, methods, **more)  # type: ignore[arg-type]
    except ValueError as refused:
        raise typer.BadParameter(f"--{refused}") from None


def _print(listing: "ListingSeen", *, json: bool) -> None:
    if json:
        as_json(listing)
        return
    rows(
        "Would be taken back",
        ["event", "of whom, when and how, what it makes sendable"],
        [(one.event_id, "\n".join(_about(one))) for one in listing.events],
        empty="No opt-out that stands fits.",
    )
    say(f"{listing.count:,} events, {listing.identifiers:,} identifiers, {listing.makes_sendable:,} made sendable")
    if listing.unreadable:
        say(f"{listing.unreadable:,} more may fit, but their evidence was erased: they stay")
    if listing.events:
        say(f"nothing was changed; to do it: --approve {listing.digest} --actor WHO --reason WHY")


def _about(one: "ListedSeen") -> "Iterator[str]":
    yield one.identifier or "erased"
    yield str(one.identifier_id)
    yield f"{one.at:%Y-%m-%d %H:%M:%S}Z {one.method or 'reversal'}"
    yield from (" ".join(place) for place in one.makes_sendable)
    yield from (f"no longer {' '.join(place)}" for place in one.stops)
