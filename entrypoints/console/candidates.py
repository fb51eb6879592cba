"""Merge candidates: pairs that may be one person, what merging them comes to, and the decision."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse

from entrypoints import candidates, contacts, linking
from entrypoints.candidates import CandidateSeen, CandidatesPage
from entrypoints.console.form_values import given_reason, named_id
from entrypoints.console.lists import State, done, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactSeen
from ledger.errors import MessageRefused
from projections import contact_list

router = pages_router()
PLACE: Final = Place("candidates", "nav.candidates", "contacts", router)
Reader = Annotated[View, Depends(looking("contacts"))]
Linker = Annotated[View, Depends(looking("linking"))]


class Question(State):
    """The page: `after` is the `before` of the one before."""

    limit: int = 20


class Pairs(CandidatesPage):
    """The page, with the people named."""

    people: dict[UUID, ContactSeen]


class PairAsked(State):
    """The two."""

    left: UUID
    right: UUID


@twins(router, "/{organization}/candidates")
def listed(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """Pairs nobody has decided on, newest first."""
    try:
        before = int(asked.after) if asked.after else None
    except ValueError:
        raise MessageRefused("invalid-request", "after: must be the `before` of an earlier page") from None
    page = candidates.page(view.ledger, view.organization, before=before, limit=asked.limit)
    people: dict[UUID, ContactSeen] = {}
    with view.ledger.reading.connection() as connection:
        for contact_id in {one for pair in page.candidates for one in (pair.low_id, pair.high_id)}:
            row = contact_list.contact(connection, view.organization, contact_id)
            if row is not None:
                people[contact_id] = contacts.seen(row, values=view.values)
    names = list(CandidateSeen.model_fields)
    rows = (list(one.model_dump(mode="json").values()) for one in page.candidates)
    return show_list(view, "candidates", asked, Pairs(**page.model_dump(), people=people), (names, rows))


@twins(router, "/{organization}/candidates/preview")
def preview(view: Reader, asked: Annotated[PairAsked, Query()]) -> Response:
    """What merging the two comes to. Changes nothing."""
    told = linking.previewed_link(view.ledger, view.organization, asked.left, asked.right, values=view.values)
    rows = [list(one.model_dump(mode="json").values()) for one in told.reaches]
    names = list(type(told.reaches[0]).model_fields) if told.reaches else ["identifier_id"]
    return show_list(view, "candidates/preview", asked, told, (names, rows))


@router.post("/{organization}/candidates/merge")
def merge(view: Linker, form: Form) -> RedirectResponse:
    """Links the two, for a reason."""
    linking.link(view.hand(), named_id(form, "left"), named_id(form, "right"), given_reason(form))
    return done(view, "candidates", what="merged")


@router.post("/{organization}/candidates/dismiss")
def dismiss(view: Linker, form: Form) -> RedirectResponse:
    """Says that they are two people, for a reason."""
    candidates.dismiss(view.hand(), named_id(form, "left"), named_id(form, "right"), given_reason(form))
    return done(view, "candidates", what="dismissed")
