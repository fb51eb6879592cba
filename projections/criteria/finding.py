"""How those who fit criteria are found: by the shortest index that leads to them, or by walking the list."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection
from psycopg.errors import QueryCanceled

from projections.criteria.criterion import Asking
from projections.criteria.tree import Node, found_by, in_search

STRETCH: Final = 20_000
"""Rows of the list that are walked in the hope of a whole page."""
STRETCH_IN_INDEX: Final = 40_000
"""The same where they are passed by in its index."""
BRIEF: Final = 8_000
"""As many as are walked there sooner than it is reckoned how many fit, where several tables say it."""
_CAREFULLY: Final = """
SELECT set_config('enable_seqscan', 'off', true),
       set_config('statement_timeout', coalesce(%(wait)s::text, current_setting('statement_timeout')), true)
"""
_IN_SEARCH: Final = ("SELECT s.id FROM contact_search s WHERE ", "")
_THOSE: Final = ("AND c.id = ANY (ARRAY(", "))\n")


@dataclass(frozen=True, slots=True)
class Lead:
    """A condition that leads by an index to people, among them all who fit; if `exact` nobody else.

    So many `people`, as the planner reckons.
    """

    condition: str
    people: float
    exact: bool


class TooSlow(ValueError):
    """Criteria that no index leads to, and hardly anybody fits: the whole list would have to be looked through."""

    def __init__(self) -> None:
        super().__init__(
            "criteria: few people fit, and nothing leads to them quickly; add a criterion that is narrower: a "
            "subscription with its place, a profile field that is something, or when they were created"
        )


def lead(connection: Connection[Any], criteria: Node, asking: Asking) -> Lead | None:
    """What leads to the fewest people; None where nothing does. Misjudged, people are found all the same."""
    queries = found_by(criteria, asking)
    whole = in_search(criteria, asking) if queries else None
    queries = queries if whole is None else [whole.join(_IN_SEARCH)]
    reckoned = [(rows(connection, one, asking), one) for one in queries]
    leads = [Lead(query.join(_THOSE), people, whole is not None) for people, query in reckoned]
    return min(leads, key=lambda one: one.people, default=None)


def rows(connection: Connection[Any], query: str, asking: Asking) -> float:
    """How many rows the planner reckons that the query has."""
    reckoned = asking.known.reckoned
    if query not in reckoned:
        reckoned[query] = float(_plan(connection, query, asking.values)["Plan Rows"])
    return reckoned[query]


def cost(connection: Connection[Any], query: str, values: Mapping[str, Any]) -> float:
    """What the planner reckons that the query costs, in its own unit."""
    return float(_plan(connection, query, values)["Total Cost"])


def _plan(connection: Connection[Any], query: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {query}".encode(), values, prepare=False).fetchone()
    assert row is not None
    plan: Mapping[str, Any] = row[0][0]["Plan"]
    return plan


@contextmanager
def patience(connection: Connection[Any], seconds: float | None) -> Iterator[None]:
    """What is asked inside must be answered in so many seconds each, None: in any time. Raises TooSlow.

    Tables hold every organization's people, so an index is led by even where the planner would read one through.
    """
    wait = None if seconds is None else str(int(seconds * 1_000))
    try:
        with connection.transaction():
            connection.execute(_CAREFULLY, {"wait": wait}, prepare=True)
            yield
    except QueryCanceled:
        raise TooSlow from None
