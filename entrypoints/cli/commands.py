"""Every command of `contact-ledger`, in the order in which help lists them."""

from collections.abc import Callable

import typer

from entrypoints.cli import asking, organizations, running

app = typer.Typer(
    name="contact-ledger",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Who may be written to, on which channel, for what, and why. Settings come from LEDGER_… variables; "
    "`contact-ledger doctor` says which are wrong.",
)

_PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "Run": (running.migrate, running.serve),
    "Ask": (asking.status, asking.explain, asking.history),
}
for panel, commands in _PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.add_typer(organizations.app, name="organizations", rich_help_panel="Keep")
