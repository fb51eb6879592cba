"""Migrations: run once, in order, by many at once, and never with other secrets."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from ledger.errors import LogUnavailable, SchemaOutOfDate, SettingsRefused
from ledger.ids import Ids
from ledger.store.checks import check_environment, check_start
from ledger.store.connections import LedgerDatastore, Role
from ledger.store.keyring import Keyring
from ledger.store.migrate import LOG, migrate, migrations_of
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Store
from tests.store.making import IDS, KEYRING, append, claimed

OTHER_IDS = Ids(b"another pepper")
OTHER_KEYRING = Keyring(b"another key for tests, 32 bytes.")


def test_every_file_is_run_once(empty_database: str) -> None:
    names = [migration.name for migration in migrations_of(LOG)]
    assert migrate(empty_database, IDS, KEYRING) == names
    assert migrate(empty_database, IDS, KEYRING) == []


def test_many_at_once_run_every_file_once(empty_database: str) -> None:
    with ThreadPoolExecutor(6) as threads:
        runs = list(threads.map(lambda _: migrate(empty_database, IDS, KEYRING), range(6)))
    assert sorted(name for run in runs for name in run) == [migration.name for migration in migrations_of(LOG)]


def test_files_come_in_the_order_of_their_numbers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_database: str
) -> None:
    package = tmp_path / "later_tables"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "0102_b.sql").write_text("ALTER TABLE later ADD COLUMN b integer")
    (package / "0101_a.sql").write_text("CREATE TABLE later (a integer)")
    monkeypatch.syspath_prepend(tmp_path)
    assert migrate(empty_database, IDS, KEYRING, [LOG, "later_tables"])[-2:] == ["0101_a.sql", "0102_b.sql"]
    (package / "0101_a.sql").write_text("CREATE TABLE later (a bigint)")
    with pytest.raises(SchemaOutOfDate, match=r"0101_a\.sql was edited"):
        migrate(empty_database, IDS, KEYRING, [LOG, "later_tables"])


def test_a_file_that_fails_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_database: str
) -> None:
    package = tmp_path / "broken_tables"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "0101_broken.sql").write_text("CREATE TABLE half (a integer); SELECT nothing_of_this_name();")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(psycopg.errors.UndefinedFunction):
        migrate(empty_database, IDS, KEYRING, ["broken_tables"])
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_a_newer_database_is_refused(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (%s, '9999_later.sql', '')", (LOG,))
    with pytest.raises(SchemaOutOfDate, match="newer than this program"):
        migrate(migrated, IDS, KEYRING)


def test_other_secrets_are_refused(migrated: str) -> None:
    with pytest.raises(SettingsRefused, match="LEDGER_PEPPER"):
        migrate(migrated, OTHER_IDS, KEYRING)
    with pytest.raises(SettingsRefused, match="LEDGER_MASTER_KEY"):
        migrate(migrated, IDS, OTHER_KEYRING)
    with pytest.raises(SettingsRefused, match="LEDGER_PEPPER"):
        check_start(migrated, OTHER_IDS, KEYRING, demo=True)
    check_start(migrated, IDS, KEYRING, demo=True)


def test_an_empty_database_says_what_to_run(empty_database: str) -> None:
    with pytest.raises(SchemaOutOfDate, match="contact-ledger migrate"):
        check_start(empty_database, IDS, KEYRING, demo=True)


def test_no_answer_is_said_without_the_address(empty_database: str) -> None:
    nowhere = make_conninfo(empty_database, host="/nonexistent", password="hidden")
    with pytest.raises(LogUnavailable) as caught:
        check_start(nowhere, IDS, KEYRING)
    assert "hidden" not in str(caught.value)


@pytest.fixture
def login(migrated: str) -> Iterator[Callable[[str], str]]:
    """Makes a login with these role attributes and gives the URL to log in with."""
    made = []

    def make(attributes: str) -> str:
        name = f"login_{uuid4().hex[:12]}"
        with psycopg.connect(migrated, autocommit=True) as connection:
            connection.execute(
                SQL("CREATE ROLE {} LOGIN PASSWORD {} " + attributes).format(Identifier(name), Literal("for-tests"))
            )
        made.append(name)
        return make_conninfo(migrated, user=name, password="for-tests")

    yield make
    with psycopg.connect(migrated, autocommit=True) as connection:
        for name in made:
            connection.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def _grant(migrated: str, login: str) -> None:
    """Lets the login act as each role, by `SET ROLE` only."""
    name = Identifier(str(conninfo_to_dict(login)["user"]))
    with psycopg.connect(migrated) as connection:
        for role in get_args(Role):
            connection.execute(SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(Identifier(role), name))


def test_a_login_that_is_only_a_member_of_the_roles_works(migrated: str, login: Callable[[str], str]) -> None:
    url = login("NOINHERIT")
    with pytest.raises(SettingsRefused, match="may not act as ledger_writer"):
        check_start(url, IDS, KEYRING)
    _grant(migrated, url)
    check_start(url, IDS, KEYRING, roles=("ledger_writer", "ledger_reader"))
    datastore = LedgerDatastore(url)
    try:
        assert append(Store(LedgerRecorder(datastore), IDS, KEYRING), claimed(uuid4())) == range(1, 2)
    finally:
        datastore.close()


def test_the_login_itself_may_do_nothing(migrated: str, login: Callable[[str], str]) -> None:
    url = login("NOINHERIT")
    _grant(migrated, url)
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT count(*) FROM stored_events")


def test_superuser_and_owner_may_not_start(migrated: str, login: Callable[[str], str]) -> None:
    with pytest.raises(SettingsRefused, match="superuser or owner"):
        check_start(migrated, IDS, KEYRING)
    url = login("NOINHERIT IN ROLE ledger_owner")
    _grant(migrated, url)
    with pytest.raises(SettingsRefused, match="superuser or owner"):
        check_start(url, IDS, KEYRING)


def test_an_administrator_need_not_be_a_superuser(migrated: str, login: Callable[[str], str]) -> None:
    """Where the server's roles are made already, owning the database and acting as ledger_owner is enough."""
    url = login("CREATEDB NOINHERIT IN ROLE ledger_owner")
    name = f"owned_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    try:
        owned = make_conninfo(url, dbname=name)
        assert migrate(owned, IDS, KEYRING) == [migration.name for migration in migrations_of(LOG)]
        check_start(owned, IDS, KEYRING, roles=(), demo=True)
    finally:
        with psycopg.connect(migrated, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.mark.parametrize(
    ("name", "value"),
    [("POSTGRES_ENABLE_DB_FUNCTIONS", "yes"), ("SINGLE_ROW_TRACKING", "f"), ("ORIGINATOR_ID_TYPE", "text")],
)
def test_settings_of_the_library_that_lose_events_are_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=name):
        check_environment({name: value})


def test_harmless_settings_are_not() -> None:
    check_environment(
        {"POSTGRES_ENABLE_DB_FUNCTIONS": "no", "ORIGINATOR_ID_TYPE": "uuid", "SINGLE_ROW_TRACKING": "t"}
    )


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(SettingsRefused, match="32 bytes"):
        Keyring(b"short")
