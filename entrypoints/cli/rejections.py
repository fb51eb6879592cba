"""Rejections: messages that were not taken. List, show, replay, drop."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, facts, progress, rows, say, shown

if TYPE_CHECKING:
    from entrypoints.conflicts import ConflictSeen
    from entrypoints.wiring import Service

app = typer.Typer(no_args_is_help=True, help="Messages that were not taken: why, and what becomes of them.")

_Ids = Annotated[list[UUID] | None, typer.Argument(help="Ids of rejections, as `rejections list` shows them.")]
_Id = Annotated[UUID, typer.Argument(help="Id of the rejection.")]
_Reason = Annotated[str | None, typer.Option(help="Only those of this reason.")]
_Organization = Annotated[str | None, typer.Option("--organization", "-o", help="Only those of this organization.")]


@app.command("list")
def list_(
    organization: _Organization = None,
    reason: _Reason = None,
    state: Annotated[str, typer.Option(help="open, replayed, dropped or any.")] = "open",
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    json: options.Json = False,
) -> None:
    """What was not taken, newest first, and what its producer should mend.

    Example: contact-ledger rejections list --reason unknown_organization
    """
    from entrypoints.replaying import listed
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = list(islice(listed(ledger, organization, reason, options.state(state)), limit))
    if json:
        as_json(found)
        return
    rows(
        "Rejections",
        ["id", "reason", "detail"],
        [(one.id, one.reason, one.detail) for one in found],
        empty="No rejections of this kind.",
    )


@app.command()
def show(
    rejection: _Id,
    payload: Annotated[
        bool, typer.Option("--payload", help="The message itself too; it holds personal data.")
    ] = False,
    json: options.Json = False,
) -> None:
    """One rejection, and on demand the message as it came.

    Example: contact-ledger rejections show 5c9d… --payload
    """
    from dataclasses import asdict

    from entrypoints.replaying import get
    from entrypoints.wiring import opened

    with opened() as ledger:
        known = asdict(get(ledger, rejection))
        if payload:
            message = ledger.writing.rejection_payload(rejection)
            known["headers"] = {name: value.decode(errors="replace") for name, value in message.headers}
            known["payload"] = message.value.decode(errors="replace")
    if json:
        as_json(known)
    else:
        facts("Rejection", known.items())


@app.command()
def replay(
    ids: _Ids = None,
    organization: _Organization = None,
    reason: _Reason = None,
    message: Annotated[
        Path | None, typer.Option(help="A mended message (a structured CloudEvent) to take in place of one.")
    ] = None,
    json: options.Json = False,
) -> None:
    """Take rejected messages in again: these ids, or every open one of a reason or organization.

    Example: contact-ledger rejections replay --reason unknown_organization
    """
    from entrypoints.replaying import replay as replay_one
    from entrypoints.wiring import opened
    from ledger.errors import KeyDestroyed

    if message is not None and len(ids or []) != 1:
        raise typer.BadParameter("--message goes with exactly one id")
    mended = message.read_bytes() if message is not None else None
    results = []
    with opened(within=organization) as ledger, progress() as display:
        chosen = _chosen(ledger, ids, organization, reason)
        for rejection in display.track(chosen, description="replaying"):
            try:
                results.append(replay_one(ledger, rejection, mended))
            except KeyDestroyed:
                say(f"{rejection}: its message has expired or was erased")
    if json:
        as_json(results)
    else:
        rows(
            "Replayed",
            ["id", "result", "reason", "detail"],
            [(one.id, one.result, one.reason, one.detail) for one in results],
            empty="No open rejections of this kind.",
        )
    if len(results) < len(chosen) or any(one.result == "refused" for one in results):
        raise typer.Exit(1)


@app.command()
def drop(
    ids: _Ids = None,
    organization: _Organization = None,
    reason: _Reason = None,
    yes: options.Yes = False,
) -> None:
    """Close rejections that shall not be taken. Without --yes only says which.

    Example: contact-ledger rejections drop --reason bad_json --yes
    """
    from entrypoints.replaying import settle
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        chosen = _chosen(ledger, ids, organization, reason)
        for rejection in chosen:
            typer.echo(rejection)
        if yes and chosen:
            settle(ledger, chosen, "dropped")
    say(f"{len(chosen)} dropped" if yes else f"{len(chosen)} would be dropped; --yes drops them")


@app.command()
def conflicts(
    organization: options.Organization,
    before: Annotated[
        int | None, typer.Option(min=1, help="The next page: what the page before ended with.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest first.")] = 50,
    json: options.Json = False,
) -> None:
    """What restricts and was recorded although its message id had been used for something else: tell the producer.

    Example: contact-ledger rejections conflicts -o acme
    """
    from entrypoints.conflicts import page
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = page(ledger, organization, before=before, limit=limit)
    if json:
        as_json(found)
        return
    rows(
        "Conflicts",
        ["event", "what it says, of whom, received when and from where"],
        [(one.event_id, "\n".join(_conflict(one))) for one in found.conflicts],
        empty="None.",
    )
    if found.before is not None:
        say(f"more: --before {found.before}")


def _conflict(one: "ConflictSeen") -> Iterator[str]:
    yield one.said
    yield f"identifier {one.stream_id}"
    yield shown(one.received_at)
    yield f"{one.source} ({one.origin})" if one.origin else one.source


def _chosen(ledger: "Service", ids: list[UUID] | None, organization: str | None, reason: str | None) -> list[UUID]:
    """The ids given, each of which must exist, or every open rejection that fits; never all without a word."""
    from entrypoints.replaying import get, listed

    if ids:
        return [get(ledger, one).id for one in ids]
    if organization is None and reason is None:
        raise typer.BadParameter("name ids, or --reason, or --organization")
    return [one.id for one in listed(ledger, organization, reason, "open")]
