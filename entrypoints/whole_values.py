"""What those search by who see values masked: whole values that they know, no parts to guess one by."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from consumers.translators.translation import given_value
from entrypoints.wiring import Service
from ledger.canonical import NotCanonical, canonical_value
from ledger.errors import MessageRefused
from ledger.rules.fields import SYSTEM_FIELDS
from projections.contact_query import Filter
from projections.criteria import tree
from projections.criteria.sources.profile import ProfileCriterion

_WHOLE: Final = "you see values masked, so give a whole e-mail address, phone number, customer number or contact id"
_FIELDS: Final = "criteria: you see values masked, so ask whether `{}` is a whole value, is filled or is empty"
_PARTS: Final = ("contains", "begins")
_RANGES: Final = ("above", "below", "after", "before")


def searchable(ledger: Service, organization: str, asked: Filter, *, values: bool, field: str = "search") -> Filter:
    """The people asked for, as somebody may ask who sees `values` or sees them masked.

    Then a value that is searched for leads to the one who holds it. Raises MessageRefused naming the field.
    """
    if values:
        return asked
    for one in tree.criteria(asked.criteria) if asked.criteria is not None else ():
        if isinstance(one, ProfileCriterion) and _tells_by_parts(one):
            raise MessageRefused("invalid-request", _FIELDS.format(one.field))
    if asked.search is None:
        return asked
    return replace(asked, search=str(_holder(ledger, organization, asked.search.strip(), field)))


def whole_number(text: str, field: str) -> str:
    """The phone number that the text is. Raises MessageRefused where it is but part of one."""
    try:
        return canonical_value("phone", text)
    except NotCanonical:
        raise MessageRefused(
            "invalid-request", f"{field}: you see values masked, so give a whole number, with + and country code"
        ) from None


def _tells_by_parts(one: ProfileCriterion) -> bool:
    """Whether asking again and again would spell the field's value out. An organization's own numbers and dates are
    what is studied; those that everybody's profile has say who somebody is.
    """
    return one.test in _PARTS or (one.test in _RANGES and one.field in SYSTEM_FIELDS)


def _holder(ledger: Service, organization: str, text: str, field: str) -> UUID:
    """The contact that holds the value; for a value that nobody holds an id that no contact has."""
    try:
        return UUID(text)
    except ValueError:
        kind = "email" if "@" in text else "phone" if text.startswith("+") else "external_id"
    try:
        key, contact = ledger.answers.holder(organization, given_value(kind, text, field))
    except MessageRefused:
        raise MessageRefused("invalid-request", f"{field}: {_WHOLE}") from None
    if contact is None and kind == "external_id":
        raise MessageRefused("invalid-request", f"{field}: {_WHOLE}")
    return contact or key
