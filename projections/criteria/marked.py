"""People by what `contact_search` keeps of them: marks, facts and consents; by their signs in the list's index."""

from typing import Final

from projections.all_contacts import marked
from projections.criteria.criterion import Asking, Held
from projections.signs import bits

_HELD: Final = "{row}.{column} && %(names)s::text[]"
_BY: Final = "SELECT s.id FROM contact_search s WHERE {held}"


def search_condition(asking: Asking, held: Held, row: str = "s") -> str:
    """Whether it is so of the row `s` of `contact_search`."""
    said = asking.sql(_HELD.replace("{row}", row).replace("{column}", held.column), names=_names(asking, held))
    return f"NOT {said}" if held.none else said


def _names(asking: Asking, held: Held) -> list[str]:
    """As they are kept: those of consents say their organization themselves."""
    return [name if held.column == "consents" else marked(asking.organization, name) for name in held.names]


def has(asking: Asking, held: Held) -> str:
    """Whether it is so of the row `c` of `all_contacts`, which holds marks and consents too."""
    return search_condition(asking, held, "c")


def found_by(asking: Asking, held: Held) -> str:
    """The people of whom it is so."""
    return _BY.replace("{held}", search_condition(asking, held))


def signed(asking: Asking, held: Held) -> str:
    """Whether the row `w` of the list's index has signs of it, as all of whom it is so have."""
    each = []
    for name in _names(asking, held):
        set_bits = [asking.sql("get_bit(w.signs, %(bit)s) = 1", bit=bit) for bit in sorted(set(bits(name)))]
        each.append(" AND ".join(set_bits))
    return "(" + " OR ".join(each) + ")"
