"""One identifier of a contact: who held it when, epoch by epoch, and everything that happened to it."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from entrypoints.console.one_contact import address, show_contact, whole
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.standing import Standing, standings
from entrypoints.console.timeline import KINDS, Happened, timeline
from entrypoints.console.view import View, looking
from entrypoints.contacts import IdentifierSeen
from entrypoints.shapes import EpochSeen, epochs_seen
from ledger.errors import NotFound
from ledger.events.identifier import IdentifierClaimed, IdentifierReleased

router = pages_router()
_PAGE: Final = 50


class Held(BaseModel):
    """A contact to which the identifier came, or which it left."""

    contact_id: UUID
    at: datetime
    came: bool


class IdentifierPage(BaseModel):
    """The identifier, who held it, and a page of its history."""

    identifier: IdentifierSeen
    epochs: list[EpochSeen]
    holders: list[Held]
    standings: list[Standing]
    timeline: list[Happened]
    older: str | None


class Question(BaseModel):
    """Which events are shown, and how far back."""

    before: str | None = Field(None, max_length=100)
    kind: str | None = Field(None, max_length=20)


@twins(router, "/{organization}/contacts/{contact_id}/identifiers/{identifier_id}")
def identifier(
    contact_id: UUID,
    identifier_id: UUID,
    view: Annotated[View, Depends(looking("contacts"))],
    asked: Annotated[Question, Query()],
) -> Response:
    """An identifier that the contact holds now. Raises NotFound."""
    one = whole(view, contact_id)
    held = next((held for held in one.identifiers if held.id == identifier_id), None)
    if held is None:
        raise NotFound("This contact does not hold such an identifier now.")
    events = view.ledger.reading.read([identifier_id])[identifier_id]
    happened, older = timeline(view, [identifier_id], asked.before, _PAGE, asked.kind or None)
    data = IdentifierPage(
        identifier=held,
        epochs=epochs_seen(events),
        holders=[
            Held(
                contact_id=event.body.contact_id,
                at=event.effective_at,
                came=isinstance(event.body, IdentifierClaimed),
            )
            for event in events
            if isinstance(event.body, IdentifierClaimed | IdentifierReleased)
        ],
        standings=standings(view, [identifier_id]),
        timeline=happened,
        older=older,
    )
    rows = [list(event.model_dump(mode="json").values()) for event in happened]
    here = f"identifiers/{identifier_id}"
    return show_contact(
        view,
        one,
        "identifier",
        "contact/identifier.html",
        data,
        (list(Happened.model_fields), rows),
        asked=asked,
        held=held,
        kinds=KINDS,
        link=lambda **state: address(view, one.id, here, **{**asked.model_dump(exclude_defaults=True), **state}),
    )
