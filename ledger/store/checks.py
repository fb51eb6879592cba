"""What must be so before anything starts: settings that lose events are refused, each with what to set."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import Connection

from ledger.errors import LogUnavailable, SchemaOutOfDate, SettingsRefused
from ledger.ids import Ids
from ledger.store.connections import Role, refuse_power
from ledger.store.keyring import Keyring
from ledger.store.migrate import LOG, compare_check_values, pending

_LOSING = {
    "POSTGRES_ENABLE_DB_FUNCTIONS": ("", "0", "f", "false", "n", "no", "off"),
    "SINGLE_ROW_TRACKING": ("1", "t", "true", "y", "yes", "on"),
    "ORIGINATOR_ID_TYPE": ("uuid",),
}
"""Settings of the eventsourcing library → the values that lose nothing."""

_OLDEST_SERVER = 17_00_00
"""`transaction_timeout`, which frees the writer lock of a stopped process, came with PostgreSQL 17."""


def check_environment(environment: Mapping[str, str]) -> None:
    """Raises SettingsRefused where a setting of the library would make followers miss events."""
    for name, harmless in _LOSING.items():
        if name in environment and environment[name].strip().lower() not in harmless:
            raise SettingsRefused(f"{name} would lose events: unset it")


def check_start(
    url: str,
    ids: Ids,
    keyring: Keyring,
    *,
    roles: Sequence[Role] = ("ledger_writer",),
    packages: Sequence[str] = (LOG,),
    demo: bool = False,
) -> None:
    """Raises where a process may not start on this database; opens one connection and closes it.

    SchemaOutOfDate: not migrated, or by another version. SettingsRefused: the login is too powerful or lacks
    a role, the server is too old, or pepper or master key are not the original ones. LogUnavailable: no answer.
    """
    try:
        with psycopg.connect(url) as connection:
            check_server(connection)
            check_schema(connection, packages)
            refuse_power(connection, demo=demo)
            check_roles(connection, roles)
            compare_check_values(connection, ids, keyring)
    except psycopg.OperationalError as error:
        raise LogUnavailable("PostgreSQL does not answer: see LEDGER_DATABASE_URL") from error


def check_server(connection: Connection[Any]) -> None:
    """Raises SettingsRefused where the server is too old."""
    if connection.info.server_version < _OLDEST_SERVER:
        raise SettingsRefused("PostgreSQL 17 or newer is needed")


def check_schema(connection: Connection[Any], packages: Sequence[str]) -> None:
    """Raises SchemaOutOfDate where the database is not at this program's schema."""
    made = connection.execute("SELECT to_regclass('schema_migrations') IS NOT NULL").fetchone()
    if made is None or not made[0] or pending(connection, packages):
        raise SchemaOutOfDate("the database is not at this version's schema: run `contact-ledger migrate`")


def check_roles(connection: Connection[Any], roles: Sequence[Role]) -> None:
    """Raises SettingsRefused where the login may not act as one of the roles."""
    rows = connection.execute(
        "SELECT role FROM unnest(%s::text[]) AS role WHERE NOT pg_has_role(session_user, role, 'SET')",
        (list(roles),),
    ).fetchall()
    if rows:
        missing = ", ".join(row[0] for row in rows)
        raise SettingsRefused(f"the login of LEDGER_DATABASE_URL may not act as {missing}: GRANT these roles to it")
