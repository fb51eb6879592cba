"""What the pages of settings have in common: their parts, the history below them, whose field a mistake is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import Depends, Response
from pydantic import BaseModel

from entrypoints.console.lists import State, show_list
from entrypoints.console.pages import Place, Table
from entrypoints.console.pages import router as pages_router
from entrypoints.console.view import View, looking
from entrypoints.settings_history import ChangeSeen, Subject, changes
from ledger.errors import MessageRefused

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
    path: str | None = None,
    **shown: Any,
) -> Response:
    """A page of settings in the form it was asked for; `path` where it is not the part's own page."""
    home = f"/console/{view.organization}/settings"
    again: dict[str, Any] = {"here": f"{home}/{path or part}"} if view.request.method == "POST" else {}
    return show_list(
        view,
        f"settings/{path or part}",
        asked,
        data,
        table,
        template=shown.pop("template", f"settings/{part}.html"),
        part=part,
        parts=parts(view),
        may_change=view.may("settings"),
        home=home,
        **again,
        **shown,
    )


@contextmanager
def said_at(**fields: str) -> Iterator[None]:
    """What is refused of one of these fields is said at the field of the form by which it was asked for."""
    try:
        yield
    except MessageRefused as refused:
        name, separator, message = refused.detail.partition(": ")
        if not separator or name not in fields:
            raise
        raise MessageRefused(refused.reason, f"{fields[name]}: {message}") from None
