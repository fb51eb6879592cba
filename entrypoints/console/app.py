"""Puts the console into the HTTP application. A new page is a file of routes, a template, and a line here."""

from typing import Final

from fastapi import FastAPI

from entrypoints.console import (
    acting,
    assets,
    candidates,
    clock,
    contact,
    contacts,
    deleted,
    duplicates,
    opt_outs,
    rejected,
    replies,
    sms,
    sms_adding,
    sms_number,
    start,
    tables,
)
from entrypoints.console.pages import Place

PLACES: Final[tuple[Place, ...]] = (
    contacts.PLACE,
    sms.PLACE,
    deleted.PLACE,
    duplicates.PLACE,
    candidates.PLACE,
    replies.PLACE,
    clock.PLACE,
    opt_outs.PLACE,
    rejected.PLACE,
    tables.POLICIES,
    tables.OPERATIONS,
    tables.SETTINGS,
)
"""What the navigation leads to, in its order."""


def serve_console(app: FastAPI) -> None:
    """Adds `/console/…`."""
    app.state.places = PLACES
    single = (assets, start, acting, contact, sms_adding, sms_number)
    for router in (*(page.router for page in single), *(place.router for place in PLACES)):
        app.include_router(router)
