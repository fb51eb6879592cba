"""Values that several people have: listed, shown, and the duplicates removed after the exact list was approved."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.deletion import listed, taken
from entrypoints.cli.rendering import as_json, rows, say

if TYPE_CHECKING:
    from entrypoints.duplicates import Which

app = typer.Typer(no_args_is_help=True, help="Values that more than one contact has, or one alike.")

_Channel = Annotated[str, typer.Option(help="email or phone.")]


@app.command("list")
def list_(
    organization: options.Organization,
    channel: _Channel = "email",
    after: Annotated[str | None, typer.Option(help="The next page: the last value of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Values on a page.")] = 50,
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """Values that several contacts have, alphabetical, with how many.

    Example: contact-ledger duplicates list -o acme --channel phone
    """
    from entrypoints.duplicates import page
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = page(ledger, organization, _channel(channel), after=after, limit=limit, values=unmasked)
    if json:
        as_json(found)
        return
    lines = [(one.value, one.people) for one in found.values]
    rows(f"{found.count:,} shared values", ["value", "contacts"], lines, empty="No value is shared.")


@app.command()
def show(
    value: Annotated[str, typer.Argument(help="The value; `-` reads it from standard input.")],
    organization: options.Organization,
    channel: _Channel = "email",
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """The contacts that have a value or one alike, oldest first.

    Example: echo ann@example.com | contact-ledger duplicates show - -o acme
    """
    from entrypoints.duplicates import holders
    from entrypoints.wiring import opened

    text = sys.stdin.readline().rstrip("\r\n") if value == "-" else value
    with opened(within=organization) as ledger:
        found = holders(ledger, organization, _channel(channel), text, values=unmasked)
    if json:
        as_json(found)
        return
    lines = [
        (one.id, "\n".join(str(part) for part in (one.name, *one.emails, *one.phones) if part), one.created_at)
        for one in found
    ]
    rows("Contacts", ["id", "who", "created"], lines, empty="Nobody has it.")


@app.command()
def remove(
    which: Annotated[str, typer.Argument(help="earlier or later: of each value those created so are removed.")],
    organization: options.Organization,
    channel: _Channel = "email",
    approve: Annotated[str | None, typer.Option(help="Do it: the digest of the list that was shown.")] = None,
    actor: Annotated[str | None, typer.Option(help="With --approve: who approves it.")] = None,
    reason: Annotated[str | None, typer.Option(help="With --approve: why.")] = None,
    json: options.Json = False,
) -> None:
    """Delete duplicates, softly; one contact of each value stays. Without --approve only lists.

    Example: contact-ledger duplicates remove later -o acme --channel email
    """
    from entrypoints.deletion import deleting
    from entrypoints.duplicates import removable
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        bulk = deleting(ledger)
        wanted = removable(ledger, organization, _channel(channel), _which(which))
        listing = bulk.listing(organization, wanted, gated=False)
        if approve is None:
            listed(listing, json=json)
            return
        done = taken(bulk, organization, listing, approve, actor, reason)
    if json:
        as_json({"deleted": done})
    else:
        say(f"{done:,} deleted; contact-ledger contacts --deleted lists them")


def _channel(text: str) -> str:
    if text not in ("email", "phone"):
        raise typer.BadParameter("--channel is email or phone")
    return text


def _which(text: str) -> "Which":
    match text:
        case "earlier" | "later":
            return text
        case _:
            raise typer.BadParameter("give earlier or later")
