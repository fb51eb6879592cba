"""Links between contacts over HTTP: shown first, then made or removed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field, model_validator

from consumers.translators.translation import given_value
from entrypoints import linking
from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import MAX_VALUE, Asked, Id, Kind
from entrypoints.api.once import own_name
from entrypoints.api.problems import invalid
from ledger.acts.contact import Unlink
from ledger.errors import MessageRefused

router = APIRouter(prefix="/v1/organizations/{organization}/contact-links", tags=["links of contacts"])
_Reader = Annotated[Caller, Depends(needs("contacts"))]
_Linker = Annotated[Caller, Depends(needs("linking"))]
_Reason = Annotated[str, Field(min_length=1, max_length=500, examples=["the same person: she called"])]
_Id = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=200,
        description="idempotency key: sent again, it is the same act",
        examples=["l-1"],
    ),
]


class SideGiven(Asked):
    """One of the two: a contact by any id it ever had, or an identifier it holds."""

    contact_id: Id | None = None
    kind: Kind | None = Field(None, examples=["email"])
    value: str | None = Field(None, max_length=MAX_VALUE, examples=["ann@example.com"])

    @model_validator(mode="after")
    def _one_way(self) -> "SideGiven":
        by_value = self.kind is not None and self.value is not None
        if by_value == (self.contact_id is not None) or (self.contact_id is not None and (self.kind or self.value)):
            raise ValueError("give either `contact_id`, or `kind` and `value`")
        return self


class LinkWanted(Asked):
    """Two that are one person."""

    left: SideGiven
    right: SideGiven


class LinkAsked(LinkWanted):
    """The same, to be done."""

    reason: _Reason
    id: _Id = None


class UnlinkAsked(Asked):
    """Why a link goes."""

    reason: _Reason
    id: _Id = None


class WholeWanted(Asked):
    """A contact that shall stand alone again."""

    contact_id: Id


class WholeAsked(WholeWanted):
    """The same, to be done."""

    reason: _Reason
    id: _Id = None


@router.get("")
def list_links(contact_id: Annotated[UUID, Query()], ledger: Ledger, caller: _Reader) -> list[linking.LinkTold]:
    """The links that hold a person together, by any of its contact ids, oldest first."""
    return linking.standing_links(ledger, caller.organization, contact_id)


@router.post("/preview")
def preview_link(wanted: LinkWanted, ledger: Ledger, caller: _Reader) -> linking.PreviewTold:
    """What a link would come to: identifiers, profile, statuses, what is carried over. Changes nothing."""
    left, right = _side(wanted.left, "left"), _side(wanted.right, "right")
    return linking.previewed_link(ledger, caller.organization, left, right, values=caller.may("values"))


@router.post("")
def make_link(asked: LinkAsked, ledger: Ledger, caller: _Linker) -> linking.LinksDone:
    """Makes the two one person. Every id either had leads to it from now on."""
    left, right = _side(asked.left, "left"), _side(asked.right, "right")
    return linking.link(
        hand(ledger, caller), left, right, asked.reason, message_id=own_name(caller.request, asked.id)
    )


@router.post("/unlink-whole/preview")
def preview_whole(wanted: WholeWanted, ledger: Ledger, caller: _Reader) -> linking.PreviewTold:
    """What removing every link of a contact would come to. Changes nothing."""
    body = Unlink(contact=wanted.contact_id)
    return linking.previewed_unlink(ledger, caller.organization, body, values=caller.may("values"))


@router.post("/unlink-whole")
def unlink_whole(asked: WholeAsked, ledger: Ledger, caller: _Linker) -> linking.LinksDone:
    """Removes every link of a contact, which then stands alone."""
    body = Unlink(reason=asked.reason, contact=asked.contact_id)
    return linking.unlink(hand(ledger, caller), body, message_id=own_name(caller.request, asked.id))


@router.post("/{link_id}/unlink/preview")
def preview_unlink(link_id: UUID, ledger: Ledger, caller: _Reader) -> linking.PreviewTold:
    """What removing a link would come to. Changes nothing."""
    return linking.previewed_unlink(ledger, caller.organization, Unlink(link_id), values=caller.may("values"))


@router.post("/{link_id}/unlink")
def remove_link(link_id: UUID, asked: UnlinkAsked, ledger: Ledger, caller: _Linker) -> linking.LinksDone:
    """Removes a link: each side gets its own back, with what happened meanwhile. Machines never link them again."""
    return linking.unlink(
        hand(ledger, caller), Unlink(link_id, asked.reason), message_id=own_name(caller.request, asked.id)
    )


def _side(given: SideGiven, field: str) -> linking.Side:
    if given.contact_id is not None:
        return given.contact_id
    assert given.kind is not None
    assert given.value is not None
    try:
        return given_value(given.kind, given.value, f"{field}.value")
    except MessageRefused as refused:
        raise invalid((f"{field}.value", refused.detail)) from None
