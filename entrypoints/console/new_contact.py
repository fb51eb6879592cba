"""New contact (Y2, C2): entered by hand, with its owner's consent attested, which is kept with every event."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from entrypoints import attestation, new_contact, profiles, scopes
from entrypoints.console.form_values import once
from entrypoints.console.lists import State, show_list, wrong_fields
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.profile_typing import filled_in
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from entrypoints.fields import FieldSeen
from entrypoints.new_contact import CHANNELS, Entered, Forecast, Known
from entrypoints.scopes import ScopeSeen
from ledger.errors import MessageRefused

router = pages_router()
Actor = Annotated[View, Depends(looking("act"))]


class Made(State):
    """`made`: the contact that was created just now."""

    made: UUID | None = None


class NewContact(BaseModel):
    """The form: what may be filled in, subscribed to and is to be attested; and what is known of it already."""

    fields: list[FieldSeen]
    scopes: list[ScopeSeen]
    wording: str
    known: list[Known] = []
    forecast: list[Forecast] = []


@twins(router, "/{organization}/contacts/new")
def new(view: Actor, asked: Annotated[Made, Query()]) -> Response:
    """Asks for what is known of the person."""
    return _form(view, asked, {})


@router.post("/{organization}/contacts/new")
def create(view: Actor, form: Form) -> Response:
    """Creates the contact; what is known already is shown first, and recorded only when asked for again."""
    hand = view.hand()
    try:
        given = new_contact.entered(view.organization, form, filled_in(_fields(view), form))
        if form.get("attested") != "yes":
            raise MessageRefused("invalid-request", TEXTS["new.not_attested"])
        known = new_contact.known(hand, given)
        if known and form.get("known") != " ".join(str(one.contact) for one in known):
            return _form(view, Made(), form, known=known, given=given)
        made = new_contact.create(hand, given, once(form))
    except MessageRefused as refused:
        return _form(view, Made(), form, refused=refused)
    return RedirectResponse(f"/console/{view.organization}/contacts/new?made={made}", 303, HEADERS)


def _form(
    view: View,
    asked: Made,
    typed: Mapping[str, str],
    *,
    refused: MessageRefused | None = None,
    known: Sequence[Known] = (),
    given: Entered | None = None,
) -> Response:
    data = NewContact(
        fields=_fields(view),
        scopes=scopes.page(view.ledger, view.organization, state="active", limit=200).scopes,
        wording=attestation.WORDINGS[attestation.CURRENT],
        known=list(known),
        forecast=new_contact.forecast(view.hand(), given) if given is not None else [],
    )
    wrong = wrong_fields(refused)
    refusal = next((message for field, message in wrong.items() if field.startswith("data.subscriptions")), None)
    if refusal is not None:
        wrong["to"] = refusal
    return show_list(
        view,
        "contacts/new",
        asked,
        data,
        (list(FieldSeen.model_fields), [list(one.model_dump().values()) for one in data.fields]),
        template="acts/new-contact.html",
        status=422 if refused else 200,
        typed=typed,
        wrong=wrong,
        channels=CHANNELS,
        once=typed.get("once") or uuid4(),
    )


def _fields(view: View) -> list[FieldSeen]:
    return profiles.offered(view.ledger, view.organization)
