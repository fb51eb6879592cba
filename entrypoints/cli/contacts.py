"""People: listed, searched, and one by id."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, facts, progress, rows, say

if TYPE_CHECKING:
    from entrypoints.contacts import ContactSeen, ContactsPage
    from entrypoints.wiring import Service
    from projections.contact_query import Filter


def contacts(
    organization: options.Organization,
    contact: Annotated[UUID | None, typer.Argument(help="Any id of one contact: shows all that is known.")] = None,
    search: Annotated[
        str | None,
        typer.Option(help="Part of an e-mail, phone, name or external id; `-` reads it from standard input."),
    ] = None,
    type_: Annotated[
        str | None, typer.Option("--type", help="subscriber, unsubscriber, purchaser or anonymous.")
    ] = None,
    mark: Annotated[str | None, typer.Option(help="A status: email.active, phone.unsubscribed, banned, …")] = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those deleted, instead of the others.")] = False,
    ranked: Annotated[
        str, typer.Option(help="Newest first by: updated, created, with --deleted deleted; oldest first: earliest.")
    ] = "updated",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write everyone who fits to this CSV file.")] = None,
    overwrite: options.Overwrite = False,
    after: Annotated[str | None, typer.Option(help="The next page: what the page before ended with.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="People on a page.")] = 50,
    unmasked: options.Unmasked = False,
    json: options.Json = False,
) -> None:
    """List or search people, last updated first, or show one.

    Example: echo ann@ | contact-ledger contacts -o acme --search -

    Example: contact-ledger contacts -o acme --deleted --ranked deleted --csv deleted.csv
    """
    from entrypoints.contacts import page
    from entrypoints.wiring import opened
    from projections.contact_query import Filter

    if contact is not None:
        _show(organization, contact, unmasked=unmasked, json=json)
        return
    options.new_file("--csv", csv, overwrite=overwrite)
    text = sys.stdin.readline().rstrip("\r\n") if search == "-" else search
    asked = Filter(text, type_, mark, deleted, options.ranking(ranked))
    with opened(within=organization) as ledger:
        if csv is not None:
            _export(ledger, organization, asked, csv, unmasked=unmasked)
            return
        found = page(ledger, organization, asked, after=after, limit=limit, counted=True, values=unmasked)
    if json:
        as_json(found)
        return
    _print_page(found)


def _print_page(found: "ContactsPage") -> None:
    rows(
        f"{'more than ' if found.found_more else ''}{found.found:,} contacts out of {found.all:,}",
        ["id", "who", "type and last update"],
        [(one.id, _who(one), f"{one.type}\n{_days(one)}") for one in found.contacts],
        empty="Nobody fits.",
    )
    if found.after:
        say(f"more: --after {found.after}")


def _show(organization: str, contact: UUID, *, unmasked: bool, json: bool) -> None:
    from entrypoints.contacts import whole
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        one = whole(ledger, organization, contact, values=unmasked)
    if json:
        as_json(one)
        return
    apart = ("identifiers", "identifier_ids", "profile", "subscriptions")
    facts("Contact", [pair for pair in one if pair[0] not in apart])
    for merchant, channels in one.subscriptions.items():
        facts(f"Subscriptions of {merchant}", channels.items())
    if one.profile:
        facts("Profile", one.profile.items())
    rows(
        "Identifiers",
        ["id", "kind", "value", "last event"],
        [(held.id, held.kind, held.value, _day(held.last_event_at)) for held in one.identifiers],
        empty="No identifiers.",
    )


def _export(ledger: "Service", organization: str, asked: "Filter", file: Path, *, unmasked: bool) -> None:
    from entrypoints.contact_export import export
    from entrypoints.exports import note

    written = 0
    file.touch(mode=0o600)
    with progress() as display, file.open("w", newline="", encoding="utf-8") as target:
        task = display.add_task("writing", total=None)
        for written in export(ledger, organization, asked, target, values=unmasked):
            display.update(task, completed=written)
    note(ledger, organization, file, "contacts")
    say(f"{written:,} contacts written")


def _who(one: "ContactSeen") -> str:
    return "\n".join(part for part in (one.name, *one.emails, *one.phones) if part)


def _days(one: "ContactSeen") -> str:
    deleted = f"\ndeleted {_day(one.deleted_at)}" if one.deleted_at is not None else ""
    return _day(one.last_updated) + deleted


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
