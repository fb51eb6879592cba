"""Puts the console into the HTTP application. A new page is a file of routes, a template, and a line here."""

from typing import Final

from fastapi import FastAPI

from entrypoints.console import (
    acting,
    assets,
    bulk,
    candidates,
    clock,
    contact,
    contacts,
    deleted,
    duplicates,
    new_contact,
    opt_outs,
    rejected,
    replies,
    sms,
    start,
    tables,
)
from entrypoints.console.pages import Place

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
    rejected.PLACE,
    tables.POLICIES,
    tables.OPERATIONS,
    tables.SETTINGS,
)
"""What the navigation leads to, in its order."""


def serve_console(app: FastAPI) -> None:
    """Adds `/console/…`."""
    app.state.places = PLACES
    beside = (assets.router, start.router, acting.router, new_contact.router, contact.router)
    for router in (*beside, *(place.router for place in PLACES)):
        app.include_router(router)
