"""The API against its own description: requests of every kind made from it, and every answer checked against it.

schemathesis is used as a library: its own command and plugin work through several thousand requests for minutes.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import pytest
import requests
import schemathesis
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import GenerationConfig
from schemathesis.core.failures import FailureGroup

from tests.api.serving import Caller, Served

PARTS: Final = 4
ASKED: Final = 10
"""Requests of each operation: the first, the last and those evenly between, of all that schemathesis thinks of."""
THOUGHT_OF: Final = 150
"""Of a search alone it thinks of 31,000 requests, for a minute."""
LEFT_OUT: Final = {
    "positive_data_acceptance": "a schema cannot say which numbers exist, or how a scope begins: `test_examples`",
}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_as_described(part: int, server: Served, admin: Caller) -> None:
    """Every bound of every field, kept and broken, for every fourth operation, as an administrator."""
    load_all_checks()
    left_out = [CHECKS.get_one(name) for name in LEFT_OUT]
    found: dict[str, str] = {}
    asked = 0
    with requests.Session() as session:
        for operation in _operations(server, admin)[part::PARTS]:
            for case in _spread(list(islice(_cases(operation), THOUGHT_OF)), ASKED):
                proof = {"Authorization": f"Bearer {admin.key}"}
                try:
                    case.call_and_validate(server.url, session, proof, excluded_checks=left_out, timeout=60)
                except FailureGroup as failed:
                    found |= {f"{operation.label}: {one.title}": str(one) for one in failed.exceptions}
                asked += 1
    assert found == {}
    assert asked > 100


def _operations(server: Served, admin: Caller) -> Sequence[APIOperation]:
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
    return [one.ok() for one in schema.get_all_operations()]


def _cases(operation: APIOperation) -> Iterator[Case]:
    return operation.schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=GenerationConfig()
    )


def _spread(cases: Sequence[Case], most: int) -> Sequence[Case]:
    """`most` of the cases, evenly spread from the first to the last; all where there are no more."""
    if len(cases) <= most:
        return cases
    return [cases[round(place * (len(cases) - 1) / (most - 1))] for place in range(most)]
