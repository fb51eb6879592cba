"""Business days: never a weekend or a holiday, never fewer than asked, and later receipt is never due earlier."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.business_days import FEDERAL, LIMIT, SHORTEST, Calendar, checked, due, is_business_day

CALENDARS = (
    FEDERAL,
    Calendar("US", "NY"),
    Calendar("CA", "QC", "America/Toronto"),
    Calendar("DE", "BY", "Europe/Berlin"),
    Calendar("GB", "SCT", "Europe/London"),
    Calendar("IL", None, "Asia/Jerusalem"),
    Calendar("JP", None, "Asia/Tokyo"),
)
calendars = st.sampled_from(CALENDARS)
moments = st.integers(0, 60 * 365 * 24).map(lambda hours: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
NEW_YORK = ZoneInfo("America/New_York")


def day(text: str) -> date:
    return date.fromisoformat(text)


def last_day(due_at: datetime, calendar: Calendar) -> date:
    """The day with whose end it is due."""
    return (due_at - timedelta(microseconds=1)).astimezone(ZoneInfo(calendar.time_zone)).date()


@given(moments, calendars)
def test_the_last_day_is_a_business_day_and_the_tenth_after_receipt(received: datetime, calendar: Calendar) -> None:
    last = last_day(due(received, calendar), calendar)
    day_of_receipt = received.astimezone(ZoneInfo(calendar.time_zone)).date()
    between = [day_of_receipt + timedelta(days=n) for n in range(1, (last - day_of_receipt).days + 1)]
    assert is_business_day(last, calendar)
    assert sum(is_business_day(one, calendar) for one in between) == LIMIT


@given(moments, st.timedeltas(timedelta(), timedelta(days=40)), calendars)
def test_what_is_received_later_is_not_due_earlier(
    received: datetime, later: timedelta, calendar: Calendar
) -> None:
    assert due(received, calendar) <= due(received + later, calendar)


@given(moments, calendars)
def test_no_calendar_gives_less_than_the_shortest_time(received: datetime, calendar: Calendar) -> None:
    assert SHORTEST < due(received, calendar) - received < timedelta(days=31)


@given(moments, calendars, st.integers(1, 30))
def test_one_more_day_is_the_next_business_day(received: datetime, calendar: Calendar, days: int) -> None:
    last, next_ = (last_day(due(received, calendar, n), calendar) for n in (days, days + 1))
    assert last < next_
    assert not any(is_business_day(last + timedelta(days=n), calendar) for n in range(1, (next_ - last).days))


@pytest.mark.parametrize(
    ("calendar", "free"),
    [
        (FEDERAL, "2026-01-01"),  # New Year's Day
        (FEDERAL, "2026-01-19"),  # Martin Luther King's birthday, a third Monday
        (FEDERAL, "2026-06-19"),  # Juneteenth
        (FEDERAL, "2026-07-03"),  # Independence Day falls on a Saturday
        (FEDERAL, "2026-11-26"),  # Thanksgiving
        (FEDERAL, "2021-12-31"),  # New Year's Day of 2022 falls on a Saturday: a holiday of the year before
        (FEDERAL, "2026-03-07"),  # a Saturday
        (Calendar("CA", "QC"), "2026-06-24"),  # Saint-Jean-Baptiste
        (Calendar("IL"), "2026-03-06"),  # the weekend there is Friday and Saturday
    ],
)
def test_days_off(calendar: Calendar, free: str) -> None:
    assert not is_business_day(day(free), calendar)


@pytest.mark.parametrize(
    ("calendar", "open_"),
    [(FEDERAL, "2026-03-06"), (FEDERAL, "2026-06-24"), (FEDERAL, "2020-06-19"), (Calendar("IL"), "2026-03-08")],
)
def test_days_at_work(calendar: Calendar, open_: str) -> None:
    assert is_business_day(day(open_), calendar)


def test_thanksgiving_makes_it_a_day_more() -> None:
    received = datetime(2026, 11, 16, 23, 59, tzinfo=NEW_YORK)
    assert due(received) == datetime(2026, 12, 2, tzinfo=NEW_YORK)
    assert due(received - timedelta(days=14)) == datetime(2026, 11, 18, tzinfo=NEW_YORK)  # Veterans Day is in it


def test_days_begin_where_the_calendar_says() -> None:
    received = datetime(2026, 3, 3, 2, tzinfo=UTC)  # Tuesday in London, still Monday in New York
    assert due(received) == datetime(2026, 3, 17, tzinfo=NEW_YORK)
    assert due(received, Calendar("GB", None, "Europe/London")) == datetime(2026, 3, 18, tzinfo=UTC)


def test_the_end_of_a_day_heeds_summer_time() -> None:
    assert due(datetime(2026, 3, 2, 12, tzinfo=UTC)) == datetime(2026, 3, 17, 4, tzinfo=UTC)
    assert due(datetime(2026, 2, 2, 12, tzinfo=UTC)) == datetime(2026, 2, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Calendar("XX"), "country"),
        (Calendar("us"), "country"),
        (Calendar("US", "QQ"), "subdivision"),
        (Calendar("US", None, "America/Gotham"), "time_zone"),
        (Calendar("US", None, "../etc/passwd"), "time_zone"),
        (Calendar("US", None, ""), "time_zone"),
    ],
)
def test_a_calendar_that_tells_no_days_is_refused_with_the_field_named(wrong: Calendar, field: str) -> None:
    assert checked(FEDERAL) is FEDERAL
    with pytest.raises(ValueError, match=f"^{field}: "):
        checked(wrong)
