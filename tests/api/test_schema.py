"""The API against its own description: requests of every kind made from it, and every answer checked against it."""

import pytest
import schemathesis
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.api.serving import Served

CHECKED_ELSEWHERE = "positive_data_acceptance"
"""A schema cannot say which numbers exist, or how a scope begins: `test_examples` asks what is taken."""


@pytest.fixture(scope="module")
def api(server: Served) -> OpenApiSchema:
    """The served API, asked by an administrator of an organization of its own."""
    caller = server.caller("described")
    config = schemathesis.Config.from_dict(
        {
            "headers": {"Authorization": f"Bearer {caller.key}"},
            "parameters": {"path.organization": caller.organization},
            "generation": {"max-examples": 10, "deterministic": True, "database": "none"},
            "checks": {CHECKED_ELSEWHERE: {"enabled": False}},
        }
    )
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json", config=config)


described = schemathesis.pytest.from_fixture("api")


@described.include(method="GET").parametrize()
def test_every_reading_answer_is_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate()


@described.exclude(method="GET").parametrize()
def test_every_writing_answer_is_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate()
