"""API keys of an organization: list, issue, revoke."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

if TYPE_CHECKING:
    from entrypoints.keys import KeySeen

app = typer.Typer(no_args_is_help=True, help="API keys of an organization.")

_Code = Annotated[str, typer.Argument(help="Code of the organization.")]


@app.command("list")
def list_(organization: _Code, json: options.Json = False) -> None:
    """Every key the organization ever had, the latest first.

    Example: contact-ledger organizations keys list acme
    """
    from entrypoints.keys import listed
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = listed(ledger, organization)
    if json:
        as_json(found)
        return
    rows(
        f"API keys of {organization}",
        ["id", "prefix, role and what it is limited to, since when and until when"],
        [(one.id, "\n".join(_said(one))) for one in found],
        empty="None yet: `contact-ledger organizations keys issue` issues one.",
    )


def _said(one: "KeySeen") -> Iterator[str]:
    limited = f" for {', '.join(one.permissions)} alone" if one.permissions is not None else ""
    yield f"{one.prefix}, {one.role}{limited}"
    ends = f"expires {one.expires_at:%Y-%m-%d}" if one.expires_at else "never expires"
    yield f"{one.state}: issued {one.issued_at:%Y-%m-%d}, {ends}"
    yield f"last used {one.used_at:%Y-%m-%d %H:%M}" if one.used_at else "never used"


@app.command()
def issue(
    organization: _Code,
    role: Annotated[str, typer.Option(help=options.ROLES)] = "service",
    expires: Annotated[
        datetime | None, typer.Option(parser=options.moment, metavar="TIME", help="When it ends (ISO 8601).")
    ] = None,
    permission: Annotated[
        list[str] | None,
        typer.Option(help="Limits the key to this of what its role may do; may be given again. Absent: all of it."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Issue an API key. It is shown this once; only its hash is kept.

    Example: contact-ledger organizations keys issue acme --role service --permission sendable --expires 2027-01-01
    """
    from entrypoints.organizations import issue_key
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        limited = [options.permission(one) for one in permission] if permission else None
        issued = issue_key(ledger, organization, options.role(role), expires, permissions=limited)
    if json:
        as_json({"organization": organization, "key": issued})
    else:
        show_once(issued)


@app.command()
def revoke(
    organization: _Code,
    key: Annotated[UUID, typer.Argument(help="Id of the key, as `keys list` shows it.")],
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Revoke an API key for good. Without --yes only says which it is.

    Example: contact-ledger organizations keys revoke acme 5c9d… --yes
    """
    from entrypoints.acting import Hand
    from entrypoints.keys import get
    from entrypoints.keys import revoke as revoke_key
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = get(ledger, organization, key)
        revoked = yes and revoke_key(Hand(ledger, organization), key)
    if json:
        as_json({"key": found, "revoked": revoked})
    elif yes:
        say(f"clk_{found.prefix}_…: revoked" if revoked else f"clk_{found.prefix}_…: was revoked already")
    else:
        say(f"clk_{found.prefix}_… ({found.role}, {found.state}) would be revoked; --yes revokes it")


def show_once(issued: str) -> None:
    """Prints a key that was just issued."""
    say("The API key, shown only now:")
    typer.echo(issued)
