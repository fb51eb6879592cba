"""Custom profile fields of an organization: list, define, retire."""

from typing import Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

app = typer.Typer(no_args_is_help=True, help="Profile fields of an organization's contacts.")

_Field = Annotated[str, typer.Argument(help="Code of the field: a-z, 0-9 and _. It never changes.")]


@app.command("list")
def list_(organization: options.Organization, json: options.Json = False) -> None:
    """System fields, then the organization's own.

    Example: contact-ledger fields list -o acme
    """
    from entrypoints.fields import listed
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = listed(ledger, organization)
    if json:
        as_json(found)
        return
    rows(
        f"Profile fields of {organization}",
        ["field", "name", "type", "system", "retired"],
        [(one.field, one.display_name, one.value_type, one.system, one.retired) for one in found],
        empty="None.",
    )


@app.command()
def define(
    organization: options.Organization,
    field: _Field,
    type_: Annotated[
        str, typer.Option("--type", help="text, number, date, boolean or list. It never changes.")
    ] = "text",
    name: Annotated[str | None, typer.Option(help="Name to show; absent: the code.")] = None,
    json: options.Json = False,
) -> None:
    """Define a field, name it anew, or take a retired one up again.

    Example: contact-ledger fields define -o acme shoe_size --type number --name "Shoe size"
    """
    from entrypoints.acting import Hand
    from entrypoints.fields import define as define_field
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        changed = define_field(Hand(ledger, organization), field, type_, name or "")
    if json:
        as_json({"field": field, "changed": changed})
    else:
        say(f"{field}: defined" if changed else f"{field}: was defined so already")


@app.command()
def retire(
    organization: options.Organization, field: _Field, yes: options.Yes = False, json: options.Json = False
) -> None:
    """Retire a field: its values are kept, and it can be defined again. Without --yes only says so.

    Example: contact-ledger fields retire -o acme shoe_size --yes
    """
    from entrypoints.acting import Hand
    from entrypoints.fields import get
    from entrypoints.fields import retire as retire_field
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        get(ledger, organization, field)
        retired = yes and retire_field(Hand(ledger, organization), field)
    if json:
        as_json({"field": field, "retired": retired})
    elif yes:
        say(f"{field}: retired" if retired else f"{field}: was retired already")
    else:
        say(f"{field} would be retired; --yes retires it")
