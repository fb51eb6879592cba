"""Whose business days count for opt-outs, and for how long things are kept that need not be kept for ever."""

from typing import Annotated

from fastapi import Query, Response

from entrypoints import retention
from entrypoints.calendar import CalendarSeen, calendar_for, choose, seen
from entrypoints.console.lists import done
from entrypoints.console.pages import twins
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, Reader, history, router, show_part
from entrypoints.retention import Retention
from ledger.errors import MessageRefused
from ledger.rules.business_days import Calendar


class CalendarAndRetention(Part):
    """The calendar in use, and what is kept for how many days."""

    calendar: CalendarSeen
    retention: list[Retention]


@twins(router, "/{organization}/settings/calendar")
def shown(view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The calendar of business days, and the retentions."""
    data = CalendarAndRetention(
        calendar=seen(view.ledger, calendar_for(view.ledger, view.organization)),
        retention=retention.listed(view.ledger, view.organization),
        history=history(view, "calendar"),
    )
    rows = [list(one.model_dump().values()) for one in data.retention]
    return show_part(view, "calendar", asked, data, (list(Retention.model_fields), rows))


@router.post("/{organization}/settings/calendar")
def choose_calendar(view: Admin, form: Form) -> Response:
    """Chooses whose business days count: for every opt-out, earlier ones too."""
    said = {name: form.get(name, "").strip() for name in ("country", "subdivision", "time_zone")}
    calendar = Calendar(said["country"].upper(), said["subdivision"].upper() or None, said["time_zone"])
    choose(view.hand(), calendar)
    return done(view, "settings/calendar", what="true")


@router.post("/{organization}/settings/retention/{subject}")
def keep(view: Admin, subject: str, form: Form) -> Response:
    """Sets for how many days something is kept."""
    days = form.get("days", "").strip()
    if not days.isdecimal() or len(days) > 9:
        raise MessageRefused("days", "days: a whole number of days")
    retention.set_days(view.hand(), subject, int(days))
    return done(view, "settings/calendar", what="true")
