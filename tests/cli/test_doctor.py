"""doctor: each thing that is wrong is named with what to mend; and who may start at all."""

import json
from collections.abc import Iterator, Mapping
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from typer.testing import CliRunner, Result

from entrypoints.cli.commands import app
from tests.api.serving import ENVIRONMENT
from tests.conftest import Topics
from tests.console.openid import provider


def _doctor(environment: Mapping[str, str]) -> Result:
    return CliRunner().invoke(app, ["doctor", "--json"], env=environment)


def _wrong(result: Result) -> dict[str, str]:
    assert result.exit_code == 1
    return {one["check"]: one["said"] for one in json.loads(result.stdout) if not one["ok"]}


def test_all_is_well_with_topics_and_projections(
    environment: dict[str, str], kafka_bootstrap: str, topics: Topics
) -> None:
    environment |= {"LEDGER_KAFKA_BOOTSTRAP": kafka_bootstrap, "LEDGER_TOPICS": topics("inbound")}
    found = json.loads(_doctor(environment).stdout)
    checks = {one["check"]: one for one in found}
    assert checks.keys() >= {"settings", "database", "login", "schema", "roles", "secrets", "kafka", "positions"}
    assert all(checks[name]["ok"] for name in ("settings", "database", "schema", "roles", "secrets", "kafka"))


def test_links_are_checked_where_they_are_offered(environment: dict[str, str]) -> None:
    said = {one["check"]: one["said"] for one in json.loads(_doctor(environment).stdout)}
    assert "https://links.example.com" in said["links"]
    del environment["LEDGER_PUBLIC_URL"]
    assert "LEDGER_PUBLIC_URL" in _wrong(_doctor(environment))["links"]
    del environment["LEDGER_LINK_KEYS"]
    assert "links" not in _wrong(_doctor(environment))


def test_the_openid_provider_is_asked_where_there_is_one(environment: dict[str, str]) -> None:
    said = {one["check"]: one["said"] for one in json.loads(_doctor(environment).stdout)}
    assert "passwords alone" in said["sign-on"]
    with provider() as openid:
        environment |= {
            "LEDGER_CONSOLE_URL": "https://ledger.example.com",
            "LEDGER_OIDC_ISSUER": openid.issuer,
            "LEDGER_OIDC_CLIENT_ID": "ledger",
            "LEDGER_OIDC_CLIENT_SECRET": "of-the-ledger",
        }
        said = {one["check"]: one["said"] for one in json.loads(_doctor(environment).stdout)}
        assert "https://ledger.example.com/console/login/openid/back" in said["sign-on"]
        other = {**environment, "LEDGER_OIDC_ISSUER": f"{openid.issuer}/"}
        assert "another issuer" in _wrong(_doctor(other))["sign-on"]
        del environment["LEDGER_OIDC_CLIENT_SECRET"]
        assert "LEDGER_OIDC_CLIENT_SECRET" in _wrong(_doctor(environment))["sign-on"]
    environment["LEDGER_OIDC_CLIENT_SECRET"] = "of-the-ledger"
    assert "does not answer" in _wrong(_doctor(environment))["sign-on"]


def test_a_missing_topic_and_a_missing_address_are_named(environment: dict[str, str], kafka_bootstrap: str) -> None:
    assert "LEDGER_KAFKA_BOOTSTRAP" in _wrong(_doctor(environment))["kafka"]
    environment |= {"LEDGER_KAFKA_BOOTSTRAP": kafka_bootstrap, "LEDGER_TOPICS": "no-such-topic"}
    assert "no-such-topic" in _wrong(_doctor(environment))["kafka"]


def test_nothing_set_a_misspelt_name_and_a_library_setting_that_loses_events(environment: dict[str, str]) -> None:
    assert "settings" in _wrong(_doctor({**environment, "LEDGER_PEPPER": "x"}))
    assert "LEDGER_PEPER" in _wrong(_doctor({**environment, "LEDGER_PEPER": "x"}))["settings"]
    losing = {"POSTGRES_ENABLE_DB_FUNCTIONS": "y"}
    assert "POSTGRES_ENABLE_DB_FUNCTIONS" in _wrong(_doctor(environment | losing))["settings"]


def test_other_secrets_than_the_original_ones_are_refused(environment: dict[str, str]) -> None:
    for name in ("LEDGER_PEPPER", "LEDGER_MASTER_KEY"):
        swapped = ENVIRONMENT["LEDGER_PEPPER" if name == "LEDGER_MASTER_KEY" else "LEDGER_MASTER_KEY"]
        assert name in _wrong(_doctor({**environment, name: swapped}))["secrets"]


def test_a_database_that_is_not_migrated_or_not_there(environment: dict[str, str], empty_database: str) -> None:
    assert "migrate" in _wrong(_doctor({**environment, "LEDGER_DATABASE_URL": empty_database}))["schema"]
    gone = empty_database.replace("/test_", "/gone_")
    assert "LEDGER_DATABASE_URL" in _wrong(_doctor({**environment, "LEDGER_DATABASE_URL": gone}))["database"]


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("ALTER TABLE stored_events DISABLE TRIGGER append_only", "ENABLE ALWAYS TRIGGER append_only"),
        ("ALTER TABLE stored_events ENABLE TRIGGER one_writer", "ENABLE ALWAYS TRIGGER one_writer"),
        ("DROP TRIGGER never_made_again ON data_keys", "ENABLE ALWAYS TRIGGER never_made_again"),
        ("GRANT DELETE ON stored_events TO ledger_writer", "REVOKE DELETE ON stored_events FROM ledger_writer"),
        ("GRANT TRUNCATE ON erased_keys TO PUBLIC", "REVOKE TRUNCATE ON erased_keys FROM PUBLIC"),
        ("ALTER TABLE all_contacts DISABLE ROW LEVEL SECURITY", "all_contacts ENABLE ROW LEVEL SECURITY"),
    ],
)
def test_a_guard_of_the_database_that_is_off_is_named_with_what_puts_it_back(
    environment: dict[str, str], fresh_database: str, broken: LiteralString, mended: str
) -> None:
    environment["LEDGER_DATABASE_URL"] = fresh_database
    assert "guards" not in _wrong(_doctor(environment))
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(broken)
    assert mended in _wrong(_doctor(environment))["guards"]


@pytest.fixture
def login(database: str) -> Iterator[str]:
    """The address of a login that is only a member of the ledger's roles."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SQL("CREATE ROLE {} LOGIN NOINHERIT").format(Identifier(name)))
        connection.execute(
            SQL("GRANT ledger_reader, ledger_overseer, ledger_writer, ledger_projector TO {}").format(
                Identifier(name)
            )
        )
        yield database.replace("postgres@", f"{name}@", 1)
        connection.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def test_a_superuser_may_start_only_a_demo_and_a_member_of_the_roles_may_do_all(
    environment: dict[str, str], login: str
) -> None:
    del environment["LEDGER_DEMO"]
    runner = CliRunner()
    powerful = runner.invoke(app, ["organizations", "list"], env=environment)
    assert powerful.exit_code == 1
    assert "superuser" in str(powerful.exception)
    environment["LEDGER_DATABASE_URL"] = login
    assert runner.invoke(app, ["organizations", "add", f"o-{uuid4().hex[:12]}"], env=environment).exit_code == 0
    assert runner.invoke(app, ["checksum", "identifiers", "--live"], env=environment).exit_code == 0
    assert "login" not in _wrong(_doctor(environment))
