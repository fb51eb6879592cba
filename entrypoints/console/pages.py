"""Renders a page or one of its twins: HTML for people, the same as JSON and as CSV for programs and files."""

import csv
import io
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from entrypoints.api import problems
from entrypoints.api.problems import Problem, problem_of
from entrypoints.console import forms, session
from entrypoints.console.rendering import HEADERS, page
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View
from entrypoints.files.cells import cell
from entrypoints.roles import Permission
from ledger.errors import LedgerError

TWINS: Final = (".json", ".csv", "")
Table = tuple[Sequence[str], Iterable[Sequence[object]]]
"""What a page's CSV holds: the names of its columns, and its rows, which are made when they are asked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page that the navigation leads to: `path` below the organization, for who has the permission."""

    path: str
    text: str
    permission: Permission
    router: APIRouter


class _Route(APIRoute):
    """Answers errors as pages, a form by its own page again; the twins answer them as problem documents."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except (Problem, LedgerError, RequestValidationError, HTTPException) as error:
                problem = _unknown_address(request, error) or problem_of(error)
                if request.url.path.endswith(TWINS[:-1]):
                    return problems.answered(problem)
                return await _again(request, problem) or notice(request, problem)

        return answered


def _unknown_address(request: Request, error: Exception) -> Problem | None:
    """What there is to say of an address that names nothing, or asks for something, as no page of ours does."""
    if not isinstance(error, RequestValidationError):
        return None
    if any(one["loc"][0] == "path" for one in error.errors()):
        return Problem(404, "not-found", TEXTS["error.no_page"])
    return (
        None
        if request.method == "POST"
        else Problem(422, "invalid-request", TEXTS["error.address"], problem_of(error).errors)
    )


async def _again(request: Request, problem: Problem) -> Response | None:
    """The page whose form, or whose address, could not be taken; None where it is not to be had."""
    if request.method != "POST":
        return await forms.asked_again(request, problem)
    try:
        sent = await session.form(request)
    except session.FormRefused:
        return None
    return await forms.given_back(request, problem, {**sent, forms.BACK: session.inside(sent.get(forms.BACK, ""))})


def router() -> APIRouter:
    """For the routes of a place."""
    return APIRouter(prefix="/console", route_class=_Route, include_in_schema=False)


def twins(into: APIRouter, path: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Routes GET of the path, and of its `.json` and `.csv`, to the decorated function."""

    def added(function: Callable[..., Response]) -> Callable[..., Response]:
        for ending in TWINS:
            into.add_api_route(path + ending, function, methods=["GET", "HEAD"], response_model=None)
        return function

    return added


def show(view: View, template: str, data: BaseModel, table: Table, *, status: int = 200, **shown: Any) -> Response:
    """The page in the form it was asked for. `shown` is what the template asks for beside `data`."""
    if view.twin == "json":
        return Response(data.model_dump_json(), status, HEADERS, "application/json")
    if view.twin == "csv":
        return Response(_csv(table), status, HEADERS, "text/csv; charset=utf-8")
    return page(
        view.request,
        template,
        status,
        view=view,
        places=view.request.app.state.places,
        now=view.now,
        data=data,
        **shown,
    )


def notice(request: Request, problem: Problem) -> Response:
    """A page that says what went wrong and what to do; with the navigation where it is known who looks at what."""
    view: View | None = getattr(request.state, "view", None)
    known = {"view": view, "places": request.app.state.places, "names": {}, "now": view.now} if view else {}
    return page(request, "notice.html", problem.status, problem=problem, typed=request.method == "POST", **known)


def _csv(table: Table) -> str:
    return "".join(csv_lines(*table))


def csv_lines(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table as CSV, line by line."""
    for row in chain([names], rows):
        written = io.StringIO()
        csv.writer(written).writerow([cell(value) for value in row])
        yield written.getvalue()
