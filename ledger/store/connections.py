"""Connections: each pool acts as one role of the ledger, whoever logs in (DESIGN §5).

The login is a NOINHERIT member of the roles its process needs; every connection does `SET ROLE`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal, get_args

import psycopg
from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection, Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, TupleRow, dict_row, tuple_row
from psycopg.sql import SQL, Identifier

from ledger.errors import LogUnavailable, SettingsRefused
from ledger.store.id_loader import IdLoader

Role = Literal["ledger_writer", "ledger_projector", "ledger_reader", "ledger_auditor", "ledger_overseer"]
NARROW: Final[frozenset[Role]] = frozenset({"ledger_reader", "ledger_auditor"})
"""Roles under row-level security: they see the rows of one organization, which is named with each loan."""

_SESSION = """
SET TIME ZONE 'UTC';
SET default_transaction_isolation = 'read committed';
SET lock_timeout = '60s';
SET idle_in_transaction_session_timeout = '60s';
SET jit = off;
"""


_AT_ONCE = """
SET search_path = readers, public;
SET max_parallel_workers_per_gather = 0;
"""
"""What narrow roles ask is answered sooner than workers are started."""
_BROKEN = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.TransactionTimeout,
    psycopg.errors.IdleInTransactionSessionTimeout,
)

_RECONNECT = 5.0
"""Seconds after which a pool's attempts begin anew, without the long pauses that a long outage grows."""


First = Callable[[Connection[Any]], None]
"""A borrower's first question; asked again, of another connection, where the one at hand is broken."""

_LENT_FOR: Final[ContextVar[tuple[str, First | None]]] = ContextVar("_LENT_FOR", default=("", None))
"""The organization that the connection to be lent is to see, and the borrower's first question; handed to the
pool's check and no further.
"""


def acting_as(role: Role) -> Callable[[Connection[Any]], None]:
    """What makes a new connection act as `role`, with times in UTC.

    Of a table and a view of the same name in the schema `readers`, narrow roles find the view.
    """

    def configure(connection: Connection[Any]) -> None:
        connection.adapters.register_loader("uuid", IdLoader)
        connection.execute(_SESSION)
        if role in NARROW:
            connection.execute(_AT_ONCE)
        connection.execute(SQL("SET ROLE {}").format(Identifier(role)))
        if not connection.autocommit:
            connection.commit()

    return configure


def see(connection: Connection[Any] | Cursor[Any], organization: str) -> None:
    """Has a connection of a narrow role see this organization's rows from now on, and no others; '' is none."""
    connection.execute("SELECT set_config('ledger.organization', %s, false)", (organization,), prepare=True)


@contextmanager
def planned_once(connection: Connection[Any]) -> Iterator[None]:
    """Statements prepared inside are planned for any values, once for each connection.

    For those whose plan is good for each value, where planning costs more than running. Not within a transaction.
    """
    connection.execute("SET plan_cache_mode = force_generic_plan")
    try:
        yield
    finally:
        connection.execute("RESET plan_cache_mode")


def _lend_narrow(connection: Connection[Any]) -> None:
    """The pool's check of a connection before it is lent: takes the place of its empty query, so costs no more."""
    organization, first = _LENT_FOR.get()
    see(connection, organization)
    if first is not None:
        first(connection)


def _lend(connection: Connection[Any]) -> None:
    """As `_lend_narrow`, where nothing is hidden."""
    _, first = _LENT_FOR.get()
    (first or ConnectionPool.check_connection)(connection)


def pool(url: str, role: Role, *, size: int = 4, timeout: float = 10.0) -> ConnectionPool[Connection[TupleRow]]:
    """An open pool for projections and queries: tuple rows, `with pool.connection()` is one transaction.

    Connections are tried before they are handed out, so a restart of the database is not seen by callers.
    """
    return ConnectionPool(
        url,
        connection_class=Connection[TupleRow],
        min_size=1,
        max_size=size,
        open=True,
        timeout=timeout,
        reconnect_timeout=_RECONNECT,
        configure=acting_as(role),
        check=ConnectionPool.check_connection,
    )


class LedgerDatastore(PostgresDatastore):
    """The library's datastore, by URL and role. Opens its first connection when first asked."""

    def __init__(self, url: str, role: Role = "ledger_writer", *, size: int = 4, timeout: float = 10.0) -> None:
        named = conninfo_to_dict(url)
        super().__init__(
            dbname=str(named.get("dbname", "")),
            host=str(named.get("host", "")),
            port=str(named.get("port", "5432")),
            user=str(named.get("user", "")),
            password="",
        )
        configure = acting_as(role)

        def configure_autocommit(connection: Connection[Any]) -> None:
            connection.autocommit = True
            configure(connection)

        self.pool = ConnectionPool(
            url,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=1,
            max_size=size,
            open=False,
            timeout=timeout,
            reconnect_timeout=_RECONNECT,
            configure=configure_autocommit,
            check=_lend_narrow if role in NARROW else _lend,
        )

    def register_type_adapters(self) -> None:
        """Nothing to register: events go in by COPY, not as arrays of a composite type."""

    @contextmanager
    def connection(self, organization: str = "", first: First | None = None) -> Iterator[Connection[Any]]:
        """A connection in autocommit mode, rows as tuples; of a narrow role it sees this organization only.

        Every loan says anew what is seen, so nothing is left of the one before. `first` is asked before it is lent,
        in place of the empty query by which a connection is tried: it only reads. Raises LogUnavailable where no
        connection can be had.
        """
        try:
            self.pool.open()
            with ExitStack() as lent:
                asked = _LENT_FOR.set((organization, first))
                try:
                    connection: Connection[Any] = lent.enter_context(self.pool.connection())
                finally:
                    _LENT_FOR.reset(asked)
                connection.row_factory = tuple_row
                try:
                    yield connection
                finally:
                    connection.row_factory = dict_row
        except _BROKEN as error:
            raise LogUnavailable("PostgreSQL does not answer or broke off: try again") from error


def refuse_power(connection: Connection[Any], *, demo: bool = False) -> None:
    """Raises SettingsRefused where the login, being superuser or owner, could change the log (demo apart)."""
    row = connection.execute(
        """
        SELECT rolsuper, pg_has_role(session_user, 'ledger_owner', 'MEMBER'),
               pg_has_role(session_user, datdba, 'MEMBER')
        FROM pg_roles, pg_database
        WHERE rolname = session_user AND datname = current_database()
        """
    ).fetchone()
    assert row is not None
    if any(row) and not demo:
        raise SettingsRefused(
            "LEDGER_DATABASE_URL logs in as a superuser or owner, who could change the log:"
            " use a login that is only a member of " + ", ".join(get_args(Role))
        )
