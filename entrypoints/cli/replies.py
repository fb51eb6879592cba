"""Replies nobody has understood yet: list them, and say what they mean."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say, shown

if TYPE_CHECKING:
    from entrypoints.replies import Meaning
    from ledger.rules.replies import State

app = typer.Typer(no_args_is_help=True, help="Replies that no keyword or phrase explains, for a person to read.")


@app.command("list")
def list_(
    organization: options.Organization,
    state: Annotated[str, typer.Option(help="open, seen, moot, read or reversed.")] = "open",
    after: Annotated[str | None, typer.Option(help="The `after` of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show the texts.")] = False,
    json: options.Json = False,
) -> None:
    """Replies in a state, the longest waiting first: open ones are due in ten business days.

    Example: contact-ledger replies list -o acme --unmasked
    """
    from entrypoints.replies import page
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = page(ledger, organization, _state(state), after=after, limit=limit, values=unmasked)
    if json:
        as_json(found)
        return
    rows(
        "Replies",
        ["reply", "received and due, to whom and what"],
        [
            (
                one.reply.event_id,
                (
                    f"{shown(one.reply.received_at)}\ndue {shown(one.due_at)}\n"
                    f"to {one.reply.sender}: {one.text if unmasked else '***'}"
                ),
            )
            for one in found.replies
        ],
        empty="None.",
    )
    if found.after:
        say(f"more: --after {found.after}")


@app.command()
def classify(
    reply: Annotated[UUID, typer.Argument(help="Event id of the reply.")],
    meaning: Annotated[str, typer.Argument(help="stop, start, yes or nothing.")],
    organization: options.Organization,
    actor: Annotated[str, typer.Option(help="Who read it.")],
    reason: Annotated[str, typer.Option(help="Why it means that; sealed.")],
) -> None:
    """Record what a person takes a reply to mean, as of when it was received.

    Example: contact-ledger replies classify 0b6c… stop -o acme --actor ann --reason "wants no more"
    """
    from entrypoints.replies import read_by_person
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        new = read_by_person(ledger, organization, reply, _meaning(meaning), actor=actor, reason=reason)
    say(f"{reply}: read as {meaning}" if new else f"{reply}: was read as {meaning} already")


def _state(text: str) -> "State":
    from entrypoints.replies import STATES

    for known in STATES:
        if known == text:
            return known
    raise typer.BadParameter(f"--state is one of {', '.join(STATES)}")


def _meaning(text: str) -> "Meaning":
    from entrypoints.replies import MEANINGS

    for known in MEANINGS:
        if known == text:
            return known
    raise typer.BadParameter(f"a meaning is one of {', '.join(MEANINGS)}")
