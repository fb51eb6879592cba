"""Links of a contact: what holds the person together, a link or an unlink shown first, and then done (L8)."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from consumers.translators.translation import given_value
from entrypoints import contacts, linking
from entrypoints.console.form_values import once
from entrypoints.console.one_contact import address, done, message, show_contact, whole
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from entrypoints.contacts import ContactSeen, ContactWhole
from entrypoints.linking import LinkTold, PreviewTold
from ledger.acts.contact import Unlink
from ledger.errors import MessageRefused, NotFound
from projections import contact_list

router = pages_router()
Reader = Annotated[View, Depends(looking("contacts"))]
Linker = Annotated[View, Depends(looking("linking"))]
_LONGEST = 500


class LinksPage(BaseModel):
    """The links that stand between the contacts of the person."""

    contact_id: UUID
    contact_ids: list[UUID]
    links: list[LinkTold]


class PreviewPage(BaseModel):
    """What the link or unlink comes to."""

    preview: PreviewTold


class Asked(BaseModel):
    """One of: a link to be removed; a contact that shall stand alone; a person to be linked."""

    link: UUID | None = None
    alone: UUID | None = None
    other: UUID | None = Field(None, alias="with")


@twins(router, "/{organization}/contacts/{contact_id}/links")
def links_page(contact_id: UUID, view: Reader) -> Response:
    """The links, and a form to find whom to link."""
    return _links(view, whole(view, contact_id), {}, {}, 200)


@router.post("/{organization}/contacts/{contact_id}/links/find")
def find(contact_id: UUID, view: Linker, form: Form) -> Response:
    """Goes to the preview of a link with whoever is meant; what was typed shows in no address."""
    one = whole(view, contact_id)
    try:
        other = _meant(view, form.get("who", "").strip())
    except (MessageRefused, NotFound) as wrong:
        said = message(wrong) if isinstance(wrong, MessageRefused) else str(wrong)
        return _links(view, one, form, {"who": said}, 422)
    if other in one.contact_ids:
        return _links(view, one, form, {"who": TEXTS["links.same"]}, 422)
    return RedirectResponse(address(view, one.id, "links/preview", **{"with": other}), 303, HEADERS)


@twins(router, "/{organization}/contacts/{contact_id}/links/preview")
def preview(contact_id: UUID, view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """What it would come to. Changes nothing."""
    return _preview(view, whole(view, contact_id), asked, {}, {}, 200)


@router.post("/{organization}/contacts/{contact_id}/links/decide")
def decide(contact_id: UUID, view: Linker, form: Form) -> Response:
    """Makes the link or removes it, for a reason; the preview again where none is given."""
    one = whole(view, contact_id)
    asked = Asked.model_validate({name: form[name] for name in ("link", "alone", "with") if form.get(name)})
    reason = form.get("reason", "").strip()
    if not reason or len(reason) > _LONGEST or "\0" in reason:
        return _preview(view, one, asked, form, {"reason": TEXTS["edit.reason"]}, 422)
    try:
        if asked.other is not None:
            linking.link(view.hand(), one.id, asked.other, reason, message_id=once(form))
        else:
            linking.unlink(view.hand(), _unlink(one, asked, reason), message_id=once(form))
    except MessageRefused as refused:
        return _preview(view, one, asked, form, {"reason": message(refused)}, 422)
    return done(view, contact_id, "linked" if asked.other is not None else "unlinked")


def _meant(view: View, who: str) -> UUID:
    """The person behind a contact id, an e-mail address, a phone number or a contact key."""
    if not who:
        raise MessageRefused("invalid-request", TEXTS["links.who"])
    try:
        return view.ledger.answers.person(view.organization, UUID(who)).id
    except ValueError:
        kind = "email" if "@" in who else "phone" if who.startswith("+") else "external_id"
    _, holder = view.ledger.answers.holder(view.organization, given_value(kind, who, "who"))
    if holder is None:
        raise NotFound(TEXTS["links.nobody"])
    return holder


def _unlink(one: ContactWhole, asked: Asked, reason: str | None = None) -> Unlink:
    if asked.link is not None:
        return Unlink(asked.link, reason)
    if asked.alone is None or asked.alone not in one.contact_ids:
        raise MessageRefused("invalid-request", TEXTS["links.which"])
    return Unlink(reason=reason, contact=asked.alone)


def _links(
    view: View, one: ContactWhole, typed: Mapping[str, str], errors: Mapping[str, str], status: int
) -> Response:
    found = linking.standing_links(view.ledger, view.organization, one.id)
    data = LinksPage(contact_id=one.id, contact_ids=one.contact_ids, links=found)
    table = [
        [str(link.link_id), *map(str, link.contact_ids), link.cause, link.automatic, link.at.isoformat()]
        for link in found
    ]
    names = ["link_id", "contact", "other_contact", "cause", "automatic", "at"]
    return show_contact(
        view, one, "links", "contact/links.html", data, (names, table), status=status, typed=typed, errors=errors
    )


def _preview(
    view: View, one: ContactWhole, asked: Asked, typed: Mapping[str, str], errors: Mapping[str, str], status: int
) -> Response:
    ledger, organization = view.ledger, view.organization
    if asked.other is not None:
        told = linking.previewed_link(ledger, organization, one.id, asked.other, values=view.values)
    else:
        told = linking.previewed_unlink(ledger, organization, _unlink(one, asked), values=view.values)
    values: dict[UUID, Any] = {held.id: held for side in told.before for held in side.identifiers}
    table = [list(row.model_dump(mode="json").values()) for row in told.reaches]
    names = list(linking.ReachTold.model_fields)
    return show_contact(
        view,
        one,
        "links",
        "contact/preview.html",
        PreviewPage(preview=told),
        (names, [[" ".join(cell) if isinstance(cell, list) else cell for cell in row] for row in table]),
        status=status,
        asked=asked,
        typed=typed,
        errors=errors,
        values=values,
        people=_people(view, told),
        once=uuid4(),
    )


def _people(view: View, told: PreviewTold) -> dict[UUID, ContactSeen]:
    """Contact id → whom it leads to today."""
    found: dict[UUID, ContactSeen] = {}
    with view.ledger.reading.connection() as connection:
        for side in told.before:
            row = contact_list.contact(connection, view.organization, side.id)
            if row is not None:
                shown = contacts.seen(row, values=view.values)
                found |= dict.fromkeys(side.contact_ids, shown)
    return found
