"""Fresh tables for a rebuild, in a schema of their own, and the swap that puts them in use.

The projections' migrations make them, so they have the same indexes, grants and settings as those in use. All
other code is pointed at them by the search path alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier

from ledger.store.migrate import migrations_of
from projections.projection import Projection
from projections.stepping import Connect, Source
from projections.watermarks import Watermark

FRESH: Final = "projections_fresh"
RETIRED: Final = "projections_retired"
PACKAGE: Final = "projections.migrations"
_GROUND: Final = "_ground.sql"
"""Ending of migrations that make schemas, which a rebuild has already."""

_TABLES_IN = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p')"
_INDEXES = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint
WHERE conrelid = ANY(%(tables)s::regclass[]) AND contype IN ('p', 'u')
UNION ALL
SELECT format('DROP INDEX %%s', i.indexrelid::regclass), replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index i
WHERE i.indrelid = ANY(%(tables)s::regclass[])
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_PARTS = """
SELECT relname FROM pg_class WHERE oid = ANY(%(tables)s::regclass[])
UNION ALL
SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = ANY(%(tables)s::regclass[])
"""
_VIEWS = """
SELECT DISTINCT v.oid::regclass::text, pg_get_viewdef(v.oid),
    coalesce('WITH (' || array_to_string(v.reloptions, ', ') || ')', '')
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class
WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = ANY(%s::regclass[]) AND v.relkind = 'v'
"""


def on_fresh(source: Source) -> Source:
    """The same log, with tables looked for among the fresh ones first."""
    return Source(source.log, _pointed(source.connect))


def _pointed(connect: Connect) -> Connect:
    @contextmanager
    def connect_fresh() -> Iterator[Connection[Any]]:
        with connect() as connection:
            connection.execute(SQL("SET LOCAL search_path = {}, public").format(Identifier(FRESH)))
            yield connection

    return connect_fresh


def make(connection: Connection[Any], projection: Projection, mark: Watermark) -> list[str]:
    """Makes fresh tables, empty and without indexes, to be filled up to `mark`.

    `connection` is one of `on_fresh`. Returns the statements that make the indexes.
    """
    clear(connection)
    for migration in migrations_of(PACKAGE):
        if not migration.name.endswith(_GROUND):
            connection.execute(migration.sql.encode())
    connection.execute(
        "UPDATE watermarks SET position = %s, swept_to = %s WHERE projection = %s",
        (mark.position, mark.swept_to, projection.name),
    )
    tables = [table.name for table in projection.tables]
    statements = connection.execute(_INDEXES, {"tables": tables}).fetchall()
    for drop, _ in statements:
        connection.execute(drop)
    return [make for _, make in statements]


def finish(connection: Connection[Any], projection: Projection, indexes: Sequence[str]) -> None:
    """Makes the indexes and the counters of the filled tables, on a connection of `on_fresh`."""
    connection.execute("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL lock_timeout = 0")
    orders = {table.order: table.name for table in projection.tables if table.order}
    for statement in sorted(indexes, key=lambda one: not _made_by(one, orders)):
        connection.execute(statement.encode())
        for order in _made_by(statement, orders):
            connection.execute(SQL("CLUSTER {} USING {}").format(Identifier(orders[order]), Identifier(order)))
    if projection.RECOUNT is not None:
        connection.execute(projection.RECOUNT)
    for name in _owned(projection):
        connection.execute(SQL("ANALYZE {}").format(Identifier(name)))


def _made_by(statement: str, indexes: Iterable[str]) -> list[str]:
    return [index for index in indexes if f"INDEX {index} ON" in statement]


def clear(connection: Connection[Any]) -> None:
    """Drops what a rebuild left in its schemas."""
    for schema in (FRESH, RETIRED):
        names = [row[0] for row in connection.execute(_TABLES_IN, (schema,))]
        for name in names:
            connection.execute(SQL("DROP TABLE IF EXISTS {} CASCADE").format(Identifier(schema, name)))


def swap(connection: Connection[Any], projection: Projection) -> None:
    """Puts the fresh tables in the place of those in use, views over them included. Readers wait or see either."""
    parts = [row[0] for row in connection.execute(_PARTS, {"tables": _owned(projection)})]
    views = connection.execute(_VIEWS, (parts,)).fetchall()
    for name in parts:
        connection.execute(_moved(Identifier("public", name), RETIRED))
        connection.execute(_moved(Identifier(FRESH, name), "public"))
    for view, definition, options in views:
        connection.execute(f"CREATE OR REPLACE VIEW {view} {options} AS {definition}".encode())
    clear(connection)


def _owned(projection: Projection) -> list[str]:
    return [*[table.name for table in projection.tables], *projection.counters]


def _moved(table: Identifier, schema: str) -> Composed:
    return SQL("ALTER TABLE {} SET SCHEMA {}").format(table, Identifier(schema))
