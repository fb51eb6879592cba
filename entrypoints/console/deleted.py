"""Deleted contacts (Y9): delete is soft, so they stay findable and can be restored."""

from typing import Annotated, Final

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from entrypoints import contacts, deletion
from entrypoints.console.lists import State, done, given_reason, named_id, search_address, searched, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from projections.contact_list import Filter

router = pages_router()
PLACE: Final = Place("deleted", "nav.deleted", "contacts", router)
Reader = Annotated[View, Depends(looking("contacts"))]
_NAMES: Final = ("id", "name", "emails", "phones", "deleted_at", "created_at", "created_source")


class Question(State):
    """What is searched for, sealed; and the status filter that is on."""

    q: str | None = Field(None, max_length=2_000)
    status: str | None = Field(None, max_length=50)


@twins(router, "/{organization}/deleted")
def deleted(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """Deleted contacts, last updated first."""
    text = searched(view, asked.q)
    page = contacts.page(
        view.ledger,
        view.organization,
        Filter(text, None, asked.status, deleted=True),
        after=asked.after,
        limit=asked.limit,
        counted=True,
        values=view.values,
    )
    rows = [[one.model_dump(mode="json")[name] for name in _NAMES] for one in page.contacts]
    rows = [[" ".join(value) if isinstance(value, list) else value for value in row] for row in rows]
    return show_list(view, "deleted", asked, page, (_NAMES, rows), text=text)


@router.post("/{organization}/deleted/search")
def search(view: Reader, form: Form) -> RedirectResponse:
    """Goes to the list; what was searched for shows in no address."""
    return search_address(view, form, "deleted", sealed=("q",), plain=("status",))


@router.post("/{organization}/deleted/restore")
def restore(view: Annotated[View, Depends(looking("reverse"))], form: Form) -> RedirectResponse:
    """Restores a contact, for a reason."""
    deletion.change(view.hand(), "restore", named_id(form, "contact"), given_reason(form))
    return done(view, "deleted")
