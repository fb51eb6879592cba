"""Databases with this version's schema in them: migrated once on a server, then copied for each test; and filled
ones, for all tests that only read.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256

import psycopg
from psycopg.sql import SQL, Identifier

from entrypoints.wiring import PACKAGES
from ledger.store.connections import Role
from ledger.store.migrate import migrate, migrations_of
from tests.servers import new_database, on_server
from tests.store.making import IDS, KEYRING


@contextmanager
def new_ledger(server_url: str) -> Iterator[str]:
    """A new database that the migrations of all packages have run on, and no secrets are bound to yet: its
    superuser's address. Dropped at the end, sessions and all.
    """
    with new_database(server_url, _template(server_url)) as url:
        yield url


@functools.cache
def filled_ledger(server_url: str, fill: str, role: Role) -> str:
    """The superuser's address of a ledger that this SQL has filled in this role, for all processes of a run to read
    and none to change: the first that asks fills it while the others wait.
    """

    def filled(url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(SQL("SET ROLE {}").format(Identifier(role)))
            connection.execute(fill.encode())
            connection.execute("RESET ROLE")
            connection.execute("VACUUM ANALYZE")

    template = _template(server_url)
    name = f"{template}_{sha256(f'{role} {fill}'.encode()).hexdigest()[:16]}"
    return on_server(server_url, _made(server_url, name, template, filled))


@functools.cache
def _template(server_url: str) -> str:
    """The database to copy."""

    def migrated(url: str) -> None:
        migrate(url, IDS, KEYRING, PACKAGES)
        with psycopg.connect(url) as connection:
            connection.execute("DELETE FROM check_values")

    files = [one for package in PACKAGES for one in migrations_of(package)]
    name = f"ledger_template_{sha256(b''.join(one.checksum for one in files)).hexdigest()[:16]}"
    return _made(server_url, name, "template1", migrated)


def _made(server_url: str, name: str, template: str, make: Callable[[str], None]) -> str:
    """The name of a database; it has it only when it is whole, and stays on the server for later runs."""
    half = f"{name}_half"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (name,))
        if admin.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            admin.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(half)))
            making = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
            admin.execute(making.format(Identifier(half), Identifier(template)))
            make(on_server(server_url, half))
            admin.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(half), Identifier(name)))
    return name
