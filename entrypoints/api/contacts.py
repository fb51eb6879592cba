"""People: listed, searched, and one with everything known of it."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from entrypoints import contact_export, contacts
from entrypoints.api.auth import Caller, Ledger, Values, needs
from entrypoints.api.models import Asked, InQuery
from entrypoints.whole_values import searchable
from projections.contact_query import Filter, Ranking
from projections.criteria.tree import Document

router = APIRouter(prefix="/v1/organizations/{organization}/contacts", tags=["contacts"])
_Reader = Annotated[Caller, Depends(needs("contacts"))]
FieldCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
CRITERIA: Final[list[Any]] = [
    {
        "all": [
            {"source": "subscription", "channel": "email", "state": "subscribed", "place": "acme/shop"},
            {"source": "date", "date": "created", "within_days": 30},
            {
                "any": [
                    {"source": "profile", "field": "city", "test": "is", "value": "Ulm"},
                    {"source": "identifiers", "kind": "phone", "has": "at_least", "number": 1},
                ]
            },
            {"not": {"source": "deliverability", "channel": "email", "status": "bounced", "within_days": 90}},
        ]
    }
]
"""How criteria look, for readers of the API's description."""


class PeopleQuestion(Asked):
    """Which people, in which order: by what may stand in an address."""

    type: Literal["subscriber", "unsubscriber", "purchaser", "anonymous"] | None = None
    mark: str | None = Field(None, max_length=50, pattern="^[a-z_.]+$", examples=["email.active", "banned"])
    deleted: bool = Field(False, description="those deleted, instead of those that are not")
    with_deleted: bool = Field(False, description="those deleted, beside those that are not")
    ranked: Ranking = Field(
        "updated",
        description="newest first by this, `earliest` oldest first by creation; by deletion with `deleted`",
    )


class ContactsQuestion(PeopleQuestion):
    """The same, and which page of them."""

    after: str | None = Field(None, max_length=200, description="the `after` of the page before")
    limit: int = Field(50, ge=1, le=200)
    count: bool = Field(False, description="also count those that fit")
    fields: list[FieldCode] = Field([], max_length=20, description="profile fields to show with each person")


class ContactsInQuery(ContactsQuestion, InQuery):
    """The same in an address."""


class PeopleSearched(PeopleQuestion):
    """The same, by text, and by criteria joined by `all`, `any` and `not`."""

    search: str | None = Field(
        None,
        min_length=3,
        max_length=200,
        description="a contact id, or part of an e-mail, phone, name or external id; who sees values masked gives "
        "a whole e-mail, phone or external id",
    )
    criteria: Document | None = Field(None, examples=CRITERIA)


class ContactsSearch(ContactsQuestion, PeopleSearched):
    """The same, and which page of them."""


def filter_of(question: PeopleQuestion) -> Filter:
    """The people asked for."""
    by_body = question if isinstance(question, PeopleSearched) else PeopleSearched()
    deleted = None if question.with_deleted else question.deleted
    return Filter(by_body.search, question.type, question.mark, deleted, question.ranked, by_body.criteria)


@router.get("")
def list_contacts(
    question: Annotated[ContactsInQuery, Query()], ledger: Ledger, caller: _Reader, values: Values
) -> contacts.ContactsPage:
    """A page of people, newest first. Text is searched for by POST, which keeps it out of the URL."""
    return _page(question, ledger, caller, values)


@router.post("/search")
def search_contacts(
    question: ContactsSearch, ledger: Ledger, caller: _Reader, values: Values
) -> contacts.ContactsPage:
    """The same by body, with text to search for, which shows in no URL so; and by criteria.

    Each criterion names its `source`: profile, subscription, deliverability, hold, identifiers, date, origin, type.
    """
    return _page(question, ledger, caller, values)


@router.post(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "a line a person"}},
)
def export_contacts(question: PeopleSearched, ledger: Ledger, caller: _Reader, values: Values) -> StreamingResponse:
    """Everyone who fits, as one CSV, as of one moment."""
    wanted = searchable(ledger, caller.organization, filter_of(question), values=values)
    parts = contact_export.laid_aside(ledger, caller.organization, wanted, values=values)
    return StreamingResponse(parts, media_type="text/csv")


@router.get("/{contact_id}")
def contact(contact_id: UUID, ledger: Ledger, caller: _Reader, values: Values) -> contacts.ContactWhole:
    """One person by any id it ever had, with profile and identifiers."""
    return contacts.whole(ledger, caller.organization, contact_id, values=values)


def _page(question: ContactsQuestion, ledger: Ledger, caller: Caller, values: bool) -> contacts.ContactsPage:
    return contacts.page(
        ledger,
        caller.organization,
        searchable(ledger, caller.organization, filter_of(question), values=values),
        after=question.after,
        limit=question.limit,
        counted=question.count,
        values=values,
        fields=question.fields,
    )
