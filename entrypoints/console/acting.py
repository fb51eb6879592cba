"""One-click acts on a contact's identifier (Y28, C12, S3): each with a reason, recorded like any other act."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Response
from fastapi.responses import RedirectResponse

from consumers.translators.translation import given_value
from entrypoints.console.pages import router as pages_router
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View, looking
from ledger.acts import Body, DeliverabilityChange, Given, HoldChange, OptOut
from ledger.errors import MessageRefused, NotFound
from ledger.events.vocabulary import ALL, CHANNELS_OF
from projections import contact_list, identifiers

ACTIONS: Final = (
    "unsubscribe",
    "blacklist",
    "unblacklist",
    "withdraw_complaint",
    "reactivate",
    "pause",
    "resume",
    "block",
    "unblock",
    "ban",
    "unban",
)
_DELIVERABILITY: Final = frozenset({"blacklist", "unblacklist", "withdraw_complaint", "reactivate"})
_LONGEST: Final = 500

router = pages_router()


@router.post("/{organization}/contacts/{contact_id}/act")
def act(contact_id: UUID, view: Annotated[View, Depends(looking("act"))], form: Form) -> Response:
    """Records the act and goes back to the profile. The same form sent twice is one act."""
    body = _body(view.organization, _given(view, contact_id, form), form)
    view.hand().record(body, message_id=_once(form))
    here = f"/console/{view.organization}/contacts/{contact_id}"
    return RedirectResponse(f"{here}?done={form['action']}", 303, HEADERS)


def _given(view: View, contact_id: UUID, form: Form) -> Given:
    """The identifier chosen, which must be one that this contact holds now and can be reached by."""
    with view.ledger.reading.connection() as connection:
        row = contact_list.contact(connection, view.organization, contact_id)
        held = identifiers.identifiers(connection, view.organization, row.identifier_ids) if row else []
    found = next((one for one in held if str(one.id) == form.get("identifier")), None)
    if found is None or found.value is None or not CHANNELS_OF.get(found.kind or ""):
        raise NotFound(TEXTS["act.no_identifier"])
    return given_value(found.kind or "", found.value, "identifier")


def _body(organization: str, given: Given, form: Form) -> Body:
    action, reason = form.get("action", ""), form.get("reason", "").strip()
    if action not in ACTIONS:
        raise MessageRefused("invalid-request", TEXTS["act.no_action"])
    if not reason or len(reason) > _LONGEST or "\0" in reason:
        raise MessageRefused("invalid-request", TEXTS["act.no_reason"])
    if action == "unsubscribe":
        return OptOut(given, ALL, organization, (), "manual", reason)
    if action in _DELIVERABILITY:
        return DeliverabilityChange(given, action, reason)
    return HoldChange(given, action, organization, None, reason)


def _once(form: Form) -> str:
    """The id the form was given when it was rendered."""
    try:
        return str(UUID(form.get("once", "")))
    except ValueError:
        raise MessageRefused("invalid-request", TEXTS["act.no_form"]) from None
