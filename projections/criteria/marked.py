"""People by what `contact_search` marks them with, and by the facts it keeps of them."""

from typing import Literal

from projections.all_contacts import marked
from projections.criteria.criterion import Asking

_HAS_MARK = "(SELECT s.marks FROM contact_search s WHERE s.id = c.id) @> ARRAY[%(mark)s]"
_BY_MARK = "SELECT id FROM contact_search WHERE marks @> ARRAY[%(mark)s]"
_BY_FACT = "SELECT id FROM contact_search WHERE facts @> ARRAY[%(fact)s]"


def has_mark(asking: Asking, mark: str) -> str:
    """Whether `c` has this mark: `email`, `email.bounced`, `banned` …"""
    return asking.sql(_HAS_MARK, mark=marked(asking.organization, mark))


def search_condition(asking: Asking, column: Literal["marks", "facts"], name: str) -> str:
    """Whether the row `s` of `contact_search` has this mark or fact."""
    return asking.sql(f"s.{column} @> ARRAY[%(name)s]", name=marked(asking.organization, name))


def found_by_mark(asking: Asking, mark: str) -> str:
    """The people who have it."""
    return asking.sql(_BY_MARK, mark=marked(asking.organization, mark))


def found_by_fact(asking: Asking, fact: str) -> str:
    """The people of whom this is a fact, as `facts.fact` writes it."""
    return asking.sql(_BY_FACT, fact=marked(asking.organization, fact))
