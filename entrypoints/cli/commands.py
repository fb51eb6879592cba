"""Every command of `contact-ledger`, in the order in which help lists them."""

from collections.abc import Callable

import typer

from entrypoints.cli import (
    access,
    asking,
    blacklist,
    calendar,
    candidates,
    channels,
    compliance,
    contacts,
    deactivations,
    deletion,
    doctor,
    duplicates,
    erasing,
    fields,
    identity,
    keywords,
    linking,
    organizations,
    people,
    policy,
    positions,
    projections,
    reads,
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
        linking.link,
        linking.unlink,
        linking.links,
        deactivations.deactivations,
        erasing.erase,
        doctor.doctor,
    ),
    "Ask": (
        asking.status,
        asking.explain,
        asking.history,
        contacts.contacts,
        compliance.clock,
        reads.reads,
        suppress.suppress,
        access.access,
    ),
}
for panel, commands in _PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
_GROUPS: dict[str, typer.Typer] = {
    "organizations": organizations.app,
    "people": people.app,
    "calendar": calendar.app,
    "policy": policy.app,
    "scopes": scopes.app,
    "fields": fields.app,
    "identity": identity.app,
    "retention": retention.app,
    "blacklist": blacklist.app,
    "keywords": keywords.app,
    "replies": replies.app,
    "deletion": deletion.app,
    "erasures": erasing.app,
    "duplicates": duplicates.app,
    "rejections": rejections.app,
    "candidates": candidates.app,
    "channels": channels.app,
    "positions": positions.app,
}
for name, group in _GROUPS.items():
    app.add_typer(group, name=name, rich_help_panel="Keep")
