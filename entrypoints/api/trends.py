"""Opt-ins and opt-outs by day, method, channel and list."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from entrypoints import trends
from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.models import Channel, Scope

router = APIRouter(prefix="/v1/organizations/{organization}", tags=["compliance"])


@router.get("/trends")
def of_a_period(
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("contacts"))],
    since: Annotated[date | None, Query(description="first day, in UTC; absent: 30 days up to `until`")] = None,
    until: Annotated[date | None, Query(description="last day, in UTC; absent: today")] = None,
    method: Annotated[str | None, Query(max_length=40, examples=["form"])] = None,
    channel: Channel | None = None,
    scope: Annotated[Scope | None, Query(description="at this place and below it")] = None,
) -> trends.Trends:
    """How many opt-ins and opt-outs happened: what was said on each day, not what it led to."""
    asked = trends.wanted(
        ledger.now().date(), since=since, until=until, method=method, channel=channel, scope=scope
    )
    return trends.trends(trends.rows(ledger, caller.organization, asked), asked)
