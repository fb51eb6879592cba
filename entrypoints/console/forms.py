"""Gives a form back that could not be taken: its page again, every field as typed, what is wrong at each of them.

A route only raises; nothing about a form is kept. The page is asked for again as the browser asked for it before,
in the same request, and its templates find what was sent in `view.returned` (macros in `fields.html`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from fastapi import Request, Response
from starlette.types import Message

from entrypoints.api.problems import Problem

BACK: Final = "back"
"""The field in which a form says on which page it stands; without it nothing can be given back."""
_KEY: Final = "console.returned"
_TAKEN_BACK: Final = frozenset({404, 409, 422})
_PLACES: Final = frozenset({"after", "before", "limit"})
"""Fields of addresses that nobody types."""
_DONE: Final = "done"
"""The field of an address that says what the form before has done: this one did nothing."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A form as it was sent to `action` (a path), and what is `wrong`: field → what to do; "": with the whole.

    Nothing is wrong with one that was only looked at.
    """

    action: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    def of(self, *actions: str, **hidden: object) -> "Returned":
        """This, where it is the form that goes to (one of) these paths with these hidden fields; else NOTHING."""
        mine = self.action in actions and all(self.fields.get(name) == str(told) for name, told in hidden.items())
        return self if mine else NOTHING

    def said(self, name: str, otherwise: object = "") -> object:
        """What was typed into a field, or what stands there before anything is."""
        return self.fields.get(name, "") if self.action else otherwise

    def ticked(self, name: str, *, otherwise: bool = False) -> bool:
        """Whether a box was ticked: one that was not is not sent."""
        return name in self.fields if self.action else otherwise

    @property
    def first(self) -> str | None:
        """The field to mend first."""
        return next(iter(self.wrong), None)


NOTHING: Final = Returned()


def returned(request: Request) -> Returned:
    """The form that this page gives back; NOTHING where it gives none back."""
    found: Returned = request.scope.get(_KEY, NOTHING)
    return found


def keep(request: Request, sent: Mapping[str, str]) -> None:
    """Has the page that answers this form show it as it was sent; nothing is wrong with it."""
    request.scope[_KEY] = Returned(request.url.path, typed(sent))


def typed(sent: Mapping[str, str]) -> Mapping[str, str]:
    """What somebody filled in, of the fields of a form."""
    return {name: told for name, told in sent.items() if name not in (BACK, "csrf")}


async def given_back(request: Request, problem: Problem, sent: Mapping[str, str]) -> Response | None:
    """The page on which the form stood, with the problem's status; None where there is none to show it on.

    `sent`: the fields of the form, which must have come from a page of this session; `back` is the page's address.
    """
    if problem.status not in _TAKEN_BACK or returned(request) is not NOTHING or not sent.get(BACK):
        return None
    wrong = dict(problem.errors) or {"": problem.detail}
    form = Returned(request.url.path, typed(sent), wrong)
    return await _shown(request, sent[BACK], form, problem.status)


async def asked_again(request: Request, problem: Problem) -> Response | None:
    """For a form whose fields are the page's address: the page without those that are wrong. As `given_back`."""
    sent = dict(parse_qsl(request.url.query))
    wrong = {name.partition(".")[0]: message for name, message in problem.errors}
    filled = wrong.keys() & sent.keys() - _PLACES
    if problem.status != 422 or not filled or returned(request) is not NOTHING:
        return None
    left = [(name, told) for name, told in parse_qsl(request.url.query) if name not in wrong]
    back = f"{request.url.path}?{urlencode(left)}"
    return await _shown(request, back, Returned(request.url.path, sent, wrong), problem.status)


async def _shown(request: Request, address: str, form: Returned, status: int) -> Response | None:
    parts = urlsplit(address)
    inner = {name: told for name, told in request.scope.items() if name not in ("route", "endpoint", "path_params")}
    inner |= {"method": "GET", "path": unquote(parts.path), "raw_path": parts.path.encode(), _KEY: form}
    state = [pair for pair in parse_qsl(parts.query) if pair[0] != _DONE]
    inner |= {"query_string": urlencode(state).encode()}
    started: Message = {}
    body = bytearray()

    async def nothing_more() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)
        body.extend(message.get("body", b""))

    await request.app.router(inner, nothing_more, keep)
    if started.get("status") != 200:
        return None
    headers = {name.decode(): told.decode() for name, told in started["headers"] if name != b"content-length"}
    return Response(bytes(body), status, headers)
