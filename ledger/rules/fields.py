"""An organization's custom profile fields, by the events of its settings (S29, S30). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.events.envelope import Recorded
from ledger.events.settings import FieldDefined, FieldRetired

SYSTEM_FIELDS: Final = {
    "email": "text",
    "first_name": "text",
    "last_name": "text",
    "birthday": "date",
    "postal_code": "text",
}
"""Code → type of the fields that are there from the start and cannot be removed (S29)."""
VALUE_TYPES: Final = ("text", "number", "date", "boolean", "list")


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field. A retired one keeps its values and its type."""

    field: str
    display_name: str
    value_type: str
    retired: bool = False


def fields(settings: Iterable[Recorded]) -> dict[str, Field]:
    """Every custom field there ever was, by code, as the settings leave it."""
    found: dict[str, Field] = {}
    for event in settings:
        match event.body:
            case FieldDefined(field=code, display_name=name, value_type=value_type):
                found[code] = Field(code, name, value_type)
            case FieldRetired(field=code) if code in found:
                found[code] = Field(code, found[code].display_name, found[code].value_type, retired=True)
            case _:
                pass
    return found
