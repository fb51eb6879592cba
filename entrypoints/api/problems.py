"""Errors as RFC 9457 problem documents: what is wrong, in which field, and what to do."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from entrypoints.files.sheet import FileRefused
from ledger.errors import (
    KeyDestroyed,
    LedgerError,
    LogUnavailable,
    MessageRefused,
    NotFound,
    SchemaOutOfDate,
)
from ledger.reversing import ListChanged

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER: Final = {"Retry-After": "5"}
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_ADVICE: Final[dict[int, str]] = {
    400: "The body is not readable JSON; send well-formed JSON in UTF-8.",
    404: "There is nothing at this path; /openapi.json lists every path.",
    405: "This path does not know that method; the Allow header lists those it knows.",
}


class FieldError(BaseModel):
    """What is wrong with one field."""

    field: str = Field(examples=["identifiers.3.value"])
    message: str = Field(examples=["not a phone number; send it as + and digits"])


class ProblemDocument(BaseModel):
    """RFC 9457 problem document. `type` names the problem for programs, `detail` tells people what to do."""

    type: str = Field(examples=["urn:contact-ledger:problem:invalid-request"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["Mend the fields named in `errors` and send the request again."])
    errors: list[FieldError] = Field(default_factory=list)


class Problem(Exception):
    """Raised by routes to answer with a problem document, `more` being members of its own. Never personal."""

    def __init__(
        self,
        status: int,
        name: str,
        detail: str,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.name = name
        self.detail = detail
        self.errors = errors
        self.headers = headers
        self.more = more or {}


def invalid(*errors: tuple[str, str]) -> Problem:
    """A request whose named fields cannot be taken: (field, what is wrong and what to send)."""
    return Problem(422, "invalid-request", "Mend the fields named in `errors` and send the request again.", errors)


def field_error(detail: str) -> tuple[str, str]:
    """Splits a refusal's `field: mend` into its two halves."""
    field, separator, message = detail.partition(": ")
    return (field, message) if separator else ("", detail)


def document(problem: Problem) -> bytes:
    """The problem document's JSON, as sent."""
    shown = ProblemDocument(
        type=f"urn:contact-ledger:problem:{problem.name}",
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail,
        errors=[FieldError(field=field, message=message) for field, message in problem.errors],
    )
    return orjson.dumps({**shown.model_dump(), **problem.more})


def answered(problem: Problem) -> Response:
    """The problem as an HTTP answer."""
    return Response(document(problem), problem.status, problem.headers, MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What an error is to the caller. What only the operator can mend says no more than that."""
    match error:
        case Problem():
            return error
        case RequestValidationError() if error.errors()[0]["type"] == "json_invalid":
            place = error.errors()[0]["loc"][-1]
            return Problem(400, "bad-request", _ADVICE[400], [("body", f"not JSON from character {place} on")])
        case RequestValidationError():
            return invalid(*[(_path(one["loc"]), _said(one)) for one in error.errors()])
        case HTTPException(status_code=status):
            name = HTTPStatus(status).phrase.lower().replace(" ", "-")
            where = [("body", "not JSON in UTF-8, or nested too deep")] if status == 400 else ()
            return Problem(status, name, _ADVICE.get(status, str(error.detail)), where, headers=error.headers)
        case MessageRefused(reason=reason, detail=detail, errors=errors):
            status = 409 if reason in ("conflict", "edited_meanwhile") else 422
            return Problem(status, reason.replace("_", "-"), detail, errors or [field_error(detail)])
        case FileRefused():
            return invalid(("body", str(error)))
        case ListChanged():
            return Problem(409, "list-changed", str(error))
        case NotFound():
            return Problem(404, "not-found", str(error))
        case KeyDestroyed():
            return Problem(410, "erased", str(error))
        case LogUnavailable() | SchemaOutOfDate():
            detail = (
                "The log cannot be reached now: nothing was answered or recorded. Take it as no, and try again."
            )
            return Problem(503, "log-unavailable", detail, headers=RETRY_AFTER)
        case _:
            structlog.get_logger().error("request failed", exc_info=error)
            return Problem(500, "internal-error", "The service failed on this request; its log says where.")


def install(app: FastAPI) -> None:
    """Every error of the application answers with a problem document."""
    for kind in (Problem, LedgerError, FileRefused, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem.status == 405:
        problem.headers = {"Allow": ", ".join(_allowed(request))}
    return answered(problem)


def _allowed(request: Request) -> list[str]:
    """Every method that the path knows (RFC 9110 §15.5.6), of however many routes; the router names one."""
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


def _path(location: Sequence[int | str]) -> str:
    """`body, identifiers, 3, value` as `identifiers.3.value`; where it came from is left out."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _said(error: Mapping[str, Any]) -> str:
    """pydantic's words without what was sent."""
    if error["type"] == "model_attributes_type":
        return "a JSON object is needed, sent as application/json"
    return str(error["msg"]).removeprefix("Value error, ")
