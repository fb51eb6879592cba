"""Schemas and models agree: what the schema of a type allows the model takes, and what it forbids is refused
unless the message restricts.
"""

import copy
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from schemas.documents import HERE
from schemas.registry import MESSAGE_TYPES, RESTRICTIVE_TYPES
from tests.golden_messages import GOLDEN

STRANGE: tuple[Any, ...] = (
    None,
    True,
    5,
    -1.5,
    "",
    "x",
    "Ünï côdé",
    "acme/other",
    "y" * 300,
    "y" * 5000,
    [],
    ["x"],
    [["x"]],
    ["x"] * 201,
    {},
    {"x": "y"},
    {"x": {"y": "z"}},
    {"x": {"y": {"z": 1}}},
    {f"x{n}": n for n in range(201)},
)
OF_FORMAT = {"link_id", "event_id", "contact_id", "until", "expires_at"}
"""Fields whose format a JSON Schema validator may leave unchecked."""


def _changed(data: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The data with each part in turn replaced by each strange value, or left out; and where that was."""
    for path in _paths(data, ()):
        for strange in STRANGE:
            changed = copy.deepcopy(data)
            parent = _at(changed, path[:-1])
            parent[path[-1]] = strange
            yield path, changed
        changed = copy.deepcopy(data)
        del _at(changed, path[:-1])[path[-1]]
        yield path, changed


def _paths(data: Any, here: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, value in inner:
        yield (*here, name)
        yield from _paths(value, (*here, name))


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


def _takes(name: str, data: Any) -> bool:
    try:
        MESSAGE_TYPES[name].model_validate(data)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", sorted(MESSAGE_TYPES))
def test_schema_and_model_agree_on(name: str) -> None:
    validator = Draft202012Validator(orjson.loads((HERE / "json" / f"{name}.json").read_bytes()))
    for path, changed in _changed(GOLDEN[name]["data"]):
        allowed = validator.is_valid(changed)
        taken = _takes(name, changed)
        unchecked = path[-1] in OF_FORMAT and isinstance(_at(changed, path[:-1]).get(path[-1]), str)
        if allowed and not unchecked:
            assert taken, f"{path} is allowed by the schema and refused by the model"
        if (
            not allowed
            and name not in RESTRICTIVE_TYPES
            and path[-1] not in ("verified", "identifier", "contact_id", "link_id")
        ):
            assert not taken, f"{path} is forbidden by the schema and taken by the model"


@pytest.mark.parametrize("name", sorted(RESTRICTIVE_TYPES))
def test_nothing_but_whom_and_what_it_is_about_is_needed_of(name: str) -> None:
    """Only the identifier must be readable, and what is to be done where the type has several meanings."""
    needed = {"organization", "identifier", "contact_id", "from", "action", "cause", "outcome"}
    for path, changed in _changed(GOLDEN[name]["data"]):
        if path[0] not in needed:
            assert _takes(name, changed), path
