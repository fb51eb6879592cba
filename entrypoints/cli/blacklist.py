"""The platform's e-mail blacklist: add, remove, list. It holds for every organization, so it must be named."""

import sys
from typing import Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

app = typer.Typer(no_args_is_help=True, help="E-mail addresses that no organization may write to.")

_Platform = Annotated[
    bool, typer.Option("--platform", help="The list of the whole platform, for every organization.")
]
_Email = Annotated[str, typer.Option(help="The address; `-` reads it from standard input.")]
_Reason = Annotated[str | None, typer.Option(help="Why; kept sealed.")]


@app.command()
def add(email: _Email, platform: _Platform = False, reason: _Reason = None, json: options.Json = False) -> None:
    """Put an address on the platform's list: from now on it is blacklisted everywhere.

    Example: echo ann@example.com | contact-ledger blacklist add --platform --email -
    """
    _change(email, platform, reason, listing=True, json=json)


@app.command()
def remove(email: _Email, platform: _Platform = False, reason: _Reason = None, json: options.Json = False) -> None:
    """Take an address off the platform's list; what organizations listed themselves stays.

    Example: echo ann@example.com | contact-ledger blacklist remove --platform --email -
    """
    _change(email, platform, reason, listing=False, json=json)


@app.command("list")
def list_(
    platform: _Platform = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the latest first.")] = 100,
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """Addresses on the platform's list, the latest first.

    Example: contact-ledger blacklist list --platform
    """
    from entrypoints.blacklist import listed
    from entrypoints.wiring import opened

    _require(platform)
    with opened() as ledger:
        found = listed(ledger, limit=limit, values=unmasked)
    if json:
        as_json(found)
        return
    rows(
        "Blacklisted on the platform",
        ["platform key", "address", "known to", "since"],
        [(one.platform_key, one.address, one.organizations, one.since) for one in found],
        empty="Nobody.",
    )


def _change(email: str, platform: bool, reason: str | None, *, listing: bool, json: bool) -> None:
    from entrypoints.blacklist import change
    from entrypoints.wiring import opened

    _require(platform)
    address = sys.stdin.readline().rstrip("\r\n") if email == "-" else email
    with opened() as ledger:
        key = change(ledger, address, listing=listing, reason=reason)
    if json:
        as_json({"platform_key": key, "listed": listing})
    else:
        say(f"{key}: {'listed' if listing else 'taken off'} for every organization")


def _require(platform: bool) -> None:
    if not platform:
        raise typer.BadParameter("say --platform: this list holds for every organization")
