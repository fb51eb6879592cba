"""Links between contacts: shown, made, removed."""

import sys
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

if TYPE_CHECKING:
    from entrypoints.linking import LinksDone, PreviewTold, Side

_Side = Annotated[
    str,
    typer.Argument(help="A contact's id, any it ever had; or an identifier it holds, as email:ann@example.com."),
]
_Reason = Annotated[str, typer.Option(help="Why; it is recorded.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what it would come to.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
_MessageId = Annotated[str | None, typer.Option("--id", help="Idempotency key: again is the same act.")]


def link(
    organization: options.Organization,
    left: _Side,
    right: _Side,
    reason: _Reason,
    dry_run: DryRun = False,
    yes: Sure = False,
    message_id: _MessageId = None,
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """Make two people one, after showing what it comes to.

    Example: contact-ledger link -o acme email:ann@example.com phone:+14155550100 --reason "she called" --dry-run
    """
    from entrypoints import linking
    from entrypoints.acting import Hand
    from entrypoints.wiring import opened

    one, other = _side(left, "A"), _side(right, "B")
    with opened(within=organization) as ledger:
        seen = linking.previewed_link(ledger, organization, one, other, values=unmasked)
        if _wanted(seen, dry_run=dry_run, yes=yes, json=json):
            _print_done(
                linking.link(Hand(ledger, organization), one, other, reason, message_id=message_id), json=json
            )


def unlink(
    organization: options.Organization,
    reason: _Reason,
    link_id: Annotated[
        UUID | None, typer.Argument(help="Id of one link; `contact-ledger links` lists them.")
    ] = None,
    contact: Annotated[UUID | None, typer.Option(help="With --whole: the contact that shall stand alone.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Every link of the contact.")] = False,
    dry_run: DryRun = False,
    yes: Sure = False,
    message_id: _MessageId = None,
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """Part people again, after showing what it comes to. They are never linked automatically again.

    Example: contact-ledger unlink -o acme 1bffe618-0000-0000-0000-000000000000 --reason "two people"
    """
    from entrypoints import linking
    from entrypoints.acting import Hand
    from entrypoints.wiring import opened
    from ledger.acts.contact import Unlink

    if (link_id is None) == (contact is None) or whole != (contact is not None):
        raise typer.BadParameter("give either the id of a link, or --contact and --whole")
    asked = Unlink(link_id, reason, contact)
    with opened(within=organization) as ledger:
        seen = linking.previewed_unlink(ledger, organization, asked, values=unmasked)
        if _wanted(seen, dry_run=dry_run, yes=yes, json=json):
            _print_done(linking.unlink(Hand(ledger, organization), asked, message_id=message_id), json=json)


def links(
    organization: options.Organization,
    contact: Annotated[UUID, typer.Argument(help="Any id of the person.")],
    json: options.Json = False,
) -> None:
    """The links that hold a person together, oldest first.

    Example: contact-ledger links -o acme 1bffe618-0000-0000-0000-000000000000
    """
    from entrypoints.linking import standing_links
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = standing_links(ledger, organization, contact)
    if json:
        as_json(found)
        return
    rows(
        "Links",
        ["link", "contacts", "cause", "at"],
        [(one.link_id, "\n".join(map(str, one.contact_ids)), one.cause, one.at) for one in found],
        empty="No links: this contact stands alone.",
    )


def _side(text: str, name: str) -> "Side":
    from consumers.translators.translation import given_value
    from ledger.errors import MessageRefused
    from ledger.events.vocabulary import KINDS

    kind, colon, value = text.partition(":")
    if colon and kind in KINDS:
        try:
            return given_value(kind, value, name)
        except MessageRefused as refused:
            raise typer.BadParameter(refused.detail) from None
    try:
        return UUID(text)
    except ValueError:
        raise typer.BadParameter(f"{name} is a contact's id, or kind:value of {', '.join(KINDS)}") from None


def _wanted(seen: "PreviewTold", *, dry_run: bool, yes: bool, json: bool) -> bool:
    """Shows the preview; whether it shall be done."""
    if json and dry_run:
        as_json(seen)
    elif not json:
        _print(seen)
    if dry_run or not seen.links:
        return json and not dry_run
    if yes:
        return True
    if json or not sys.stdin.isatty():
        raise typer.BadParameter("--yes does it, --dry-run only shows it; without a terminal one of them is needed")
    return typer.confirm("Do it?")


def _print(seen: "PreviewTold") -> None:
    if not seen.links:
        say("Nothing would change.")
        return
    for title, people in (("Now", seen.before), ("Then", seen.after)):
        rows(
            title,
            ["person", "identifiers"],
            [
                (one.id, "\n".join(f"{held.kind} {held.value or 'erased'}" for held in one.identifiers))
                for one in people
            ],
            empty="Nobody.",
        )
    rows(
        "Profile",
        ["field", "will show", "no longer shown"],
        [(one.field, one.winner and one.winner.value, [lost.value for lost in one.losers]) for one in seen.fields],
        empty="No profile fields.",
    )
    rows(
        "What changes for sending",
        ["identifier", "where", "from", "to"],
        [
            (
                one.identifier_id,
                f"{one.channel} {one.scope} {one.purpose}",
                _may(one.reasons_before),
                _may(one.reasons),
            )
            for one in seen.reaches
            if one.reasons != one.reasons_before
        ],
        empty="Nothing changes for sending.",
    )
    for one in seen.conflicts:
        say(f"note: {one.cause.replace('_', ' ')}{f' ({one.kind})' if one.kind else ''}")


def _may(reasons: list[str]) -> str:
    return ", ".join(reasons) or "may be sent"


def _print_done(done: "LinksDone", *, json: bool) -> None:
    if json:
        as_json(done)
        return
    for link_id in done.links:
        say(f"link {link_id}: done")
    say(f"people now: {', '.join(map(str, done.people))}" if done.people else "nothing was new in it")
