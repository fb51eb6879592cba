"""Duplicates (Y10-Y13): values that several people have, who they are, and deleting one of them, or all but one."""

from typing import Annotated, Final, Literal, get_args
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from entrypoints import contacts, deletion, duplicates, typed
from entrypoints.console.form_values import given_reason, named_id
from entrypoints.console.lists import State, done, searched, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactSeen
from entrypoints.duplicates import HolderSeen, Which
from ledger.deleting import DeletionList
from ledger.errors import MessageRefused
from projections import contact_list
from projections import duplicates as table

router = pages_router()
PLACE: Final = Place("duplicates", "nav.duplicates", "contacts", router)
Reader = Annotated[View, Depends(looking("contacts"))]
Remover = Annotated[View, Depends(looking("reverse"))]
Channel = Literal["email", "phone"]
SHOWN: Final = 100
"""People of a removal who are named on its page; its twins hold them all."""


class Question(State):
    """Values of a channel; `after` is the last one of the page before, sealed."""

    channel: Channel = "email"
    after: str | None = Field(None, max_length=2_000)


class HoldersAsked(State):
    """A value, sealed."""

    channel: Channel = "email"
    q: str = Field(max_length=2_000)


class RemovalAsked(State):
    """Of each value of the channel, whom to delete."""

    channel: Channel = "email"
    created: Which = "later"


class Removal(BaseModel):
    """Who would be deleted, and the digest by which that is approved. `shown`: the first of them, as people."""

    digest: str
    contacts: list[UUID]
    shown: list[ContactSeen]


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
        after=asked.after,
        limit=asked.limit,
        values=view.values,
    )
    rows = [[one.value, one.people] for one in page.values]
    with view.ledger.reading.connection() as connection:
        counts = {one: table.count(connection, view.organization, one) for one in get_args(Channel)}
    return show_list(
        view,
        "duplicates",
        asked,
        page,
        (("value", "people"), rows),
        counts=counts,
        counted_to=table.COUNTED_TO,
        sealed=lambda v: _sealed(view, v),
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


@twins(router, "/{organization}/duplicates/removal")
def removal(view: Remover, asked: Annotated[RemovalAsked, Query()]) -> Response:
    """Who goes when all but one of each value are deleted (Y13), exactly. Changes nothing."""
    listing = _listing(view, asked.channel, asked.created)
    first = listing.deletable[:SHOWN]
    with view.ledger.reading.connection() as connection:
        known = {row.id: row for row in contact_list.people(connection, view.organization, first)}
    shown = [contacts.seen(known[one], values=view.values) for one in first if one in known]
    data = Removal(digest=listing.digest, contacts=listing.deletable, shown=shown)
    return show_list(view, "duplicates/removal", asked, data, (("contact",), [[one] for one in listing.deletable]))


@router.post("/{organization}/duplicates/remove")
def remove(view: Remover, form: Form) -> RedirectResponse:
    """Deletes, softly, who was listed. Another list than the one shown is refused, and shown anew."""
    channel: Channel = "phone" if form.get("channel") == "phone" else "email"
    created: Which = "earlier" if form.get("created") == "earlier" else "later"
    reason = given_reason(form)
    deletion.deleting(view.ledger).delete(
        view.organization,
        _listing(view, channel, created),
        approve=form.get("approve", ""),
        actor=view.hand().actor,
        reason=reason,
    )
    return done(view, "duplicates", None, "removed")


@router.post("/{organization}/duplicates/delete")
def delete(view: Annotated[View, Depends(looking("deletion"))], form: Form) -> RedirectResponse:
    """Deletes one of them, softly and for a reason (Y12)."""
    deletion.change(view.hand(), "delete", named_id(form, "contact"), given_reason(form))
    return done(view, "duplicates", form, "deleted")


def _listing(view: View, channel: Channel, created: Which) -> DeletionList:
    wanted = duplicates.removable(view.ledger, view.organization, channel, created)
    return deletion.deleting(view.ledger).listing(view.organization, wanted, gated=False)


def _sealed(view: View, text: str) -> str:
    return typed.sealed(view.ledger, view.organization, text)
