"""A projection's tables as one checksum, so that rebuilt and live can be compared byte for byte (DESIGN §6)."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from projections.projection import Projection
from projections.watermarks import Watermark, watermark

_SUM = """
SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0),
       coalesce(sum(hashtextextended(t::text, 1)::numeric), 0)
FROM {} t
"""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the projection's tables hold at its watermark. Equal log, position and moment: equal digest."""

    projection: str
    watermark: Watermark
    rows: int
    digest: str


def checksum(connection: Connection[Any], projection: Projection) -> Checksum:
    """Sums every row of every table, in whatever order they lie. Must be first in its transaction."""
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.execute("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'")
    mark = watermark(connection, projection.name)
    summed = sha256()
    total = 0
    for name in (*[table.name for table in projection.tables], *projection.counters):
        row = connection.execute(SQL(_SUM).format(Identifier(name))).fetchone()
        assert row is not None
        total += row[0]
        summed.update(repr((name, *[str(part) for part in row])).encode())
    return Checksum(projection.name, mark, total, summed.hexdigest())
