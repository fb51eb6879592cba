"""The act that chooses an organization's calendar of business days."""

from ledger.acts.settings import CalendarChoice
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import CalendarChosen
from ledger.rules.business_days import Calendar, calendar_of, checked


def choose_calendar(draft: Draft, act: CalendarChoice) -> None:
    """Nothing new where it is the calendar in use. Raises MessageRefused where no days can be told by it."""
    try:
        wanted = checked(Calendar(act.country, act.subdivision, act.time_zone))
    except ValueError as wrong:
        raise MessageRefused("calendar", str(wrong)) from None
    stream = draft.ids.organization(draft.act.organization)
    if calendar_of(draft.stream(stream).values()) != wanted:
        body = CalendarChosen(country=act.country, subdivision=act.subdivision, time_zone=act.time_zone)
        draft.add(stream, body, draft.event_id(body))
