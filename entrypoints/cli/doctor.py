"""Is everything as it should be?"""

import typer

from entrypoints.cli import options
from entrypoints.cli.rendering import as_json, rows


def doctor(json: options.Json = False) -> None:
    """Check settings, database, schema, roles, topics and lag, and say what to mend. Exit code 1 if anything.

    Example: contact-ledger doctor
    """
    from entrypoints.doctor import examine

    found = list(examine())
    if json:
        as_json(found)
    else:
        rows(
            "Checks",
            ["check", "state", "what to know or mend"],
            [(one.check, "ok" if one.ok else "mend", one.said) for one in found],
            empty="Nothing to check.",
        )
    if not all(one.ok for one in found):
        raise typer.Exit(1)
