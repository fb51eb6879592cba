"""What a translator gives, and the words they all read: identifiers, scopes, and why data is refused."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from ledger.acts.act import Body
from ledger.acts.given import Given
from ledger.canonical import NotCanonical, canonical
from ledger.errors import MessageRefused
from ledger.events.scope import readable_prefix
from ledger.events.vocabulary import ALL, CHANNELS_OF
from schemas.message import Identifier, Wire

_TELLING = frozenset(
    {
        "missing",
        "literal_error",
        "string_pattern_mismatch",
        "string_too_long",
        "string_too_short",
        "string_type",
        "too_long",
        "too_short",
        "value_error",
    }
)
"""Kinds of validation errors whose message says what is wanted and nothing of what was sent."""
_SCALAR = "constrained-str"
"""How the validator calls the first of the types that values of profiles and evidence may have."""
_WANTED = {
    _SCALAR: "text, a number, true, false or null is needed; in a profile also a list or an object of these",
    "list_type": "a list is needed",
    "dict_type": "an object is needed",
    "model_type": "an object is needed",
    "bool_type": "true or false is needed",
    "datetime_type": "an RFC 3339 timestamp with its offset is needed",
    "uuid_type": "a UUID is needed",
    "uuid_parsing": "a UUID is needed",
}
"""What is wanted, where the validator's own words repeat what was sent or speak of Python."""
_MOST_IDENTIFIERS = 50
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?)(?:[0-9a-fA-F]{4}\1){3}[0-9a-fA-F]{12}")


@dataclass(slots=True, unsafe_hash=True)
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
        raise MessageRefused(error.reason, f"{field}: {error}") from None
    return Given(found.kind, found.value, found.raw, found.valid, verified)


def givens(identifiers: Sequence[Identifier]) -> tuple[Given, ...]:
    """Several identifiers, each once."""
    found: dict[tuple[str, str], Given] = {}
    for number, identifier in enumerate(identifiers):
        one = given(identifier, f"data.identifiers.{number}")
        found.setdefault((one.kind, one.value), one)
    return tuple(found.values())


def readable_identifiers(data: Mapping[str, Any]) -> tuple[Given, ...]:
    """The identifiers that can be read from data that is refused: by them an erasure finds it."""
    found: dict[tuple[str, str], Given] = {}
    for kind, value in _named(data):
        try:
            one = canonical(kind, value)
        except NotCanonical:
            continue
        found[one.kind, one.value] = Given(one.kind, one.value, one.raw, one.valid)
    return tuple(found.values())[:_MOST_IDENTIFIERS]


def readable_contacts(data: Mapping[str, Any]) -> tuple[UUID, ...]:
    """The contact ids that can be read from data that is refused: by them an erasure finds it too."""
    sides = [one for one in (data.get("left"), data.get("right")) if isinstance(one, dict)]
    named = (one.get("contact_id") for one in (data, *sides))
    return tuple(dict.fromkeys(UUID(one) for one in named if isinstance(one, str) and _UUID.fullmatch(one)))


def _named(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    listed = data.get("identifiers")
    several = listed[: 2 * _MOST_IDENTIFIERS] if isinstance(listed, list) else []
    for one in (data.get("identifier"), data.get("left"), data.get("right"), *several):
        if isinstance(one, dict) and isinstance(one.get("kind"), str) and isinstance(one.get("value"), str):
            yield one["kind"], one["value"]
    if isinstance(data.get("from"), str):
        yield "phone", data["from"]


def restrictive_scope(raw: str | None, asked: Any, organization: str) -> tuple[str, bool]:
    """The longest readable prefix of a restrictive act's scope, and whether that is all that was asked.

    `asked` is the scope as sent: without one the whole organization is meant.
    """
    if asked is None:
        return organization, True
    return readable_prefix(raw, organization)


def restrictive_channel(kind: str, named: str | None) -> tuple[str, str | None, bool]:
    """The channel of an opt-out, the one it also has on the person's others, and whether it could be meant as sent.

    A channel that cannot be read, and one that this kind of identifier cannot have, are every channel it has. Kinds
    without a channel only name a person: what is said of them is meant for the person's others.
    """
    if named is None:
        return ALL, None, False
    own = CHANNELS_OF[kind]
    if own and named not in (*own, ALL):
        return ALL, named, False
    return named, None, True


def invalid(error: ValidationError) -> MessageRefused:
    """What is first wrong with the data: the field's path and what is wanted, never what was sent."""
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    first, kind = errors[0], errors[0]["type"]
    if first["loc"][-1:] == (_SCALAR,):
        place = len(first["loc"]) - 1
        tried = [one for one in errors if one["loc"][:place] == first["loc"][:place]]
        first = next((one for one in tried if not one["type"].endswith("_type")), first)
        kind = first["type"] if first["type"] != "string_type" else _SCALAR
    wanted = first["msg"] if kind in _TELLING else _WANTED.get(kind, kind.replace("_", " "))
    return MessageRefused("invalid_data", f"{_path(first['loc'])}: {wanted.removeprefix('Value error, ')}")


def _path(location: Sequence[int | str]) -> str:
    """The path with only names of our own: a producer's own names may be anything, so `*` stands for them."""
    fields, models = _own_names()
    path = ["data"]
    for part in location:
        shown = str(part) if isinstance(part, int) or part in fields else "*"
        if part not in models and not (shown == path[-1] == "*"):
            path.append(shown)
    return ".".join(path)


def _own_names() -> tuple[set[str], set[str]]:
    """Names of all fields of messages and of all their models."""
    models = list(Wire.__subclasses__())
    for model in models:
        models += model.__subclasses__()
    fields = {field.alias or name for model in models for name, field in model.model_fields.items()}
    return fields, {model.__name__ for model in models}
