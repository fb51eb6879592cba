"""A migrated ledger for each test process, and the command line run on it with settings from the environment."""

from collections.abc import Callable, Iterator, Mapping
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from entrypoints.cli.commands import app
from entrypoints.wiring import Service, migrated, opened
from tests.api.serving import ENVIRONMENT, settings
from tests.migrated import new_ledger

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[str]:
    with new_ledger(database_url) as url:
        migrated(settings(url))
        yield url


@pytest.fixture
def environment(database: str) -> dict[str, str]:
    """What a process needs to work on the test's ledger."""
    return {**ENVIRONMENT, "LEDGER_DATABASE_URL": database, "LEDGER_OWNER_DATABASE_URL": database}


@pytest.fixture(scope="session")
def ledger(database: str) -> Iterator[Service]:
    with opened(settings(database)) as service:
        yield service


@pytest.fixture
def run(environment: Mapping[str, str]) -> Run:
    """Runs the command line in this process; `stdin` is what is typed."""

    def run_command(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, arguments, input=stdin, env=environment)

    return run_command


@pytest.fixture
def organization(run: Run) -> str:
    """An organization of the test's own, registered."""
    code = f"o-{uuid4().hex[:12]}"
    assert run("organizations", "add", code).exit_code == 0
    return code
