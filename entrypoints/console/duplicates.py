"""Duplicates (Y10-Y12): values that several people have, who they are, and deleting one of them."""

from typing import Annotated, Final, Literal

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from entrypoints import deletion, duplicates
from entrypoints.console import typed
from entrypoints.console.lists import State, done, given_reason, named_id, searched, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from entrypoints.duplicates import HolderSeen, SharedPage
from ledger.errors import MessageRefused

router = pages_router()
PLACE: Final = Place("duplicates", "nav.duplicates", "contacts", router)
Reader = Annotated[View, Depends(looking("contacts"))]
Channel = Literal["email", "phone"]


class Question(State):
    """Values of a channel; `after` is the last one of the page before, sealed."""

    channel: Channel = "email"
    after: str | None = Field(None, max_length=2_000)


class HoldersAsked(State):
    """A value, sealed."""

    channel: Channel = "email"
    q: str = Field(max_length=2_000)


class Holders(BaseModel):
    """The people who share a value, oldest first."""

    value: str
    holders: list[HolderSeen]


@twins(router, "/{organization}/duplicates")
def shared(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """Values that several people have, alphabetical."""
    page = duplicates.page(
        view.ledger,
        view.organization,
        asked.channel,
        after=searched(view, asked.after),
        limit=asked.limit,
        values=view.values,
    )
    after = _sealed(view, page.after) if page.after else None
    data = SharedPage(values=page.values, count=page.count, after=after)
    rows = [[one.value, one.people] for one in page.values]
    return show_list(
        view, "duplicates", asked, data, (("value", "people"), rows), sealed=lambda v: _sealed(view, v)
    )


@twins(router, "/{organization}/duplicates/holders")
def holders(view: Reader, asked: Annotated[HoldersAsked, Query()]) -> Response:
    """The people who share a value, for who may read values."""
    value = searched(view, asked.q)
    if value is None or not view.values:
        raise MessageRefused("invalid-request", "q: only who may read values can look one up")
    found = duplicates.holders(view.ledger, view.organization, asked.channel, value, values=True)
    rows = [
        [
            " ".join(filter(None, cell)) if isinstance(cell, list) else cell
            for cell in one.model_dump(mode="json").values()
        ]
        for one in found
    ]
    data = Holders(value=value, holders=found)
    return show_list(view, "duplicates/holders", asked, data, (list(HolderSeen.model_fields), rows))


@router.post("/{organization}/duplicates/delete")
def delete(view: Annotated[View, Depends(looking("reverse"))], form: Form) -> RedirectResponse:
    """Deletes one of them, softly and for a reason (Y12)."""
    deletion.change(view.hand(), "delete", named_id(form, "contact"), given_reason(form))
    return done(view, "duplicates")


def _sealed(view: View, text: str) -> str:
    return typed.sealed(view.ledger, view.organization, text)
