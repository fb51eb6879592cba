"""Merge candidates: listed, accepted, dismissed."""

from typing import Annotated
from uuid import UUID

import typer

from entrypoints.cli import linking, options
from entrypoints.cli.rendering import as_json, rows, say

app = typer.Typer(no_args_is_help=True, help="Pairs of contacts that may be one person, for a human to decide.")

_Left = Annotated[UUID, typer.Argument(help="Id of the one contact.")]
_Right = Annotated[UUID, typer.Argument(help="Id of the other.")]
_Reason = Annotated[str, typer.Option(help="Why; it is recorded.")]


@app.command("list")
def list_(
    organization: options.Organization,
    before: Annotated[int | None, typer.Option(help="The next page: what the page before ended with.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Pairs on a page.")] = 100,
    json: options.Json = False,
) -> None:
    """Pairs nobody has decided on, newest first.

    Example: contact-ledger candidates list -o acme
    """
    from entrypoints.candidates import page
    from entrypoints.wiring import opened
    from projections.sentences import CAUSES

    with opened(within=organization) as ledger:
        found = page(ledger, organization, before=before, limit=limit)
    if json:
        as_json(found)
        return
    rows(
        f"Merge candidates of {organization}",
        ["one and the other", "why, and since when"],
        [
            (f"{one.low_id}\n{one.high_id}", f"{CAUSES.get(one.cause, one.cause)}\n{one.listed_at:%Y-%m-%d}")
            for one in found.candidates
        ],
        empty="None: nobody waits for a decision.",
    )
    if found.before:
        say(f"more: --before {found.before}")


@app.command()
def accept(
    organization: options.Organization,
    left: _Left,
    right: _Right,
    reason: _Reason,
    dry_run: linking.DryRun = False,
    yes: linking.Sure = False,
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """Link the two, after showing what it comes to: the same as `contact-ledger link`.

    Example: contact-ledger candidates accept -o acme LEFT_ID RIGHT_ID --reason "the same person" --dry-run
    """
    linking.link(
        organization, str(left), str(right), reason, dry_run=dry_run, yes=yes, unmasked=unmasked, json=json
    )


@app.command()
def dismiss(
    organization: options.Organization,
    left: _Left,
    right: _Right,
    reason: _Reason,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Say that they are two people: not listed again for the same cause. Without --yes only says so.

    Example: contact-ledger candidates dismiss -o acme LEFT_ID RIGHT_ID --reason "father and son" --yes
    """
    from entrypoints.acting import Hand
    from entrypoints.candidates import dismiss as dismiss_candidate
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        dismissed = yes and dismiss_candidate(Hand(ledger, organization), left, right, reason)
    if json:
        as_json({"dismissed": dismissed})
    elif yes:
        say("dismissed" if dismissed else "was dismissed already")
    else:
        say("they would be dismissed; --yes does it")
