"""People who work with the ledger: list, add, grant, revoke, password, disable, enable."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

if TYPE_CHECKING:
    from entrypoints.wiring import Service

app = typer.Typer(no_args_is_help=True, help="People who work with the ledger, and their roles.")

_Person = Annotated[str, typer.Argument(help="E-mail address of the person, or its id as `people list` shows it.")]
_Role = Annotated[str, typer.Argument(help=options.ROLES)]


@app.command("list")
def list_(organization: options.Organization, json: options.Json = False) -> None:
    """Everyone who was ever added to the organization, the latest first.

    Example: contact-ledger people list -o acme
    """
    from entrypoints.people import listed
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = listed(ledger, organization)
    if json:
        as_json(found)
        return
    rows(
        f"People of {organization}",
        ["id", "name", "e-mail", "role", "added"],
        [(one.id, one.name, one.email, one.role, one.added_at.date()) for one in found],
        empty="Nobody yet: `contact-ledger people add` adds somebody.",
    )


@app.command()
def add(
    organization: options.Organization,
    email: Annotated[str, typer.Argument(help="E-mail address by which the person logs in.")],
    name: Annotated[str, typer.Option(help="Name to show.")],
    role: Annotated[str, typer.Option(help=options.ROLES)] = "analyst",
    json: options.Json = False,
) -> None:
    """Add a person to the organization, and show the link by which it sets its password once.

    Example: contact-ledger people add -o acme ann@example.com --name "Ann Example" --role auditor
    """
    from entrypoints.acting import Hand
    from entrypoints.people import add as add_person
    from entrypoints.people import invitation
    from entrypoints.wiring import opened

    given = options.role(role)
    with opened(within=organization) as ledger:
        added = add_person(Hand(ledger, organization), email, name, given)
        link = invitation(ledger, added.id)
    if json:
        as_json({"person": added, "password_link": link})
        return
    say(f"{added.id}: {added.role} of {organization}")
    _show_once(link)


@app.command()
def grant(organization: options.Organization, person: _Person, role: _Role, json: options.Json = False) -> None:
    """Give a person a role in place of the one it has.

    Example: contact-ledger people grant -o acme ann@example.com marketer
    """
    from entrypoints.acting import Hand
    from entrypoints.people import grant as grant_role
    from entrypoints.wiring import opened

    given = options.role(role)
    with opened(within=organization) as ledger:
        one = _id(ledger, person)
        changed = grant_role(Hand(ledger, organization), one, given)
    if json:
        as_json({"person": one, "role": given, "changed": changed})
    else:
        say(f"{one}: {given}" if changed else f"{one}: was {given} already")


@app.command()
def revoke(
    organization: options.Organization, person: _Person, yes: options.Yes = False, json: options.Json = False
) -> None:
    """Take a person's role in the organization. Without --yes only says which it is.

    Example: contact-ledger people revoke -o acme ann@example.com --yes
    """
    from entrypoints.acting import Hand
    from entrypoints.people import get
    from entrypoints.people import revoke as revoke_role
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = get(ledger, organization, _id(ledger, person))
        revoked = yes and revoke_role(Hand(ledger, organization), found.id)
    if json:
        as_json({"person": found, "revoked": revoked})
    elif yes:
        say(f"{found.id}: {found.role} no more" if revoked else f"{found.id}: had no role")
    else:
        say(f"{found.id} ({found.role or 'no role'}) would lose the role; --yes takes it")


@app.command()
def password(person: _Person, json: options.Json = False) -> None:
    """Show a link by which the person sets a new password, once and within 72 hours; an earlier link ends.

    Example: contact-ledger people password ann@example.com
    """
    from entrypoints.people import password_link
    from entrypoints.wiring import opened

    with opened() as ledger:
        link = password_link(ledger, _id(ledger, person))
    if json:
        as_json({"password_link": link})
    else:
        _show_once(link)


@app.command()
def disable(person: _Person, yes: options.Yes = False, json: options.Json = False) -> None:
    """Keep a person out of every organization and end its sessions. Without --yes only says so.

    Example: contact-ledger people disable ann@example.com --yes
    """
    _bar(person, "disabled", yes, json, barred=True)


@app.command()
def enable(person: _Person, yes: options.Yes = False, json: options.Json = False) -> None:
    """Let a disabled person in again, with the roles and password it has. Without --yes only says so.

    Example: contact-ledger people enable ann@example.com --yes
    """
    _bar(person, "enabled", yes, json, barred=False)


def _bar(person: str, state: str, yes: bool, json: bool, *, barred: bool) -> None:
    from entrypoints.people import bar, organizations_of
    from entrypoints.wiring import opened

    with opened() as ledger:
        one = _id(ledger, person)
        organizations = organizations_of(ledger, one)
        if yes:
            bar(ledger, one, barred=barred)
    if json:
        as_json({"person": one, "organizations": organizations, state: yes})
    else:
        said = f"{one} ({', '.join(organizations)})"
        say(f"{said}: {state}" if yes else f"{said} would be {state}; --yes does it")


def _id(ledger: "Service", person: str) -> UUID:
    from entrypoints.people import person_id

    try:
        return UUID(person)
    except ValueError:
        return person_id(ledger, person)


def _show_once(link: str | None) -> None:
    if link is None:
        say("The person has a password already.")
        return
    say(
        "The person sets its password here, once and within 72 hours (LEDGER_CONSOLE_URL says what goes before it):"
    )
    typer.echo(link)
