"""Every command of `contact-ledger`, in the order in which help lists them."""

from collections.abc import Callable

import typer

from entrypoints.cli import (
    asking,
    calendar,
    compliance,
    contacts,
    doctor,
    organizations,
    policy,
    positions,
    projections,
    rejections,
    running,
    scopes,
)

app = typer.Typer(
    name="contact-ledger",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Who may be written to, on which channel, for what, and why. Settings come from LEDGER_… variables; "
    "`contact-ledger doctor` says which are wrong.",
)

_PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "Run": (
        running.demo,
        running.migrate,
        running.run,
        running.consume,
        running.project,
        running.publish,
        running.serve,
        running.send,
    ),
    "Keep": (projections.rebuild, projections.checksum, doctor.doctor),
    "Ask": (asking.status, asking.explain, asking.history, contacts.contacts, compliance.clock),
}
for panel, commands in _PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
_GROUPS: dict[str, typer.Typer] = {
    "organizations": organizations.app,
    "calendar": calendar.app,
    "policy": policy.app,
    "scopes": scopes.app,
    "rejections": rejections.app,
    "positions": positions.app,
}
for name, group in _GROUPS.items():
    app.add_typer(group, name=name, rich_help_panel="Keep")
