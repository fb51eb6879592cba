"""The calendar of business days that an organization's opt-outs are due by: shown and chosen."""

from datetime import datetime

from pydantic import BaseModel, Field

from entrypoints.acting import Hand
from entrypoints.wiring import Service
from ledger.acts.settings import CalendarChoice
from ledger.errors import MessageRefused, UnknownOrganization
from ledger.rules.business_days import LIMIT, Calendar, calendar_of, checked, due


class CalendarSeen(BaseModel):
    """Whose business days count, where days begin and end, and what follows for an opt-out received now."""

    country: str = Field(examples=["US"])
    subdivision: str | None = Field(examples=["NY"])
    time_zone: str = Field(examples=["America/New_York"])
    business_days: int = Field(LIMIT, description="in which an opt-out is to be honoured, after the day of receipt")
    due_if_received_now: datetime


def calendar_for(ledger: Service, organization: str) -> Calendar:
    """The calendar of an organization. Raises UnknownOrganization."""
    stream = ledger.ids.organization(organization)
    settings = ledger.reading.growing([stream])[stream]
    if not settings:
        raise UnknownOrganization(f"{organization}: not registered; run `contact-ledger organizations add` first")
    return calendar_of(settings)


def seen(ledger: Service, calendar: Calendar) -> CalendarSeen:
    """The calendar as it is shown. Raises MessageRefused where no days can be told by it."""
    try:
        checked(calendar)
    except ValueError as wrong:
        raise MessageRefused("calendar", str(wrong)) from None
    return CalendarSeen(
        country=calendar.country,
        subdivision=calendar.subdivision,
        time_zone=calendar.time_zone,
        business_days=LIMIT,
        due_if_received_now=due(ledger.now(), calendar),
    )


def choose(hand: Hand, calendar: Calendar) -> bool:
    """Records the choice; False where it is the calendar in use. Raises MessageRefused."""
    return hand.record(CalendarChoice(calendar.country, calendar.subdivision, calendar.time_zone))
