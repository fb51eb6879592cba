"""Every command of `contact-ledger`, in the order in which help lists them."""

from collections.abc import Callable

import typer

from entrypoints.cli import (
    asking,
    blacklist,
    calendar,
    compliance,
    contacts,
    deactivations,
    deletion,
    doctor,
    duplicates,
    fields,
    keywords,
    organizations,
    policy,
    positions,
    projections,
    rejections,
    replies,
    retention,
    reverse,
    running,
    scopes,
    suppress,
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
        running.unsubscribe_service,
        running.send,
    ),
    "Keep": (
        projections.rebuild,
        projections.checksum,
        reverse.reverse,
        deactivations.deactivations,
        doctor.doctor,
    ),
    "Ask": (asking.status, asking.explain, asking.history, contacts.contacts, compliance.clock, suppress.suppress),
}
for panel, commands in _PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
_GROUPS: dict[str, typer.Typer] = {
    "organizations": organizations.app,
    "calendar": calendar.app,
    "policy": policy.app,
    "scopes": scopes.app,
    "fields": fields.app,
    "retention": retention.app,
    "blacklist": blacklist.app,
    "keywords": keywords.app,
    "replies": replies.app,
    "deletion": deletion.app,
    "duplicates": duplicates.app,
    "rejections": rejections.app,
    "positions": positions.app,
}
for name, group in _GROUPS.items():
    app.add_typer(group, name=name, rich_help_panel="Keep")
