"""Who saw personal values after giving a reason."""

from typing import Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows


def reads(
    organization: options.Organization,
    before: Annotated[int | None, typer.Option(help="Id of the last one of the page before.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    json: options.Json = False,
) -> None:
    """Looks at personal values that a reason was given for, the latest first.

    Example: contact-ledger reads -o acme --limit 200
    """
    from entrypoints import people
    from entrypoints.reads import page
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = page(ledger, organization, before=before, limit=limit)
        names = {} if json else people.names(ledger, organization)
    if json:
        as_json(found)
        return
    rows(
        f"Reads of personal values of {organization}",
        ["id", "at", "who", "what", "subject", "reason"],
        [
            (str(one.id), one.read_at, names.get(one.actor, one.actor), one.what, one.subject, one.reason)
            for one in found.reads
        ],
        empty="Nobody read any for a reason.",
    )
