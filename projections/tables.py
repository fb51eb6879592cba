"""Tables as the projections fill them: staged by COPY, merged by one statement, or copied in whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Composable, Identifier

Row = Sequence[Any]
Rows = Mapping[str, Sequence[Row]]
"""Table name → its rows, values in the order of the columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its key and its columns (name → type, in the order of the migration).

    `order`: the index in whose order a rebuild lays the rows, where pages walk them in that order.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    order: str | None = None

    @property
    def staged(self) -> str:
        """The temporary table its rows are brought to before they are merged."""
        return f"staged_{self.name}"


def stage(connection: Connection[Any], table: Table, rows: Iterable[Row]) -> None:
    """Brings rows to the table's staging table, which is empty again after the transaction."""
    connection.execute(
        SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}) ON COMMIT DELETE ROWS").format(
            Identifier(table.staged), Identifier(table.name)
        )
    )
    _copy(connection, table, table.staged, rows)


def load(connection: Connection[Any], table: Table, rows: Iterable[Row]) -> None:
    """Copies rows that the table does not have yet."""
    _copy(connection, table, table.name, rows)


def merge(connection: Connection[Any], table: Table) -> None:
    """Staged rows that are new are inserted, those that differ replace, the same are left as they are."""
    others = [name for name in table.columns if name not in table.key]
    connection.execute(
        SQL(
            "INSERT INTO {table} AS kept SELECT * FROM {staged} ON CONFLICT ({key}) DO UPDATE SET {assignments}"
            " WHERE ROW(kept.*) IS DISTINCT FROM ROW(excluded.*)"
        ).format(
            table=Identifier(table.name),
            staged=Identifier(table.staged),
            key=_listed(Identifier(name) for name in table.key),
            assignments=_listed(SQL("{0} = excluded.{0}").format(Identifier(name)) for name in others),
        )
    )


def _copy(connection: Connection[Any], table: Table, target: str, rows: Iterable[Row]) -> None:
    statement = SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        Identifier(target), _listed(Identifier(name) for name in table.columns)
    )
    with connection.cursor().copy(statement) as copy:
        copy.set_types(list(table.columns.values()))
        for row in rows:
            copy.write_row(row)


def _listed(parts: Iterable[Composable]) -> Composable:
    return SQL(", ").join(parts)
