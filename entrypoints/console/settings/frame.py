"""What the pages of settings have in common: their parts, the history below them, and what becomes of a change."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from entrypoints.api.problems import Problem
from entrypoints.console.lists import State, show_list
from entrypoints.console.pages import Place, Table
from entrypoints.console.pages import router as pages_router
from entrypoints.console.refusals import Forms, Refused, refusal
from entrypoints.console.rendering import HEADERS
from entrypoints.console.view import View, looking
from entrypoints.settings_history import ChangeSeen, Subject, changes
from ledger.errors import MessageRefused, NotFound

router = pages_router()
PLACE: Final = Place("settings", "nav.settings", "organization", router)
PARTS: Final[tuple[Subject, ...]] = (
    "scopes",
    "fields",
    "channels",
    "keywords",
    "identity",
    "calendar",
    "people",
    "keys",
)
FOR_ADMINISTRATORS: Final = frozenset({"people", "keys"})
Reader = Annotated[View, Depends(looking("organization"))]
Admin = Annotated[View, Depends(looking("settings"))]


class Asked(State):
    """A page of settings; `done`: a change was just recorded."""


class Part(BaseModel):
    """A part of the settings: `history` is who changed it and when, latest first."""

    history: list[ChangeSeen]


def parts(view: View) -> list[Subject]:
    """The parts that the viewer may look at."""
    return [part for part in PARTS if part not in FOR_ADMINISTRATORS or view.may("settings")]


def history(view: View, part: Subject, *, scopes: Sequence[str] = ()) -> list[ChangeSeen]:
    """The latest changes of a part."""
    return changes(view.ledger, view.organization, part, scopes=scopes, values=view.values)


def show_part(
    view: View,
    part: Subject,
    asked: State,
    data: BaseModel,
    table: Table,
    *,
    refused: Refused | None = None,
    path: str | None = None,
    **shown: Any,
) -> Response:
    """A page of settings in the form it was asked for; `path` where it is not the part's own page."""
    home = f"/console/{view.organization}/settings"
    again: dict[str, Any] = {"here": f"{home}/{path or part}"} if view.request.method == "POST" else {}
    answer = show_list(
        view,
        f"settings/{path or part}",
        asked,
        data,
        table,
        template=shown.pop("template", f"settings/{part}.html"),
        part=part,
        parts=parts(view),
        forms=Forms(refused),
        may_change=view.may("settings"),
        home=home,
        **again,
        **shown,
    )
    if refused is not None:
        answer.status_code = refused.status
    return answer


def changed(
    view: View,
    path: str,
    name: str,
    form: Mapping[str, str],
    act: Callable[[], object],
    again: Callable[[Refused], Response],
) -> Response:
    """Acts and goes to `path` of the settings; what is refused is shown `again`, with what was typed."""
    try:
        act()
    except (Problem, MessageRefused, NotFound) as error:
        return again(refusal(name, form, error))
    return RedirectResponse(f"/console/{view.organization}/settings/{path}?done=true", 303, HEADERS)
