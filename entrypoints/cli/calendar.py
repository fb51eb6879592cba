"""The calendar of business days: show and choose."""

from typing import Annotated

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, facts, say

app = typer.Typer(no_args_is_help=True, help="Whose business days count for opt-outs.")


@app.command()
def show(organization: options.Organization, json: options.Json = False) -> None:
    """The calendar in use, and when an opt-out received now would be due.

    Example: contact-ledger calendar show -o acme
    """
    from entrypoints.calendar import calendar_for, seen
    from entrypoints.wiring import opened

    with opened(within=organization) as ledger:
        found = seen(ledger, calendar_for(ledger, organization))
    if json:
        as_json(found)
    else:
        facts("Calendar", list(found))


@app.command()
def choose(
    organization: options.Organization,
    country: Annotated[str, typer.Option(help="Two letters of ISO 3166: US, CA, DE …")],
    time_zone: Annotated[str, typer.Option(help="Where its days begin, as America/New_York.")],
    subdivision: Annotated[str | None, typer.Option(help="Part of the country by ISO 3166-2: NY, BY …")] = None,
    yes: options.Yes = False,
) -> None:
    """Choose the calendar; it holds for every opt-out, earlier ones too. Without --yes only says what follows.

    Example: contact-ledger calendar choose -o acme --country CA --subdivision QC --time-zone America/Toronto --yes
    """
    from entrypoints.acting import Hand
    from entrypoints.calendar import calendar_for, seen
    from entrypoints.calendar import choose as choose_one
    from entrypoints.wiring import opened
    from ledger.rules.business_days import Calendar

    wanted = Calendar(country, subdivision, time_zone)
    with opened(within=organization) as ledger:
        before, after = seen(ledger, calendar_for(ledger, organization)), seen(ledger, wanted)
        if not yes:
            say(
                f"an opt-out received now would be due {after.due_if_received_now.isoformat()}, by the calendar in"
                f" use {before.due_if_received_now.isoformat()}; --yes chooses it"
            )
            return
        chosen = choose_one(Hand(ledger, organization), wanted)
    say(f"{organization}: chosen" if chosen else f"{organization}: is the calendar in use already")
