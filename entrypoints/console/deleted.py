"""Deleted contacts (Y9): delete is soft, so they stay findable and can be restored."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import Field

from entrypoints import contacts, deletion
from entrypoints.console.contacts_question import STATUSES
from entrypoints.console.form_values import given_reason, long_enough, named_id
from entrypoints.console.lists import State, done, refuse_unknown, search_address, searched, show_list
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.view import View, looking
from entrypoints.contact_export import laid_aside
from entrypoints.contacts import ContactSeen
from entrypoints.whole_values import searchable
from projections import counters
from projections.contact_list import RANKED_BY
from projections.contact_query import Filter, Ranking
from projections.people import MARKS
from projections.searched_text import SHORTEST

router = pages_router()
PLACE: Final = Place("deleted", "nav.deleted", "contacts", router)
Reader = Annotated[View, Depends(looking("contacts"))]
_NAMES: Final = ("id", "name", "emails", "phones", "deleted_at", "created_at", "created_source")


class Question(State):
    """What is searched for, sealed; the status filter that is on; and what they are ranked by, newest first."""

    q: str | None = Field(None, max_length=2_000)
    status: str | None = Field(None, max_length=50)
    ranked: Ranking = "deleted"


@twins(router, "/{organization}/deleted")
def deleted(view: Reader, asked: Annotated[Question, Query()]) -> Response:
    """Deleted contacts, last deleted first."""
    text = searched(view, asked.q)
    page = contacts.page(
        view.ledger,
        view.organization,
        _filter(view, asked, text),
        after=asked.after,
        limit=asked.limit,
        counted=True,
        values=view.values,
    )
    with view.ledger.reading.connection() as connection:
        counts = counters.people(connection, view.organization)
    return show_list(
        view,
        "deleted",
        asked,
        page,
        (_NAMES, _rows(page.contacts)),
        text=text,
        counts=counts,
        statuses=STATUSES,
        rankings=tuple(RANKED_BY),
    )


def _rows(shown: Sequence[ContactSeen]) -> Iterator[list[object]]:
    for one in shown:
        said = one.model_dump(mode="json")
        yield [" ".join(value) if isinstance(value := said[name], list) else value for name in _NAMES]


@router.get("/{organization}/deleted/all.csv")
def all_deleted(view: Reader, asked: Annotated[Question, Query()]) -> StreamingResponse:
    """Everyone on the tab as it is filtered, not one page of them."""
    wanted = _filter(view, asked, searched(view, asked.q))
    parts = laid_aside(view.ledger, view.organization, wanted, values=view.values)
    headers = HEADERS | {"Content-Disposition": 'attachment; filename="deleted.csv"'}
    return StreamingResponse(parts, 200, headers, "text/csv; charset=utf-8")


@router.post("/{organization}/deleted/search")
def search(view: Reader, form: Form) -> RedirectResponse:
    """Goes to the list; what was searched for shows in no address."""
    long_enough(form, "q", SHORTEST)
    if text := form.get("q", "").strip():
        searchable(view.ledger, view.organization, Filter(text), values=view.values, field="q")
    return search_address(view, form, "deleted", sealed=("q",), plain=("status", "ranked"))


@router.post("/{organization}/deleted/restore")
def restore(view: Annotated[View, Depends(looking("deletion"))], form: Form) -> RedirectResponse:
    """Restores a contact, for a reason."""
    deletion.change(view.hand(), "restore", named_id(form, "contact"), given_reason(form))
    return done(view, "deleted", form, "restored")


def _filter(view: View, asked: Question, text: str | None) -> Filter:
    refuse_unknown(asked, status=MARKS)
    wanted = Filter(text, None, asked.status, deleted=True, ranked=asked.ranked)
    return searchable(view.ledger, view.organization, wanted, values=view.values, field="q")
