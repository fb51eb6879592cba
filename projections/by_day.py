"""Opt-ins and opt-outs by day, method, channel and place: counted as their rows come, read by charts.

A day is one of UTC, and the one on which it happened: an import of last year's opt-ins counts there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal
from typing import LiteralString as Text

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed, Identifier

from projections.tables import Table

What = Literal["opt_ins", "opt_outs"]
_ADD: Final[Text] = """
INSERT INTO {counter} AS kept
SELECT organization, (least(occurred_at, received_at, recorded_at) AT TIME ZONE 'UTC')::date, method, channel,
       scope, count(*)
FROM {rows} GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (organization, day, method, channel, scope) DO UPDATE SET number = kept.number + excluded.number
"""
_NEW: Final[Text] = """
(SELECT * FROM {staged} s WHERE NOT EXISTS (SELECT FROM {table} t WHERE ({known}) = ({coming}))) AS new
"""
_DAYS: Final = """
SELECT 'opt_ins' AS what, day, method, channel, scope, number FROM opt_ins_by_day
WHERE organization = %(organization)s AND day BETWEEN %(since)s AND %(until)s
UNION ALL
SELECT 'opt_outs', day, method, channel, scope, number FROM opt_outs_by_day
WHERE organization = %(organization)s AND day BETWEEN %(since)s AND %(until)s
ORDER BY day, what, method, channel, scope
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """So many opt-ins or opt-outs of a day, by a method, on a channel, at a place."""

    what: What
    day: date
    method: str
    channel: str
    scope: str
    number: int


def count_new(connection: Connection[Any], table: Table, counter: str) -> None:
    """Counts the staged rows that the table does not have yet; called before they are merged."""
    known, coming = (SQL(", ").join(Identifier(alias, name) for name in table.key) for alias in ("t", "s"))
    new = SQL(_NEW).format(
        staged=Identifier(table.staged), table=Identifier(table.name), known=known, coming=coming
    )
    connection.execute(_adding(counter, new))


def recount(table: str, counter: str) -> str:
    """The statement that fills the empty counter from the table."""
    return _adding(counter, Composed([Identifier(table)])).as_string(None)


def counted(connection: Connection[Any], organization: str, since: date, until: date) -> Sequence[Counted]:
    """What happened on each of the days from `since` to `until`, the first day first."""
    asked = {"organization": organization, "since": since, "until": until}
    return connection.cursor(row_factory=class_row(Counted)).execute(_DAYS, asked, prepare=False).fetchall()


def _adding(counter: str, rows: Composed) -> Composed:
    return SQL(_ADD).format(counter=Identifier(counter), rows=rows)
