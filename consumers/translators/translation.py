"""What a translator gives, and the words they all read: identifiers, scopes, moments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.acts import Body, Given
from ledger.canonical import NotCanonical, canonical
from ledger.errors import MessageRefused
from ledger.events.scope import readable_prefix
from schemas.message import Identifier

_MEND = {
    "unknown_kind": "no such kind of identifier",
    "not_an_email": "does not read as an e-mail address",
    "not_a_phone": "does not read as + and digits",
    "not_an_identifier": "is empty, too long or has control characters",
}


@dataclass(frozen=True, slots=True)
class Translation:
    """The act's body, who is named as its actor, and what had to be mended in a restrictive message."""

    organization: str
    body: Body
    actor: str | None = None
    flags: tuple[str, ...] = ()


Translator = Callable[[Any, Mapping[str, Any]], Translation]
"""(the parsed data, the raw data) → translation. Raises MessageRefused."""


def given(identifier: Identifier, field: str = "data.identifier") -> Given:
    """The identifier in canonical form. Raises MessageRefused naming the field, never the value."""
    return given_value(identifier.kind, identifier.value, f"{field}.value", identifier.verified)


def given_value(kind: str, value: str, field: str, verified: bool | None = None) -> Given:
    try:
        found = canonical(kind, value)
    except NotCanonical as error:
        raise MessageRefused(error.reason, f"{field}: {_MEND[error.reason]}") from None
    return Given(found.kind, found.value, found.raw, found.valid, verified)


def givens(identifiers: list[Identifier]) -> tuple[Given, ...]:
    """Several identifiers, each once."""
    found = {
        (one.kind, one.value): one
        for number, identifier in enumerate(identifiers)
        for one in [given(identifier, f"data.identifiers.{number}")]
    }
    return tuple(found.values())


def restrictive_scope(raw: str | None, data: Mapping[str, Any], field: str, organization: str) -> tuple[str, bool]:
    """The longest readable prefix of a restrictive act's scope, and whether that is what was asked.

    An absent scope is the organization and asked so; a scope that does not read stands as far as it does.
    """
    if data.get(field) is None:
        return organization, True
    return readable_prefix(raw, organization)


def moment(text: str | None) -> datetime | None:
    """An aware moment, or None where it cannot be read."""
    try:
        found = datetime.fromisoformat(text) if text is not None else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
