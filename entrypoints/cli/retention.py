"""How long an organization keeps what need not be kept for ever: list, set."""

from typing import Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows, say

app = typer.Typer(no_args_is_help=True, help="How long what need not be kept for ever is kept.")


@app.command("list")
def list_(organization: options.Organization, json: options.Json = False) -> None:
    """What can be given a retention, and for how many days it is kept.

    Example: contact-ledger retention list -o acme
    """
    from entrypoints.retention import listed
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = listed(ledger, organization)
    if json:
        as_json(found)
        return
    rows(
        f"Retention of {organization}",
        ["subject", "days", "at least"],
        [(one.subject, "for ever" if one.days is None else one.days, one.least) for one in found],
        empty="Nothing.",
    )


@app.command("set")
def set_(
    organization: options.Organization,
    subject: Annotated[str, typer.Argument(help="activity or anonymous_contacts.")],
    days: Annotated[int, typer.Argument(help="For how many days it is kept.")],
    json: options.Json = False,
) -> None:
    """Set for how many days something is kept. Consent and its proof are kept for ever.

    Example: contact-ledger retention set -o acme activity 400
    """
    from entrypoints.acting import Hand
    from entrypoints.retention import set_days
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        changed = set_days(Hand(ledger, organization), subject, days)
    if json:
        as_json({"subject": subject, "days": days, "changed": changed})
    else:
        say(f"{subject}: {days} days" + ("" if changed else ", as before"))
