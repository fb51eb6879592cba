"""Puts the console into the HTTP application. A new page is a file of routes, a template, and a line here."""

from typing import Final

from fastapi import FastAPI, Response
from fastapi.responses import RedirectResponse

from entrypoints.api.problems import Problem
from entrypoints.console import (
    acting,
    assets,
    bulk,
    candidates,
    clock,
    contact,
    contact_comparing,
    contact_editing,
    contact_identifier,
    contact_linking,
    contact_subscribing,
    contacts,
    deleted,
    duplicates,
    mending,
    new_contact,
    operations,
    opt_outs,
    policies,
    rejections,
    replies,
    session,
    sign_on,
    sms,
    sms_adding,
    sms_number,
    start,
    trends,
)
from entrypoints.console.below import Below
from entrypoints.console.pages import Place
from entrypoints.console.pages import router as pages_router
from entrypoints.console.settings import PLACE as SETTINGS
from entrypoints.console.texts import TEXTS
from entrypoints.kafka_glance import KafkaGlance
from entrypoints.settings import Settings

PLACES: Final[tuple[Place, ...]] = (
    contacts.PLACE,
    sms.PLACE,
    bulk.PLACE,
    deleted.PLACE,
    duplicates.PLACE,
    candidates.PLACE,
    replies.PLACE,
    clock.PLACE,
    opt_outs.PLACE,
    trends.PLACE,
    rejections.PLACE,
    policies.PLACE,
    operations.PLACE,
    SETTINGS,
)
"""What the navigation leads to, in its order."""
_OF_A_CONTACT: Final = (
    contact,
    contact_editing,
    contact_subscribing,
    contact_linking,
    contact_comparing,
    contact_identifier,
)


nowhere = pages_router()


@nowhere.get("/{path:path}")
def no_such_page(path: str) -> Response:
    """Says of whatever is no page that there is none, as a page."""
    raise Problem(404, "not-found", TEXTS["error.no_page"])


def serve_console(app: FastAPI) -> None:
    """Adds `/console/…`."""
    settings: Settings = app.state.service.settings
    app.state.places = PLACES
    app.state.kafka = KafkaGlance(settings)
    session.install(app)
    way_in = [session.router, *sign_on.routers(app, settings.provider)]
    single = (assets, start, acting, mending, new_contact, sms_adding, sms_number)
    pages = [*(page.router for page in single), *(place.router for place in PLACES)]
    pages += [page.router for page in _OF_A_CONTACT]
    app.add_api_route("/", lambda: RedirectResponse(session.HOME, 303), include_in_schema=False)
    app.router.routes.insert(0, Below(session.HOME, [*way_in, *pages, nowhere]))
