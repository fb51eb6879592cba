"""The examples in the API's description: what was asked and answered when `tests/api/story.py` was told."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("examples.json")


def exemplify(described: dict[str, Any]) -> None:
    """Puts an example beside every parameter that was given, every body and every answer of an OpenAPI document."""
    known = json.loads(FILE.read_bytes())
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if told := known.get(f"{method.upper()} {path}"):
                _exemplified(operation, told)


def _exemplified(operation: dict[str, Any], told: Mapping[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        given = told["path" if parameter["in"] == "path" else "query"]
        if parameter["in"] in ("path", "query") and parameter["name"] in given:
            parameter["example"] = given[parameter["name"]]
    taken = operation.get("requestBody", {}).get("content", {})
    if told["body_type"] in taken:
        taken[told["body_type"]]["example"] = told["body"]
    answers = operation["responses"]["200"].get("content", {})
    if told["answer_type"] in answers:
        answers[told["answer_type"]]["example"] = told["answer"]
