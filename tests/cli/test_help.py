"""Help: every command has one with an example, in 80 columns, and asking for it loads nothing heavy."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from entrypoints.cli.commands import app

COMMANDS = {
    "access",
    "reverse",
    "suppress",
    "link",
    "unlink",
    "links",
    "candidates",
    "migrate",
    "demo",
    "run",
    "consume",
    "project",
    "publish",
    "serve",
    "unsubscribe-service",
    "send",
    "status",
    "explain",
    "history",
    "contacts",
    "deactivations",
    "deletion",
    "duplicates",
    "clock",
    "reads",
    "calendar",
    "channels",
    "rejections",
    "keywords",
    "policy",
    "replies",
    "rebuild",
    "checksum",
    "organizations",
    "people",
    "scopes",
    "fields",
    "identity",
    "retention",
    "blacklist",
    "positions",
    "doctor",
    "erase",
    "erasures",
}
HEAVY = (
    "eventsourcing",
    "fastapi",
    "jinja2",
    "kafka",
    "orjson",
    "phonenumbers",
    "psycopg",
    "pydantic",
    "structlog",
    "uvicorn",
)


def _commands(group: typer.Typer, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for command in group.registered_commands:
        assert command.callback is not None
        yield (*path, command.name or command.callback.__name__.replace("_", "-"))
    for inner in group.registered_groups:
        assert inner.name
        assert inner.typer_instance
        yield from _commands(inner.typer_instance, (*path, inner.name))


def test_the_commands_are_these() -> None:
    assert {path[0] for path in _commands(app)} == COMMANDS


@pytest.mark.parametrize("path", list(_commands(app)), ids=" ".join)
def test_every_command_has_help_with_an_example_in_80_columns(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], terminal_width=80, env={"COLUMNS": "80"})
    assert shown.exit_code == 0
    assert "Example:" in shown.stdout
    assert f"contact-ledger {path[0]}" in " ".join(shown.stdout.split())
    assert max(map(len, shown.stdout.splitlines())) <= 80


def test_asking_for_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom entrypoints.cli.commands import app\n"
        f"print([name for name in {HEAVY} if name in sys.modules])\n"
        "app(['--help'], standalone_mode=False)"
    )
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert asked.stdout.splitlines()[0] == "[]"
    assert "organizations" in asked.stdout


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(app, ["wave"]).exit_code == 2
