"""Scopes: merchants, senders and lists of an organization. List, add, rename, retire."""

from typing import Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

app = typer.Typer(no_args_is_help=True, help="Merchants, senders and lists: what consent is given to.")

_Scope = Annotated[
    str, typer.Argument(help="organization/merchant/sender/list, - where a level is absent: acme/shop/-/news.")
]


@app.command("list")
def list_(
    organization: options.Organization,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Those that events name and nobody created, instead.")
    ] = False,
    state: Annotated[str, typer.Option(help="active, retired or any.")] = "any",
    after: Annotated[str | None, typer.Option(help="The next page: what the page before ended with.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Scopes on a page.")] = 1000,
    json: options.Json = False,
) -> None:
    """Scopes by code, each with how many events name it and when the latest was.

    Example: contact-ledger scopes list -o acme --unknown
    """
    from entrypoints.scopes import page
    from entrypoints.wiring import opened

    chosen = options.scope_state(state)
    with opened(within=organization) as ledger:
        found = page(ledger, organization, unknown=unknown, state=chosen, after=after, limit=limit)
    if json:
        as_json(found)
        return
    rows(
        f"Scopes of {organization}; grants at unknown ones: {found.unknown_scopes}",
        ["scope", "name", "state", "events", "last seen"],
        [(one.scope, one.display_name, one.state, one.events, one.last_seen) for one in found.scopes],
        empty="None." if unknown else "None yet: `contact-ledger scopes add` creates one.",
    )
    if found.after:
        say(f"more: --after {found.after}")


@app.command()
def add(
    organization: options.Organization,
    scope: _Scope,
    name: Annotated[str | None, typer.Option(help="Name to show; absent: the last code.")] = None,
    json: options.Json = False,
) -> None:
    """Create a scope, or take a retired one up again. Again is harmless.

    Example: contact-ledger scopes add -o acme acme/shop/-/news --name News
    """
    from entrypoints.acting import Hand
    from entrypoints.scopes import create
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        added = create(Hand(ledger, organization), scope, name or "")
    if json:
        as_json({"scope": scope, "added": added})
    else:
        say(f"{scope}: created" if added else f"{scope}: was there already")


@app.command()
def rename(
    organization: options.Organization,
    scope: _Scope,
    name: Annotated[str, typer.Option(help="The new name to show.")],
    json: options.Json = False,
) -> None:
    """Change the name a scope is shown by; its code never changes.

    Example: contact-ledger scopes rename -o acme acme/shop --name "Shoes and more"
    """
    from entrypoints.acting import Hand
    from entrypoints.scopes import rename as rename_scope
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        renamed = rename_scope(Hand(ledger, organization), scope, name)
    if json:
        as_json({"scope": scope, "renamed": renamed})
    else:
        say(f"{scope}: renamed" if renamed else f"{scope}: had that name already")


@app.command()
def retire(
    organization: options.Organization,
    scope: _Scope,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Retire a scope: it takes no more grants. Opt-outs stand, and answers stay as they are.

    Without --yes only says how many are subscribed there and below it.

    Example: contact-ledger scopes retire -o acme acme/shop/-/news
    """
    from entrypoints.acting import Hand
    from entrypoints.scopes import retire as retire_scope
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = retire_scope(Hand(ledger, organization), scope, dry_run=not yes)
    if json:
        as_json(found)
        return
    rows(
        f"Subscribed at {scope} and below",
        ["channel", "purpose", "subscriptions"],
        [(one.channel, one.purpose, one.subscriptions) for one in found.subscribed],
        empty="Nobody is subscribed there.",
    )
    if found.dry_run:
        say(f"{scope} would be retired; --yes retires it")
    else:
        say(f"{scope}: retired" if found.retired else f"{scope}: was retired already")


@app.command()
def unknown(
    organization: options.Organization,
    rule: Annotated[str, typer.Argument(help="accept or refuse.")],
    json: options.Json = False,
) -> None:
    """Say what becomes of grants at scopes that nobody created. What restricts is always recorded.

    Example: contact-ledger scopes unknown -o acme refuse
    """
    from entrypoints.acting import Hand
    from entrypoints.scopes import set_unknown_rule
    from entrypoints.wiring import opened

    chosen = options.unknown_rule(rule)
    with opened(within=organization) as ledger:
        changed = set_unknown_rule(Hand(ledger, organization), chosen)
    if json:
        as_json({"unknown_scopes": rule, "changed": changed})
    else:
        say(f"grants at unknown scopes: {rule}" + ("" if changed else ", as before"))
