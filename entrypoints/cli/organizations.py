"""Organizations: add, list, and their API keys."""

from typing import TYPE_CHECKING, Annotated

import typer

from entrypoints.cli import keys, options
from entrypoints.cli.rendering import as_json, rows, say

if TYPE_CHECKING:
    from entrypoints.organizations import Registered

app = typer.Typer(no_args_is_help=True, help="Register organizations and issue their API keys.")
app.add_typer(keys.app, name="keys")

_Code = Annotated[str, typer.Argument(help="Code of the organization: a-z, 0-9, dots, hyphens. It never changes.")]


@app.command()
def add(
    organization: _Code,
    name: Annotated[str | None, typer.Option(help="Name to show; absent: the code.")] = None,
    key_role: Annotated[str | None, typer.Option(help=f"Also issue a first API key: {options.ROLES}")] = None,
    json: options.Json = False,
) -> None:
    """Register an organization. Again is harmless.

    Example: contact-ledger organizations add acme --name "Acme Stores" --key-role service
    """
    from entrypoints.organizations import issue_key, register
    from entrypoints.wiring import opened

    role = options.role(key_role) if key_role else None
    with opened() as everywhere:
        ledger = everywhere.within(organization)
        added = register(ledger, organization, name or organization)
        key = issue_key(ledger, organization, role) if role else None
    if json:
        as_json({"organization": organization, "added": added, "key": key})
        return
    say(f"{organization}: registered" if added else f"{organization}: was registered already")
    if key:
        keys.show_once(key)


@app.command("list")
def list_(json: options.Json = False) -> None:
    """Organizations in the order they were registered.

    Example: contact-ledger organizations list
    """
    from entrypoints.organizations import registered
    from entrypoints.wiring import opened

    with opened() as ledger:
        found = registered(ledger)
    if json:
        as_json(found)
    else:
        rows(
            "Organizations",
            ["organization", "name", "registered", "keys in use"],
            [(_marked(one), one.name, one.registered_at, ", ".join(one.key_roles)) for one in found],
            empty="None yet: `contact-ledger organizations add CODE` registers one.",
        )


def _marked(one: "Registered") -> str:
    return f"{one.organization} (retired)" if one.retired_at else one.organization
