"""New databases with this version's schema in them: migrated once on a server, then copied for each test."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import psycopg
from psycopg.sql import SQL, Identifier

from entrypoints.wiring import PACKAGES
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
def _template(server_url: str) -> str:
    """The database to copy; it has its name only when it is whole, and stays on the server for later runs."""
    files = [one for package in PACKAGES for one in migrations_of(package)]
    name = f"ledger_template_{sha256(b''.join(one.checksum for one in files)).hexdigest()[:16]}"
    half = f"{name}_half"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (name,))
        if admin.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            admin.execute(SQL("DROP DATABASE IF EXISTS {}").format(Identifier(half)))
            admin.execute(SQL("CREATE DATABASE {}").format(Identifier(half)))
            migrate(on_server(server_url, half), IDS, KEYRING, PACKAGES)
            with psycopg.connect(on_server(server_url, half)) as connection:
                connection.execute("DELETE FROM check_values")
            admin.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(half), Identifier(name)))
    return name
