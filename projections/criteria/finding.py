"""How those who fit criteria are found: by the shortest index that leads to them, or by walking the list."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from psycopg import Connection
from psycopg.errors import QueryCanceled

from projections.criteria.criterion import Asking
from projections.criteria.tree import Node, found_by

STRETCH: Final = 5_000
"""Rows of the list that are walked in the hope of a whole page."""
FEW: Final = 5_000
"""So many people are sooner found first and put in order then."""
_CAREFULLY: Final = """
SELECT set_config('enable_seqscan', 'off', true),
       set_config('statement_timeout', coalesce(%(wait)s::text, current_setting('statement_timeout')), true)
"""
_HOW_MANY: Final = ("SELECT count(*) FROM (SELECT FROM (", ") AS those LIMIT %(few)s) AS counted")
_THOSE: Final = ("AND c.id = ANY (ARRAY(", "))\n")


class TooSlow(ValueError):
    """Criteria that no index leads to, and hardly anybody fits: the whole list would have to be looked through."""

    def __init__(self) -> None:
        super().__init__(
            "criteria: few people fit, and nothing leads to them quickly; add a criterion that is narrower: a "
            "subscription with its place, a profile field that is something, or when they were created"
        )


def those(connection: Connection[Any], criteria: Node, asking: Asking) -> str | None:
    """A condition that leads by an index to at most FEW people, among them all who fit; None where none does."""
    best, people = None, FEW + 1
    for query in found_by(criteria, asking):
        row = connection.execute(query.join(_HOW_MANY), {**asking.values, "few": people}, prepare=False).fetchone()
        assert row is not None
        if row[0] < people:
            best, people = query, row[0]
    return best.join(_THOSE) if best is not None else None


@contextmanager
def patience(connection: Connection[Any], seconds: float | None) -> Iterator[None]:
    """What is asked inside must be answered in so many seconds each, None: in any time. Raises TooSlow.

    Tables hold every organization's people, so an index is led by even where the planner would read one through.
    """
    wait = None if seconds is None else str(int(seconds * 1_000))
    try:
        with connection.transaction():
            connection.execute(_CAREFULLY, {"wait": wait}, prepare=False)
            yield
    except QueryCanceled:
        raise TooSlow from None
