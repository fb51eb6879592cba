"""Numbered, forward-only migrations: plain SQL files, run once each, in order, one transaction a file.

A file that was run is never edited: its checksum is kept and compared. `database` in errors means the one
the URL names; no URL is ever shown, since it may hold a password.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

import psycopg

from ledger.errors import SchemaOutOfDate, SettingsRefused
from ledger.ids import Ids
from ledger.store.keyring import Keyring

LOG = "ledger.store.migrations"
"""Package of the log's own migrations; others are given beside it."""

_ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtextextended('contact-ledger migrate', 0))"
_BOOKS = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    package text,
    name text,
    checksum bytea NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (package, name)
);
CREATE TABLE IF NOT EXISTS check_values (
    name text PRIMARY KEY,
    value bytea NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Migration:
    package: str
    name: str
    sql: str

    @property
    def checksum(self) -> bytes:
        return sha256(self.sql.encode()).digest()


def migrate(url: str, ids: Ids, keyring: Keyring, packages: Sequence[str] = (LOG,)) -> list[str]:
    """Brings the database to this program's schema and says which files were run.

    Safe to call from many processes at once and again. The login must be allowed to create roles and to
    act as `ledger_owner`. At the first run the check values of pepper and master key are stored; under
    others it raises SettingsRefused, and SchemaOutOfDate where the database is newer or a file was edited.
    """
    applied = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(_ONE_AT_A_TIME)
        connection.execute(_BOOKS)
        keep_check_values(connection, ids, keyring)
        for migration in pending(connection, packages):
            with connection.transaction():
                connection.execute(migration.sql.encode())
                connection.execute("RESET ROLE")
                connection.execute(
                    "INSERT INTO schema_migrations (package, name, checksum) VALUES (%s, %s, %s)",
                    (migration.package, migration.name, migration.checksum),
                )
            applied.append(migration.name)
    return applied


def pending(connection: psycopg.Connection[tuple[object, ...]], packages: Sequence[str]) -> list[Migration]:
    """Files not yet run, in order. Raises SchemaOutOfDate where one run before is unknown or was edited."""
    rows = connection.execute(
        "SELECT package, name, checksum FROM schema_migrations WHERE package = ANY(%s)", (list(packages),)
    ).fetchall()
    applied = {(row[0], row[1]): row[2] for row in rows}
    known = [migration for package in packages for migration in migrations_of(package)]
    for migration in known:
        checksum = applied.pop((migration.package, migration.name), None)
        if checksum is not None and checksum != migration.checksum:
            raise SchemaOutOfDate(f"migration {migration.name} was edited after it was run: restore the file")
    if applied:
        names = ", ".join(sorted(str(name) for _, name in applied))
        raise SchemaOutOfDate(f"the database is newer than this program (it has {names}): install that version")
    done = {(row[0], row[1]) for row in rows}
    return [migration for migration in known if (migration.package, migration.name) not in done]


def migrations_of(package: str) -> Iterator[Migration]:
    """The package's SQL files in the order of their numbers."""
    for file in sorted(files(package).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            yield Migration(package, file.name, file.read_text(encoding="utf-8"))


def keep_check_values(connection: psycopg.Connection[tuple[object, ...]], ids: Ids, keyring: Keyring) -> None:
    """Stores the check values of pepper and master key where none are, else compares them."""
    connection.cursor().executemany(
        "INSERT INTO check_values (name, value) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        [("pepper", ids.check_value()), ("master key", keyring.check_value())],
    )
    compare_check_values(connection, ids, keyring)


def compare_check_values(connection: psycopg.Connection[tuple[object, ...]], ids: Ids, keyring: Keyring) -> None:
    """Raises SettingsRefused where pepper or master key are not those this database was made with."""
    stored = {row[0]: row[1] for row in connection.execute("SELECT name, value FROM check_values")}
    for name, variable, value in (
        ("pepper", "LEDGER_PEPPER", ids.check_value()),
        ("master key", "LEDGER_MASTER_KEY", keyring.check_value()),
    ):
        if stored.get(name) != value:
            raise SettingsRefused(f"{variable} is not the {name} this database was made with: set the original one")
