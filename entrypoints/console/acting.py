"""One-click acts on a contact's identifiers (Y28, C12, S3): each with a reason, recorded like any other act.

From the profile by the form there, from a row of the list by a page of its own, which leads back to that list.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from consumers.translators.translation import given_value
from entrypoints import contacts
from entrypoints.console.form_values import once
from entrypoints.console.lists import State, show_list, wrong_fields
from entrypoints.console.pages import router as pages_router
from entrypoints.console.pages import twins
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from entrypoints.contacts import IdentifierSeen
from ledger.acts.act import Body
from ledger.by_hand import ACTIONS, by_hand
from ledger.errors import MessageRefused, NotFound
from ledger.events.vocabulary import CHANNELS_OF
from projections import contact_list, identifiers
from projections.identifiers import IdentifierRow

EVERY: Final = "every"
"""Instead of one identifier's id: each that the action is offered for."""
_LONGEST: Final = 500

router = pages_router()
Actor = Annotated[View, Depends(looking("act"))]


class Asked(State):
    """Which action, on identifiers of which kind, and the state of the list it was chosen in."""

    action: str = Field("unsubscribe", max_length=40)
    kind: str | None = Field(None, max_length=20)
    of: str = Field("", max_length=10_000)


class Acting(BaseModel):
    """What may be acted on: identifiers that this contact holds now and can be reached by."""

    contact: UUID
    name: str | None
    action: str
    identifiers: list[IdentifierSeen]


@twins(router, "/{organization}/contacts/{contact_id}/act")
def asking(contact_id: UUID, view: Actor, asked: Annotated[Asked, Query()]) -> Response:
    """Asks why, and on which of the identifiers."""
    return _form(view, contact_id, asked, {})


@router.post("/{organization}/contacts/{contact_id}/act")
def act(contact_id: UUID, view: Actor, form: Form) -> Response:
    """Records the acts and goes back to where it was asked for. The same form sent twice is done once."""
    chosen = _chosen(view, contact_id, form)
    try:
        bodies = {row.id: _body(view.organization, row, form) for row in chosen}
        sent = once(form)
        for key, body in bodies.items():
            view.hand().record(body, message_id=f"{sent}/{key}")
    except MessageRefused as refused:
        asked = Asked(action=form.get("action", ""), kind=form.get("kind") or None, of=form.get("of", ""))
        return _form(view, contact_id, asked, form, refused)
    done = f"done={form['action']}"
    if "of" in form:
        state = urlencode([*parse_qsl(form["of"]), ("done", form["action"]), ("who", str(contact_id))])
        return RedirectResponse(f"/console/{view.organization}/contacts?{state}", 303, HEADERS)
    return RedirectResponse(f"/console/{view.organization}/contacts/{contact_id}?{done}", 303, HEADERS)


def _form(
    view: View, contact_id: UUID, asked: Asked, typed: Mapping[str, str], refused: MessageRefused | None = None
) -> Response:
    whole = contacts.whole(view.ledger, view.organization, contact_id, values=view.values)
    reachable = [
        one
        for one in whole.identifiers
        if CHANNELS_OF.get(one.kind or "") and not one.erased and asked.kind in (None, one.kind)
    ]
    data = Acting(contact=whole.id, name=whole.name, action=asked.action, identifiers=reachable)
    names = ("id", "kind", "value")
    return show_list(
        view,
        f"contacts/{contact_id}/act",
        asked,
        data,
        (names, [[str(one.id), one.kind, one.value] for one in reachable]),
        template="acts/act.html",
        status=422 if refused else 200,
        typed=typed,
        wrong=wrong_fields(refused),
        every=EVERY,
        actions=ACTIONS,
        once=typed.get("once") or uuid4(),
        longest=_LONGEST,
    )


def _chosen(view: View, contact_id: UUID, form: Form) -> Sequence[IdentifierRow]:
    """The identifiers chosen, which this contact must hold now and be reached by."""
    with view.ledger.reading.connection() as connection:
        row = contact_list.contact(connection, view.organization, contact_id)
        held = identifiers.identifiers(connection, view.organization, row.identifier_ids) if row else []
    usable = [one for one in held if one.value is not None and CHANNELS_OF.get(one.kind or "")]
    asked = form.get("identifier", "")
    if asked == EVERY:
        found = [one for one in usable if form.get("kind", "") in ("", one.kind)]
    else:
        found = [one for one in usable if str(one.id) == asked]
    if not found:
        raise NotFound(TEXTS["act.no_identifier"])
    return found


def _body(organization: str, row: IdentifierRow, form: Form) -> Body:
    action, reason = form.get("action", ""), form.get("reason", "").strip()
    if action not in ACTIONS:
        raise MessageRefused("invalid-request", TEXTS["act.no_action"])
    if not reason or len(reason) > _LONGEST or "\0" in reason:
        raise MessageRefused("invalid-request", TEXTS["act.no_reason"])
    return by_hand(action, given_value(row.kind or "", row.value or "", "identifier"), organization, reason)
