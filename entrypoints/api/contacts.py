"""People: listed, searched, and one with everything known of it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from entrypoints import contact_export, contacts
from entrypoints.api.auth import Caller, Ledger, Values, needs
from entrypoints.api.models import Asked, InQuery
from projections.contact_list import Filter, Ranking

router = APIRouter(prefix="/v1/organizations/{organization}/contacts", tags=["contacts"])
_Reader = Annotated[Caller, Depends(needs("contacts"))]


class PeopleQuestion(Asked):
    """Which people, in which order."""

    search: str | None = Field(
        None, min_length=3, max_length=200, description="part of an e-mail, phone, name or external id"
    )
    type: Literal["subscriber", "unsubscriber", "purchaser", "anonymous"] | None = None
    mark: str | None = Field(None, max_length=50, pattern="^[a-z_.]+$", examples=["email.active", "banned"])
    deleted: bool = Field(False, description="those deleted, instead of those that are not")
    ranked: Ranking = Field("updated", description="newest first by this; created and deleted with `deleted`")


class ContactsQuestion(PeopleQuestion):
    """The same, and which page of them."""

    after: str | None = Field(None, max_length=200, description="the `after` of the page before")
    limit: int = Field(50, ge=1, le=200)
    count: bool = Field(False, description="also count those that fit")


class ContactsInQuery(ContactsQuestion, InQuery):
    """The same in an address."""


def _filter(question: PeopleQuestion) -> Filter:
    return Filter(question.search, question.type, question.mark, question.deleted, question.ranked)


@router.get("")
def list_contacts(
    question: Annotated[ContactsInQuery, Query()], ledger: Ledger, caller: _Reader, values: Values
) -> contacts.ContactsPage:
    """A page of people, newest first. Search for personal text with POST, which keeps it out of the URL."""
    return _page(question, ledger, caller, values)


@router.post("/search")
def search_contacts(
    question: ContactsQuestion, ledger: Ledger, caller: _Reader, values: Values
) -> contacts.ContactsPage:
    """The same by body, so that what is searched for shows in no URL."""
    return _page(question, ledger, caller, values)


@router.post(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "a line a person"}},
)
def export_contacts(question: PeopleQuestion, ledger: Ledger, caller: _Reader, values: Values) -> StreamingResponse:
    """Everyone who fits, as one CSV, as of one moment."""
    parts = contact_export.laid_aside(ledger, caller.organization, _filter(question), values=values)
    return StreamingResponse(parts, media_type="text/csv")


@router.get("/{contact_id}")
def contact(contact_id: UUID, ledger: Ledger, caller: _Reader, values: Values) -> contacts.ContactWhole:
    """One person by any id it ever had, with profile and identifiers."""
    return contacts.whole(ledger, caller.organization, contact_id, values=values)


def _page(question: ContactsQuestion, ledger: Ledger, caller: Caller, values: bool) -> contacts.ContactsPage:
    return contacts.page(
        ledger,
        caller.organization,
        _filter(question),
        after=question.after,
        limit=question.limit,
        counted=question.count,
        values=values,
    )
