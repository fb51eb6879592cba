"""Business days: by when an opt-out must have been honoured (issue 4; C8, C10).

Both laws give ten business days: for calls and texts within a reasonable time not beyond them (47 CFR
64.1200(a)(10)), for commercial e-mail not more than them after the request was received (15 U.S.C.
7704(a)(4)(A), 16 CFR 316). The day of receipt does not count; the clock ends with the tenth business day, both in
the time zone of the organization's calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.events.envelope import Recorded
from ledger.events.settings import CalendarChosen

if TYPE_CHECKING:
    from holidays import HolidayBase

LIMIT: Final = 10
"""Business days in which an opt-out is to be honoured."""
SHORTEST: Final = timedelta(days=LIMIT)
"""Less than this no calendar gives: whatever took no longer is in time."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose weekends and holidays count, and where days begin and end. The default is that of the US federation."""

    country: str = "US"
    subdivision: str | None = None
    time_zone: str = "America/New_York"


FEDERAL: Final = Calendar()


def calendar_of(settings: Iterable[Recorded]) -> Calendar:
    """The calendar an organization has chosen last, of the events of its stream; else the federal one."""
    chosen = FEDERAL
    for event in settings:
        if isinstance(event.body, CalendarChosen):
            chosen = Calendar(event.body.country, event.body.subdivision, event.body.time_zone)
    return chosen


def checked(calendar: Calendar) -> Calendar:
    """The calendar, if days can be told by it. Raises ValueError that names the field and says what to give."""
    from holidays import country_holidays

    try:
        country_holidays(calendar.country)
    except NotImplementedError:
        raise ValueError("country: two letters of ISO 3166, as US or CA") from None
    try:
        country_holidays(calendar.country, calendar.subdivision)
    except NotImplementedError:
        raise ValueError(f"subdivision: a part of {calendar.country} by ISO 3166-2, as NY or BY") from None
    try:
        ZoneInfo(calendar.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("time_zone: a name of the IANA database, as America/New_York") from None
    return calendar


def is_business_day(day: date, calendar: Calendar = FEDERAL) -> bool:
    """Whether the day is neither of the weekend nor a holiday there."""
    return _year(calendar.country, calendar.subdivision, day.year).is_working_day(day)


def due(received: datetime, calendar: Calendar = FEDERAL, days: int = LIMIT) -> datetime:
    """The moment, in UTC, at which the last of so many business days after the day of receipt ends."""
    zone = ZoneInfo(calendar.time_zone)
    end = _after(received.astimezone(zone).date(), calendar, days) + timedelta(days=1)
    return datetime.combine(end, time(), zone).astimezone(UTC)


@lru_cache(maxsize=4_096)
def _after(day: date, calendar: Calendar, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= is_business_day(day, calendar)
    return day


@lru_cache(maxsize=1_024)
def _year(country: str, subdivision: str | None, year: int) -> "HolidayBase":
    """One year's holidays, whole when it is first seen: threads share it."""
    from holidays import country_holidays

    return country_holidays(country, subdivision, years=year, expand=False)
