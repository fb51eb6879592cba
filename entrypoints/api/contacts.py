"""People: listed, searched, and one with everything known of it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from entrypoints import contacts
from entrypoints.api.auth import Caller, Ledger, Values, needs
from entrypoints.api.models import Asked
from projections.contact_list import Filter

router = APIRouter(prefix="/v1/organizations/{organization}/contacts", tags=["contacts"])
_Reader = Annotated[Caller, Depends(needs("contacts"))]


class ContactsQuestion(Asked):
    """Which people, and which page of them."""

    search: str | None = Field(
        None, min_length=3, max_length=200, description="part of an e-mail, phone, name or external id"
    )
    type: Literal["subscriber", "unsubscriber", "purchaser", "anonymous"] | None = None
    mark: str | None = Field(None, max_length=50, pattern="^[a-z_.]+$", examples=["email.active", "banned"])
    deleted: bool = Field(False, description="those deleted, instead of those that are not")
    after: str | None = Field(None, max_length=200, description="the `after` of the page before")
    limit: int = Field(50, ge=1, le=200)
    count: bool = Field(False, description="also count those that fit")


@router.get("")
def list_contacts(
    question: Annotated[ContactsQuestion, Query()], ledger: Ledger, caller: _Reader, values: Values
) -> contacts.ContactsPage:
    """A page of people, last updated first. Search for personal text with POST, which keeps it out of the URL."""
    return _page(question, ledger, caller, values)


@router.post("/search")
def search_contacts(
    question: ContactsQuestion, ledger: Ledger, caller: _Reader, values: Values
) -> contacts.ContactsPage:
    """The same by body, so that what is searched for shows in no URL."""
    return _page(question, ledger, caller, values)


@router.get("/{contact_id}")
def contact(contact_id: UUID, ledger: Ledger, caller: _Reader, values: Values) -> contacts.ContactWhole:
    """One person by any id it ever had, with profile and identifiers."""
    return contacts.whole(ledger, caller.organization, contact_id, values=values)


def _page(question: ContactsQuestion, ledger: Ledger, caller: Caller, values: bool) -> contacts.ContactsPage:
    return contacts.page(
        ledger,
        caller.organization,
        Filter(question.search, question.type, question.mark, question.deleted),
        after=question.after,
        limit=question.limit,
        counted=question.count,
        values=values,
    )
