"""Profile fields of an organization: the system's, and those it defined itself (S29, S30)."""

from pydantic import BaseModel, Field

from entrypoints.acting import Hand
from entrypoints.wiring import Service
from ledger.acts.settings import FieldChange
from ledger.errors import NotFound
from ledger.rules import fields as rules


class FieldSeen(BaseModel):
    """A profile field. System fields are there from the start and stay."""

    field: str
    display_name: str
    value_type: str = Field(description="text, number, date, boolean or list; it never changes")
    system: bool
    retired: bool


def listed(ledger: Service, organization: str) -> list[FieldSeen]:
    """System fields, then the custom ones by code."""
    stream = ledger.ids.organization(organization)
    found = rules.fields(ledger.reading.growing([stream])[stream])
    system = [
        FieldSeen(field=code, display_name=code, value_type=value_type, system=True, retired=False)
        for code, value_type in rules.SYSTEM_FIELDS.items()
    ]
    return system + [
        FieldSeen(
            field=code,
            display_name=one.display_name,
            value_type=one.value_type,
            system=False,
            retired=one.retired,
        )
        for code, one in sorted(found.items())
    ]


def define(hand: Hand, field: str, value_type: str, name: str = "") -> bool:
    """Defines a custom field, names it anew, or takes a retired one up again. Raises MessageRefused."""
    return hand.record(FieldChange(field, name, value_type))


def retire(hand: Hand, field: str) -> bool:
    """Retires a custom field: values of it are kept, and it is offered no more. Raises MessageRefused."""
    return hand.record(FieldChange(field))


def get(ledger: Service, organization: str, field: str) -> FieldSeen:
    """One field. Raises NotFound."""
    for one in listed(ledger, organization):
        if one.field == field:
            return one
    raise NotFound("No such field; define it first.")
