"""What the pages of one contact have in common: whose they are, their tabs and links, who acted, moments typed."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from consumers.translators.translation import given_value
from entrypoints import contacts, people
from entrypoints.console.pages import Table, show
from entrypoints.console.rendering import HEADERS
from entrypoints.console.texts import TEXTS
from entrypoints.console.view import View
from entrypoints.contacts import ContactWhole, IdentifierSeen
from entrypoints.roles import Permission
from ledger.acts.given import Given
from ledger.errors import MessageRefused
from ledger.events.vocabulary import CHANNELS_OF

TABS: Final[Mapping[str, Permission]] = {
    "": "contacts",
    "edit": "act",
    "subscriptions": "act",
    "links": "contacts",
    "compare": "explain",
}
"""Pages of a contact, by the end of their address, and what seeing them needs."""


def whole(view: View, contact_id: UUID) -> ContactWhole:
    """The person, by any id it ever had. Raises NotFound."""
    return contacts.whole(view.ledger, view.organization, contact_id, values=view.values)


def address(view: View, contact_id: UUID, tab: str = "", **state: Any) -> str:
    """A page of the contact in this state; values of None and empty ones are left out."""
    query = urlencode({name: value for name, value in state.items() if value not in (None, "")}, doseq=True)
    path = f"/console/{view.organization}/contacts/{contact_id}" + (f"/{tab}" if tab else "")
    return path + (f"?{query}" if query else "")


def show_contact(
    view: View,
    one: ContactWhole,
    tab: str,
    template: str,
    data: BaseModel,
    table: Table,
    *,
    status: int = 200,
    **shown: Any,
) -> Response:
    """A page of the contact in the form it was asked for."""
    return show(
        view,
        template,
        data,
        table,
        status=status,
        one=one,
        title=(one.name or next(iter([*one.emails, *one.phones, *one.external_ids]), TEXTS["contacts.unnamed"])),
        tab=tab,
        tabs=[name for name, permission in TABS.items() if view.may(permission)],
        names=view.names(),
        who=named(view),
        to=lambda tab="", **state: address(view, one.id, tab, **state),
        **shown,
    )


def done(view: View, contact_id: UUID, what: str, tab: str = "", **state: Any) -> RedirectResponse:
    """Back to a page of the contact, which says what was done."""
    return RedirectResponse(address(view, contact_id, tab, done=what, **state), 303, HEADERS)


def named(view: View) -> Callable[[str | None], str | None]:
    """Says who an actor is: a colleague by name to those who may read values."""
    names = people.names(view.ledger, view.organization) if view.values and view.twin == "html" else {}
    return lambda actor: names.get(actor or "", actor)


def reachable(one: ContactWhole) -> list[IdentifierSeen]:
    """Its identifiers that something can be sent to, and whose value is still there."""
    return [held for held in one.identifiers if held.value is not None and CHANNELS_OF.get(held.kind or "")]


def given(held: IdentifierSeen) -> Given:
    """An identifier that is shown in full, as an act names it."""
    return given_value(held.kind or "", held.value or "", "identifier")


def message(refused: MessageRefused) -> str:
    """What is wrong, without the name of the field that it is shown at."""
    field, colon, text = refused.detail.partition(": ")
    return text if colon and " " not in field else refused.detail
