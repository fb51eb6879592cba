"""Everything held of one person, for the person to read."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, say


def access(
    organization: options.Organization,
    who: Annotated[UUID | None, typer.Argument(help="Any id of a contact, or an identifier's id.")] = None,
    kind: options.Kind = None,
    value: options.Value = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page to this file, readable and for print, instead of JSON.")
    ] = None,
    overwrite: options.Overwrite = False,
    json: options.Json = False,
) -> None:
    """One person's everything, in full (GDPR Art. 15): as JSON, or as a page that stands alone.

    Example: echo ann@example.com | contact-ledger access -o acme --kind email --value - --html ann.html
    """
    from entrypoints.disclosing import disclosure
    from entrypoints.wiring import opened

    if json and html is not None:
        raise typer.BadParameter("give either --json or --html")
    options.new_file("--html", html, overwrite=overwrite)
    with opened(within=organization) as ledger:
        one = disclosure(ledger, organization, options.asked(who, kind, value))
        if html is None:
            as_json(one)
            return
        from entrypoints.disclosure_page import page
        from entrypoints.exports import note

        html.touch(mode=0o600)
        html.write_text(page(one))
        note(ledger, organization, html, "access", contacts=[held.id for held in one.contacts])
    say(f"{len(one.events):,} events of one person: the person's erasure deletes the file while it stays as it is")
