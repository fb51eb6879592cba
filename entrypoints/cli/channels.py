"""The channels that an organization uses: list and choose."""

from typing import Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

app = typer.Typer(no_args_is_help=True, help="The channels that have a place in an organization's lists.")


@app.command("list")
def list_(organization: options.Organization, json: options.Json = False) -> None:
    """Every channel, and whether it is in use.

    Example: contact-ledger channels list -o acme
    """
    from entrypoints.channels import listed
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = listed(ledger, organization)
    if json:
        as_json(found)
    else:
        rows("Channels", ["channel", "in use"], [(one.channel, one.in_use) for one in found], empty="None.")


@app.command()
def choose(
    channels: Annotated[list[str], typer.Argument(help="The channels in use, all of them.")],
    organization: options.Organization,
) -> None:
    """Say which channels are in use; those left out keep their consents and opt-outs, and have no column in lists.

    Example: contact-ledger channels choose email sms -o acme
    """
    from entrypoints.acting import Hand
    from entrypoints.channels import choose as choose_all
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        chosen = choose_all(Hand(ledger, organization), channels)
    say(f"{organization}: chosen" if chosen else f"{organization}: they are in use already")
