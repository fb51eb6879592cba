"""Trends: opt-ins and opt-outs by day, method, channel and list; a chart where scripts run, tables everywhere."""

from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Depends, Query, Response
from pydantic import Field

from entrypoints import trends
from entrypoints.console.lists import State, refuse_unknown, show_list
from entrypoints.console.opt_outs import METHODS
from entrypoints.console.pages import Place, twins
from entrypoints.console.pages import router as pages_router
from entrypoints.console.view import View, looking
from ledger.events.vocabulary import CHANNELS, SIGNUP_METHODS

router = pages_router()
PLACE: Final = Place("trends", "nav.trends", "contacts", router)
PERIODS: Final = (7, 30, 90, 365)
"""Days that the page offers to look at, up to today."""
COLUMNS: Final = ("day", "what", "method", "channel", "scope", "number")


class Question(State):
    """Which period (days of UTC), and which opt-ins and opt-outs in it."""

    since: date | None = None
    until: date | None = None
    method: str | None = Field(None, max_length=40)
    channel: str | None = Field(None, max_length=40)
    scope: str | None = Field(None, max_length=400)


@twins(router, "/{organization}/trends")
def shown(view: Annotated[View, Depends(looking("contacts"))], asked: Annotated[Question, Query()]) -> Response:
    """The last 30 days, or those asked for; the CSV has every count by day, method, channel and place."""
    refuse_unknown(asked, method=(*SIGNUP_METHODS, *METHODS), channel=CHANNELS)
    today = view.now.date()
    wanted = trends.wanted(
        today,
        since=asked.since,
        until=asked.until,
        method=asked.method,
        channel=asked.channel,
        scope=asked.scope,
    )
    found = trends.rows(view.ledger, view.organization, wanted)
    table = (COLUMNS, [[str(getattr(one, name)) for name in COLUMNS] for one in found])
    periods = {days: today - timedelta(days=days - 1) for days in PERIODS}
    return show_list(
        view,
        "trends",
        asked,
        trends.trends(found, wanted),
        table,
        periods=periods,
        today=today,
        channels=CHANNELS,
    )
