"""Contacts deleted and restored: softly, with a reason; many only after the exact list was shown."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, progress, rows, say

if TYPE_CHECKING:
    from entrypoints.wiring import Service
    from ledger.deleting import Deleting, DeletionList

app = typer.Typer(no_args_is_help=True, help="Delete contacts so that they can be restored.")

_Contact = Annotated[UUID, typer.Argument(help="Any id of the contact.")]
_Actor = Annotated[str, typer.Option(help="Who does it.")]
_Reason = Annotated[str, typer.Option(help="Why.")]
_File = Annotated[Path | None, typer.Argument(help="Contact ids, one a line; `-` is standard input.")]
_Mark = Annotated[str | None, typer.Option(help="Instead of FILE: email.unsubscribed, phone.blacklisted, …")]
_Approve = Annotated[str | None, typer.Option(help="Do it: the digest of the list that was shown.")]


@app.command()
def delete(
    contact: _Contact,
    organization: options.Organization,
    actor: _Actor,
    reason: _Reason,
    json: options.Json = False,
) -> None:
    """Delete one contact. It stays findable, and what it holds is blocked until it is restored.

    Example: contact-ledger deletion delete CONTACT -o acme --actor ann --reason duplicate
    """
    _change("delete", contact, organization, actor, reason, json=json)


@app.command()
def restore(
    contact: _Contact,
    organization: options.Organization,
    actor: _Actor,
    reason: _Reason,
    json: options.Json = False,
) -> None:
    """Restore a deleted contact and lift the blocks its deletion placed.

    Example: contact-ledger deletion restore CONTACT -o acme --actor ann --reason mistake
    """
    _change("restore", contact, organization, actor, reason, json=json)


@app.command()
def many(
    organization: options.Organization,
    file: _File = None,
    mark: _Mark = None,
    approve: _Approve = None,
    actor: Annotated[str | None, typer.Option(help="With --approve: who approves it.")] = None,
    reason: Annotated[str | None, typer.Option(help="With --approve: why.")] = None,
    json: options.Json = False,
) -> None:
    """Delete those whose every e-mail and phone is unsubscribed, blacklisted, unconfirmed or reported as spam.

    Others stay, each with its reason. Without --approve only lists. Run again after it broke off, list anew.

    Example: contact-ledger deletion many -o acme --mark email.unsubscribed
    """
    from entrypoints.deletion import deleting
    from entrypoints.wiring import opened

    if (file is None) == (mark is None):
        raise typer.BadParameter("give either FILE or --mark")
    with opened(within=organization) as ledger:
        bulk = deleting(ledger)
        listing = bulk.listing(organization, _wanted(ledger, organization, file, mark))
        if approve is None:
            listed(listing, json=json)
            return
        done = taken(bulk, organization, listing, approve, actor, reason)
    if json:
        as_json({"deleted": done})
    else:
        say(f"{done:,} deleted; contact-ledger contacts --deleted lists them")


def _change(action: str, contact: UUID, organization: str, actor: str, reason: str, *, json: bool) -> None:
    from entrypoints.acting import COMMAND_LINE, Hand
    from entrypoints.deletion import change
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        changed = change(Hand(ledger, organization, COMMAND_LINE, actor), action, contact, reason)
    if json:
        as_json({"contact": contact, "changed": changed})
    else:
        say(f"{action}d" if changed else "nothing changed")


def _wanted(ledger: "Service", organization: str, file: Path | None, mark: str | None) -> list[UUID]:
    from entrypoints.deletion import fitting
    from projections.contact_query import Filter

    if file is None:
        return list(fitting(ledger, organization, Filter(mark=mark)))
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text()
    except OSError as error:
        raise typer.BadParameter(f"FILE: {error.strerror}") from None
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            if line.strip():
                found.append(UUID(line.strip()))
        except ValueError:
            raise typer.BadParameter(f"FILE: line {number} is no contact id") from None
    return found


def taken(
    bulk: "Deleting",
    organization: str,
    listing: "DeletionList",
    approve: str,
    actor: str | None,
    reason: str | None,
) -> int:
    """Deletes an approved list with progress shown; how many. Raises typer.BadParameter without actor or reason."""
    if not (actor and reason):
        raise typer.BadParameter("--approve needs --actor and --reason: both are recorded")
    with progress() as display:
        task = display.add_task("deleting", total=len(listing.deletable))

        def told(done: int) -> None:
            display.update(task, completed=done)

        return bulk.delete(organization, listing, approve=approve, actor=actor, reason=reason, progress=told)


def listed(listing: "DeletionList", *, json: bool) -> None:
    """Prints who would be deleted and who stays, and the digest by which it is approved."""
    if json:
        people = [{"contact": one.person_id, "refused": one.refused} for one in listing.people]
        as_json({"digest": listing.digest, "count": len(listing.deletable), "contacts": people})
        return
    rows(
        "Would be deleted, or stay",
        ["contact", ""],
        [(one.person_id, one.refused or "would be deleted") for one in listing.people],
        empty="Nobody fits.",
    )
    say(f"{len(listing.deletable):,} would be deleted, {len(listing.people) - len(listing.deletable):,} stay")
    if listing.deletable:
        say(f"nothing was changed; to do it: --approve {listing.digest} --actor WHO --reason WHY")
