"""How many people of `all_contacts` a filter fits: from counters where they know it, else counted up to a bound."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any, Final

from psycopg import Connection

from projections import counters
from projections.contact_query import FROM, SEARCH, Filter, Query, query_of
from projections.criteria import tree
from projections.criteria.criterion import Known
from projections.criteria.finding import Lead, TooSlow, cost, lead, patience

COUNTED_TO: Final = 10_000
CHEAP: Final = 8_000.0
"""What counting may cost, as the planner reckons, where a page waits for it: some milliseconds."""
CHEAPLY_SEEN: Final = 2_500
"""How many people may be looked at, where a page waits: the planner reckons next to nothing for one of an index."""
_LOOK_UP: Final = 4.0
"""What the planner reckons for a page of a table that is read by itself."""
_COUNT = ("SELECT count(*) FROM (SELECT 1 ", " LIMIT %(most)s) AS found")


def count(
    connection: Connection[Any],
    organization: str,
    asked: Filter | None = None,
    *,
    seconds: float | None = None,
    cheaply: bool = False,
    known: Known | None = None,
) -> int:
    """How many people these are, exactly up to COUNTED_TO; COUNTED_TO + 1 stands for "more than".

    Everyone, and each single type or mark, is counted already: see `counted_as`. Raises ValueError as `contacts`,
    and TooSlow where it would not be cheap and was to be `cheaply`. `known`: what their page found out.
    """
    asked = asked or Filter()
    if asked.deleted is None:
        each = [replace(asked, deleted=deleted) for deleted in (False, True)]
        those = partial(count, connection, organization, seconds=seconds, cheaply=cheaply, known=known)
        return min(sum(map(those, each)), COUNTED_TO + 1)
    query = query_of(connection, organization, asked, known)
    if (counted := _known(connection, query, asked)) is not None:
        return min(counted, COUNTED_TO + 1)
    if cheaply and query.asking.known.fits > CHEAPLY_SEEN:
        raise TooSlow
    query.values["most"] = COUNTED_TO + 1
    by_criteria = asked.criteria is not None and not query.few
    led = lead(connection, asked.criteria, query.asking) if asked.criteria and by_criteria else None
    if cheaply and led is not None and led.people > CHEAPLY_SEEN:
        raise TooSlow
    with patience(connection, seconds) if asked.criteria is not None else nullcontext():
        text, looked_up = _counting(query, led)
        row = None
        if not cheaply or _is_cheap(connection, text, query, looked_up):
            row = connection.execute(text, query.values, prepare=False).fetchone()
    if row is None:  # said only now: a transaction that fails loses the statements that its connection prepared
        raise TooSlow
    return int(row[0])


def _known(connection: Connection[Any], query: Query, asked: Filter) -> int | None:
    """How many a single criterion fits, where what it asks for is counted already."""
    one = tree.alone(asked.criteria) if asked.criteria is not None else None
    if one is None or asked.type or asked.mark or asked.search or asked.deleted:
        return None
    held = one.marked_by(query.asking)
    if held is None or held.none or held.column == "facts":
        return None
    organization = query.asking.organization
    if held.column == "marks":
        found = counters.people(connection, organization)
    else:
        found = counters.consents(connection, organization, held.names)
    counted = [found[name] for name in held.names if name in found]
    return sum(counted) if len(counted) < 2 else None  # of two names some people may have both


def _counting(query: Query, found: Lead | None) -> tuple[str, float]:
    """The statement; where `contact_search` says all, led by its index, it looks at no row of the list.

    And what looking those up costs whom it is led to: the planner does not know how many are in an array.
    """
    if found is not None and query.alone is not None:
        return (SEARCH + query.alone).join(_COUNT), 0
    looked_up = 0.0
    if found is not None and found.people <= COUNTED_TO:
        query.led_by(found)
        looked_up = _LOOK_UP * found.people
    return (FROM + query.joined + query.listed + query.conditions + query.criteria).join(_COUNT), looked_up


def _is_cheap(connection: Connection[Any], text: str, query: Query, looked_up: float) -> bool:
    left = CHEAP - looked_up
    return left > 0 and cost(connection, text, {**query.values, "most": None}) <= left


def counted_as(asked: Filter) -> tuple[str, ...] | None:
    """What `counters` counts these people as, together; None for what it does not count."""
    several = asked.type is not None and (asked.mark is not None or asked.deleted is not False)
    if asked.search is not None or asked.criteria is not None or several:
        return None
    deleted = "deleted" if asked.mark is None else f"deleted.{asked.mark}"
    there = asked.mark or asked.type or "all"
    return (there, deleted) if asked.deleted is None else (deleted,) if asked.deleted else (there,)
