"""The API's description: FastAPI's own, with the problems, tags and examples that FastAPI cannot know of."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from entrypoints.api.examples import exemplify
from entrypoints.api.problems import MEDIA_TYPE, ProblemDocument

_SCHEMAS: Final = "#/components/schemas/"
_OF_ORGANIZATIONS: Final = "/v1/"
_ERRORS: Final[dict[int, str]] = {
    400: "the body is not JSON",
    401: "no valid API key of this organization",
    403: "the key's role may not do this",
    404: "nothing under this id in this organization",
    409: "an id or key was used before for something else, or a list has changed since it was shown",
    410: "erased: what this would open is gone for good",
    413: "the body is larger than 1 MiB (files: 256 MiB)",
    422: "a field cannot be taken; `errors` names it",
    503: "the ledger cannot be read now: take it as no",
}


def _header(text: str, *, required: bool = True, example: str = "") -> dict[str, Any]:
    return {"description": text, "required": required, "schema": {"type": "string"}, "example": example}


def _documented(text: str) -> dict[str, Any]:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}ProblemDocument"}}}}


ERRORS: Final[dict[int | str, dict[str, Any]]] = {status: _documented(text) for status, text in _ERRORS.items()}
"""What every operation may answer beside 200."""
ERRORS[401]["headers"] = {"WWW-Authenticate": _header("how to prove who asks", example="Bearer")}
ERRORS[503]["headers"] = {"Retry-After": _header("seconds to wait", example="5")}
NOT_SET_UP: Final[dict[int | str, dict[str, Any]]] = {501: _documented("the operator has not set up links")}
_TAG: Final = _header("names this very answer", example='"9f86d081884c7d659a2feaa0c55ad015"')
_HELD: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "the ETag of the answer you have",
    "schema": {"type": "string"},
    "example": _TAG["example"],
}


def describe(app: FastAPI) -> None:
    """Has the application describe itself in whole."""
    app.openapi = _whole(app)  # type: ignore[method-assign]


def _whole(app: FastAPI) -> Callable[[], dict[str, Any]]:
    made = app.openapi

    @cache
    def described() -> dict[str, Any]:
        schema = deepcopy(made())
        _, problem = models_json_schema([(ProblemDocument, "serialization")], ref_template=_SCHEMAS + "{model}")
        schema["components"]["schemas"].update(problem["$defs"])
        for path, methods in schema["paths"].items():
            if path.startswith(_OF_ORGANIZATIONS) and "get" in methods:
                _tagged(methods["get"])
        exemplify(schema)
        return schema

    return described


def _tagged(operation: dict[str, Any]) -> None:
    """Every answer to a GET has a tag, and is not sent again to who has it (`middleware.Unchanged`)."""
    operation["responses"]["200"]["headers"] = {"ETag": _TAG}
    operation["responses"]["304"] = {"description": "you have the answer already", "headers": {"ETag": _TAG}}
    operation.setdefault("parameters", []).append(_HELD)
