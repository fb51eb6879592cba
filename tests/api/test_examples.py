"""The description's examples: one of everything, each as its schema says; told once more, all is answered."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.api.serving import Served
from tests.api.story import told

Described = dict[str, Any]


@pytest.fixture(scope="module")
def described(server: Served) -> Described:
    found: Described = server.client.get("/openapi.json").json()
    return found


def test_every_operation_shows_what_it_takes_and_answers(described: Described) -> None:
    """A new operation is asked in `tests/api/story.py`; then `python -m tests.api.story` writes its example."""
    lacking = []
    for name, operation in _operations(described):
        bodies = operation.get("requestBody", {}).get("content", {}).values()
        answers = operation["responses"]["200"]["content"].values()
        needed = [one for one in operation.get("parameters", ()) if one["required"]]
        shown = [any("example" in one for one in some) for some in (answers, bodies) if some]
        if not all(shown) or not all("example" in one for one in needed):
            lacking.append(name)
    assert lacking == []


def test_every_example_is_as_its_schema_says(described: Described) -> None:
    checked = 0
    for name, operation in _operations(described):
        shown = [
            *operation.get("parameters", ()),
            *operation.get("requestBody", {}).get("content", {}).values(),
            *operation["responses"]["200"]["content"].values(),
        ]
        for one in shown:
            if "example" in one:
                _check(described, one["schema"], one["example"], name)
                checked += 1
    assert checked > 200


def test_told_once_more_every_operation_answers_as_described(
    described: Described, server: Served, organization: str
) -> None:
    found = told(server, organization)
    operations = dict(_operations(described))
    assert found.keys() == operations.keys()
    for name, one in found.items():
        answer = operations[name]["responses"]["200"]["content"][one.answer_type]
        if one.answer_type == "application/json":
            _check(described, answer["schema"], one.answer, name)


def _operations(described: Described) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def _check(described: Described, schema: Any, value: Any, name: str) -> None:
    whole = {**schema, "components": described["components"]}
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
    assert wrong == [], name
