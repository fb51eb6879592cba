"""People by what `contact_search` keeps of them: marks, facts and consents."""

from typing import Final

from projections.all_contacts import marked
from projections.criteria.criterion import Asking, Held

_HELD: Final = "s.{column} && %(names)s::text[]"
_HAS: Final = "(SELECT {held} FROM contact_search s WHERE s.id = c.id)"
_BY: Final = "SELECT s.id FROM contact_search s WHERE {held}"


def search_condition(asking: Asking, held: Held) -> str:
    """Whether it is so of the row `s` of `contact_search`."""
    of_all = held.column == "consents"
    names = list(held.names) if of_all else [marked(asking.organization, name) for name in held.names]
    said = asking.sql(_HELD.replace("{column}", held.column), names=names)
    return f"NOT {said}" if held.none else said


def has(asking: Asking, held: Held) -> str:
    """Whether it is so of the person `c`."""
    return _HAS.replace("{held}", search_condition(asking, held))


def found_by(asking: Asking, held: Held) -> str:
    """The people of whom it is so."""
    return _BY.replace("{held}", search_condition(asking, held))
