"""One phone number at its sender codes: where it stands, what it texted, and what may be done to it (S3, S31)."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from psycopg import Connection
from pydantic import BaseModel, Field

from consumers.translators.translation import given_value
from entrypoints import contacts, replies
from entrypoints.console.form_values import given_reason, once
from entrypoints.console.lists import State, done, show_list
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.session import Form
from entrypoints.console.sms import chosen
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactSeen
from entrypoints.masking import masked
from ledger.acts.act import Body
from ledger.acts.consent import OptOut
from ledger.acts.identifier import HoldChange
from ledger.errors import MessageRefused, NotFound
from ledger.events.scope import covers
from ledger.events.vocabulary import ALL
from projections import channel_status, contact_list, identifiers, sms_list
from projections.identifiers import IdentifierRow

router = pages_router()
DONE: Final = {"unsubscribe": "unsubscribed", "ban": "banned", "unban": "unbanned"}
"""Act → what the page says once it is done."""


class Question(State):
    """The sender whose lists are shown; absent: all."""

    sender: str | None = Field(None, max_length=400)


class PlaceSeen(BaseModel):
    """Where the number stands at a list or sender."""

    scope: str
    name: str | None
    channel: str
    purpose: str
    consent: str
    since: datetime | None
    method: str | None
    hold: str
    hold_since: datetime | None


class TextSeen(BaseModel):
    """A text from the number. `text` for who may read values."""

    event_id: UUID
    sender: str
    received_at: datetime
    reply_class: str
    state: str
    text: str | None


class Number(BaseModel):
    """The page. `phone`: null once erased."""

    identifier_id: UUID
    phone: str | None
    contact: ContactSeen | None
    places: list[PlaceSeen]
    texts: list[TextSeen]


@twins(router, "/{organization}/sms/numbers/{identifier_id}")
def number(
    identifier_id: UUID,
    view: Annotated[View, Depends(looking("contacts"))],
    asked: Annotated[Question, Query()],
) -> Response:
    """One number by its id; the number itself is in no address."""
    with view.ledger.reading.connection() as connection:
        row = _phone(connection, view.organization, identifier_id)
        senders = sms_list.senders(connection, view.organization)
        sender = asked.sender if asked.sender in senders else chosen(senders, None)
        person = contact_list.contact(connection, view.organization, row.person_id) if row.person_id else None
        places = _places(connection, view.organization, identifier_id, sender)
    said = replies.of_number(view.ledger, view.organization, identifier_id, values=view.values)
    texts = [
        TextSeen(
            **{name: getattr(one.reply, name) for name in TextSeen.model_fields if name != "text"}, text=one.text
        )
        for one in said
    ]
    data = Number(
        identifier_id=identifier_id,
        phone=row.value if view.values else masked("phone", row.value),
        contact=contacts.seen(person, values=view.values) if person else None,
        places=places,
        texts=texts,
    )
    here = [one for one in places if sender is not None and covers(sender, one.scope)]
    return show_list(
        view,
        f"sms/numbers/{identifier_id}",
        asked,
        data,
        (list(TextSeen.model_fields), [list(one.model_dump(mode="json").values()) for one in texts]),
        template="sms/number.html",
        sender=sender,
        senders=senders,
        banned=any(one.hold == "banned" for one in here),
        out=bool(here) and all(one.consent == "unsubscribed" for one in here),
        once=uuid4(),
    )


@router.post("/{organization}/sms/act")
def act(view: Annotated[View, Depends(looking("act"))], form: Form) -> RedirectResponse:
    """Unsubscribes a number from a sender, bans it there, or lifts the ban; for a reason."""
    action, reason = form.get("action", ""), given_reason(form)
    if action not in DONE:
        raise MessageRefused("invalid-request", TEXTS["sms.no_action"])
    if action != "unsubscribe" and not view.may("settings"):
        raise MessageRefused("invalid-request", TEXTS["sms.only_admin"])
    with view.ledger.reading.connection() as connection:
        row = _phone(connection, view.organization, _identifier(form))
        sender = chosen(sms_list.senders(connection, view.organization), form.get("sender", ""))
    if row.value is None or sender is None:
        raise MessageRefused("invalid-request", TEXTS["sms.no_number"])
    given = given_value("phone", row.value, "identifier")
    body: Body = HoldChange(given, action, sender, None, reason)
    if action == "unsubscribe":
        body = OptOut(given, ALL, sender, (), "manual", reason)
    view.hand().record(body, message_id=once(form))
    return done(view, "sms", form, DONE[action])


def _identifier(form: Form) -> UUID:
    try:
        return UUID(form.get("identifier", ""))
    except ValueError:
        raise MessageRefused("invalid-request", TEXTS["sms.no_number"]) from None


def _phone(connection: Connection[Any], organization: str, identifier_id: UUID) -> IdentifierRow:
    """The number, if it is one of the organization. Raises NotFound."""
    row = identifiers.identifier(connection, organization, identifier_id)
    if row is None or row.kind not in ("phone", None):
        raise NotFound(TEXTS["sms.no_number"].partition(": ")[2])
    return row


def _places(
    connection: Connection[Any], organization: str, identifier_id: UUID, sender: str | None
) -> list[PlaceSeen]:
    """What is said of texts to it, at the sender and below; without one, anywhere."""
    rows = channel_status.of_identifiers(connection, [identifier_id])
    wanted = [row for row in rows if row.channel in ("sms", ALL) and (sender is None or covers(sender, row.scope))]
    names = sms_list.lists(connection, organization, sender) if sender else {}
    return [
        PlaceSeen(
            scope=row.scope,
            name=names.get(row.scope),
            channel=row.channel,
            purpose=row.purpose,
            consent=row.consent,
            since=row.consent_since,
            method=row.consent_method,
            hold=row.hold,
            hold_since=row.hold_since,
        )
        for row in wanted
    ]
