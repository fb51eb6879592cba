"""The API against its own description: requests of every kind made from it, and every answer checked against it.

schemathesis is used as a library: its own command and plugin work through several thousand requests for minutes.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import pytest
import requests
import schemathesis
from schemathesis import APIOperation, Case, CheckFunction, GenerationMode
from schemathesis.config import GenerationConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.api.serving import Caller, Served

Operation = APIOperation[Any, Any, Any, Any]
PARTS: Final = 4
ASKED: Final = 10
"""Requests of each operation: the first, the last and those evenly between, of all that schemathesis thinks of."""
THOUGHT_OF: Final = 150
"""Of a search alone it thinks of 31,000 requests, for a minute."""
LEFT_OUT: Final[list[CheckFunction]] = [positive_data_acceptance]
"""A schema cannot say which numbers exist, or how a scope begins: `test_examples` asks what is taken."""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_as_described(part: int, server: Served, admin: Caller) -> None:
    """Every bound of every field, kept and broken, for every fourth operation, as an administrator."""
    found: dict[str, str] = {}
    asked = 0
    with requests.Session() as session:
        for operation in _operations(server, admin)[part::PARTS]:
            for case in _spread(list(islice(_cases(operation), THOUGHT_OF)), ASKED):
                proof = {"Authorization": f"Bearer {admin.key}"}
                try:
                    case.call_and_validate(server.url, session, proof, excluded_checks=LEFT_OUT, timeout=60)
                except FailureGroup as failed:
                    found |= {f"{operation.label}: {one.title}": str(one) for one in failed.exceptions}
                asked += 1
    assert found == {}
    assert asked > 100


def _operations(server: Served, admin: Caller) -> Sequence[Operation]:
    """Those of the description, told of this organization alone: a request to another would only be refused."""
    described = json.loads(server.client.get("/openapi.json").text)
    paths = {
        path.replace("{organization}", admin.organization): found for path, found in described["paths"].items()
    }
    for methods in paths.values():
        for operation in methods.values():
            operation["parameters"] = [
                one for one in operation.get("parameters", ()) if one["name"] != "organization"
            ]
    schema = schemathesis.openapi.from_dict({**described, "paths": paths})
    operations = []
    for one in schema.get_all_operations():
        assert isinstance(one, Ok), one
        operations.append(one.ok())
    return operations


def _cases(operation: Operation) -> Iterator[Case[Any]]:
    yield from operation.schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=GenerationConfig()
    )


def _spread(cases: Sequence[Case[Any]], most: int) -> Sequence[Case[Any]]:
    """`most` of the cases, evenly spread from the first to the last; all where there are no more."""
    if len(cases) <= most:
        return cases
    return [cases[round(place * (len(cases) - 1) / (most - 1))] for place in range(most)]
