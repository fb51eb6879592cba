"""The compliance clock: opt-outs from receipt to Kafka, and what is overdue."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from entrypoints import compliance, replies
from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import Asked, Moment
from entrypoints.api.replies import RepliesAnswer
from entrypoints.api.replies import seen as seen_reply
from entrypoints.calendar import CalendarSeen, calendar_for, choose, seen
from ledger.rules.business_days import Calendar

router = APIRouter(prefix="/v1/organizations/{organization}/compliance", tags=["compliance"])
_Reader = Annotated[Caller, Depends(needs("explain"))]
_Since = Annotated[Moment | None, Query(description="only what was received at this moment or later")]


class CalendarGiven(Asked):
    """A calendar of business days."""

    country: str = Field(min_length=2, max_length=2, examples=["CA"], description="ISO 3166")
    subdivision: str | None = Field(
        None, max_length=10, examples=["QC"], description="ISO 3166-2, the part after -"
    )
    time_zone: str = Field(max_length=64, examples=["America/Toronto"], description="of the IANA database")


@router.get("/clock")
def clock(
    ledger: Ledger,
    caller: _Reader,
    overdue: Annotated[bool, Query(description="only those past their due date at some stage")] = False,
    since: _Since = None,
    after: Annotated[str | None, Query(max_length=200, description="the `after` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> compliance.ClockPage:
    """Each opt-out with the moments it was received, recorded, enforced and published, and when it is due."""
    return compliance.page(ledger, caller.organization, overdue=overdue, since=since, after=after, limit=limit)


@router.get("/unclassified")
def unclassified(
    ledger: Ledger,
    caller: _Reader,
    after: Annotated[str | None, Query(max_length=200, description="the `after` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> RepliesAnswer:
    """Replies of subscribed numbers that nobody has understood, the one due first first, without their texts."""
    found = replies.page(ledger, caller.organization, after=after, limit=limit)
    return RepliesAnswer(replies=[seen_reply(one) for one in found.replies], after=found.after)


@router.get("/calendar")
def calendar(ledger: Ledger, caller: _Reader) -> CalendarSeen:
    """Whose business days count, and when an opt-out received now would be due."""
    return seen(ledger, calendar_for(ledger, caller.organization))


@router.put("/calendar")
def choose_calendar(
    given: CalendarGiven, ledger: Ledger, caller: Annotated[Caller, Depends(needs("settings"))]
) -> CalendarSeen:
    """Chooses whose business days count. It holds for every opt-out, earlier ones too."""
    choose(hand(ledger, caller), Calendar(given.country, given.subdivision, given.time_zone))
    return seen(ledger, calendar_for(ledger, caller.organization))


@router.get("/summary")
def summary(ledger: Ledger, caller: _Reader, since: _Since = None) -> compliance.ClockSummary:
    """How fast opt-outs are honoured: percentiles by stage, how many wait, how many are overdue."""
    return compliance.summary(ledger, caller.organization, since=since)
