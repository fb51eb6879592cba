"""One person's profile with its provenance, edited so that nobody's edit is covered, and compared in time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from consumers.translators.translation import given_value
from entrypoints import comparing, profiles
from entrypoints.api.auth import Caller, Ledger, Values, hand, needs
from entrypoints.api.models import Asked, Id, Moment, ValueGiven
from entrypoints.api.problems import invalid
from ledger.acts.contact import IdentifierAssignment, ProfileEdit
from ledger.errors import MessageRefused
from ledger.portraits import Point
from schemas.profile import Fields, Name

router = APIRouter(prefix="/v1/organizations/{organization}/contacts/{contact_id}", tags=["contacts"])
_Reader = Annotated[Caller, Depends(needs("contacts"))]
_Editor = Annotated[Caller, Depends(needs("act"))]
_Auditor = Annotated[Caller, Depends(needs("explain"))]


class EditAsked(Asked):
    """Edits of fields: set replaces, append adds to a list, fill only where empty, remove clears."""

    set: Fields = Field({}, examples=[{"first_name": "Ann"}])
    append: Fields = Field({}, examples=[{"interests": ["shoes"]}])
    fill: Fields = Field({}, examples=[{"language": "de"}])
    remove: list[Name] = Field([], max_length=200, examples=[["nickname"]])
    seen: dict[Name, Id | None] = Field(
        {},
        max_length=200,
        description="field → its `newest` as the profile showed it: edited since, the answer is 409 and nothing is "
        "recorded. A field that is left out is edited whatever came meanwhile",
    )


class IdentifierAsked(Asked):
    """An identifier for the contact, which nobody may hold yet; `instead_of` is a contact key to be taken."""

    identifier: ValueGiven | None = None
    instead_of: Id | None = Field(None, description="id of the contact key that goes")
    reason: str = Field(min_length=1, max_length=500, examples=["the shop gave a new customer number"])


class Assigned(BaseModel):
    """Whether anything was new in it."""

    recorded: bool


class Moments:
    """The query that names the two points."""

    def __init__(
        self,
        a: Annotated[Moment | None, Query(description="one moment; absent: now")] = None,
        a_known_at: Annotated[Moment | None, Query(description="as was known then; absent: now")] = None,
        b: Annotated[Moment | None, Query(description="the other moment; absent: now")] = None,
        b_known_at: Annotated[Moment | None, Query(description="as was known then; absent: now")] = None,
    ) -> None:
        self.a, self.a_known_at, self.b, self.b_known_at = a, a_known_at, b, b_known_at


@router.get("/profile")
def show_profile(contact_id: UUID, ledger: Ledger, caller: _Reader, values: Values) -> profiles.ProfileSeen:
    """Every field: its value, where it came from, and what it replaced."""
    return profiles.seen(ledger, caller.organization, contact_id, values=values)


@router.patch("/profile")
def edit_profile(contact_id: UUID, asked: EditAsked, ledger: Ledger, caller: _Editor) -> profiles.EditDone:
    """Edits fields. With `seen` nobody's edit is covered unseen."""
    if not (asked.set or asked.append or asked.fill or asked.remove):
        raise invalid(("body", "name at least one field in set, append, fill or remove"))
    body = ProfileEdit(
        contact_id=contact_id,
        set=asked.set,
        append=asked.append,
        fill=asked.fill,
        remove=tuple(sorted(set(asked.remove))),
        seen=asked.seen,
    )
    ledger.answers.person(caller.organization, contact_id)
    recorded = profiles.edit(hand(ledger, caller), body)
    shown = profiles.seen(ledger, caller.organization, contact_id, values=caller.may("values"))
    return profiles.EditDone(recorded=recorded, profile=shown)


@router.post("/identifiers")
def assign_identifier(contact_id: UUID, asked: IdentifierAsked, ledger: Ledger, caller: _Editor) -> Assigned:
    """Gives the contact an identifier, or changes or takes its contact key. Consent stays with each identifier."""
    given = None
    if asked.identifier is not None:
        try:
            given = given_value(asked.identifier.kind, asked.identifier.value, "identifier.value")
        except MessageRefused as refused:
            raise invalid(("identifier.value", refused.detail.partition(": ")[2])) from None
    elif asked.instead_of is None:
        raise invalid(("body", "name an identifier to be given, or a contact key to be taken"))
    ledger.answers.person(caller.organization, contact_id)
    body = IdentifierAssignment(contact_id, given, asked.instead_of, asked.reason)
    return Assigned(recorded=hand(ledger, caller).record(body))


@router.get("/compare")
def compare(
    contact_id: UUID, moments: Annotated[Moments, Depends()], ledger: Ledger, caller: _Auditor, values: Values
) -> comparing.ComparisonTold:
    """What the contact was at two moments: identifiers, profile, statuses, and the events in between."""
    now = ledger.answers.moment()
    a, b = Point(moments.a or now, moments.a_known_at), Point(moments.b or now, moments.b_known_at)
    return comparing.compared(ledger, caller.organization, contact_id, a, b, values=values)
