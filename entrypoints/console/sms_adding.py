"""Adds one phone to a list by hand (S12): the number, the list, what is known of its owner; then the next list."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from entrypoints import attestation, sms_adding, typed
from entrypoints.console.form_values import once
from entrypoints.console.lists import State, searched, show_list
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.profile_typing import filled_in
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.sms import chosen
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from ledger.acts.given import Given
from ledger.errors import MessageRefused, NotFound
from projections import identifiers, sms_list

router = pages_router()
Actor = Annotated[View, Depends(looking("act"))]


class Question(State):
    """The sender, and what is chosen so far: `phone` sealed, or the id of a known `number`; the `list`."""

    sender: str | None = Field(None, max_length=400)
    phone: str | None = Field(None, max_length=2_000)
    number: UUID | None = None
    list: str | None = Field(None, max_length=400)


class Adding(BaseModel):
    """How the phone stands at the list, where both are chosen."""

    sender: str | None
    phone: str | None
    list: str | None
    standing: str | None


@twins(router, "/{organization}/sms/add")
def adding(view: Actor, asked: Annotated[Question, Query()]) -> Response:
    """The step that comes next, by what is chosen already."""
    with view.ledger.reading.connection() as connection:
        senders = sms_list.senders(connection, view.organization)
        sender = chosen(senders, asked.sender)
        lists = sms_list.lists(connection, view.organization, sender) if sender else {}
    phone = _phone(view, asked)
    at = asked.list if sender and asked.list in {sender, *lists} else None
    stands = sms_adding.stands(view.ledger, view.organization, phone, at) if phone and at else None
    data = Adding(
        sender=sender, phone=phone.value if phone else None, list=at, standing=stands.standing if stands else None
    )
    return show_list(
        view,
        "sms/add",
        asked,
        data,
        (list(Adding.model_fields), [list(data.model_dump().values())]),
        senders=senders,
        lists=lists,
        stands=stands,
        fields=sms_adding.offered(view.ledger, view.organization) if stands and stands.open else [],
        attested=attestation.WORDINGS[attestation.CURRENT],
        sealed=typed.sealed(view.ledger, view.organization, phone.value) if phone else "",
        identifier=view.ledger.ids.identifier(view.organization, "phone", phone.value) if phone else None,
        once=uuid4(),
    )


@router.post("/{organization}/sms/add/continue")
def go_on(view: Actor, form: Form) -> RedirectResponse:
    """Takes the number and the list, and asks for what is known of the owner."""
    sender, at = _place(view, form)
    phone = sms_adding.phone_of(_unsealed(view, form) or form.get("number", ""), "number")
    return _to(view, sender=sender, phone=typed.sealed(view.ledger, view.organization, phone.value), list=at)


@router.post("/{organization}/sms/add/save")
def save(view: Actor, form: Form) -> RedirectResponse:
    """Subscribes the phone, once it is confirmed that its owner agreed (Y2)."""
    sender, at = _place(view, form)
    phone = sms_adding.phone_of(_unsealed(view, form))
    profile = filled_in(sms_adding.offered(view.ledger, view.organization), form)
    if form.get("attested") != "yes":
        raise MessageRefused("invalid-request", TEXTS["sms.add.not_attested"])
    sms_adding.add(view.hand(), phone, at, profile, message_id=once(form))
    sealed = typed.sealed(view.ledger, view.organization, phone.value)
    return _to(view, sender=sender, phone=sealed, list=at, done="added")


def _to(view: View, **state: str) -> RedirectResponse:
    return RedirectResponse(f"/console/{view.organization}/sms/add?{urlencode(state)}", 303, HEADERS)


def _place(view: View, form: Form) -> tuple[str, str]:
    """The sender, and the list of it that was chosen. Raises MessageRefused, NotFound."""
    with view.ledger.reading.connection() as connection:
        sender = chosen(sms_list.senders(connection, view.organization), form.get("sender", ""))
        lists = sms_list.lists(connection, view.organization, sender or "")
    at = form.get("list", "")
    if sender is None or at not in {sender, *lists}:
        raise MessageRefused("invalid-request", TEXTS["sms.add.no_list"])
    return sender, at


def _unsealed(view: View, form: Form) -> str:
    return searched(view, form.get("phone")) or ""


def _phone(view: View, asked: Question) -> Given | None:
    """The number chosen: as it was typed, or of the id. Raises NotFound."""
    if asked.number is not None:
        with view.ledger.reading.connection() as connection:
            row = identifiers.identifier(connection, view.organization, asked.number)
        if row is None or row.kind != "phone" or row.value is None:
            raise NotFound(TEXTS["sms.no_number"].partition(": ")[2])
        return sms_adding.phone_of(row.value)
    text = searched(view, asked.phone)
    return sms_adding.phone_of(text) if text else None
