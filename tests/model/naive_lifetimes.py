"""How long a consent lives in the naive model (see `naive`)."""

from datetime import datetime, timedelta

from ledger.rules.policy import Policy
from tests.model.naive_order import Place

PHONE_CHANNELS = ("sms", "mms", "whatsapp", "viber", "voice")


def lives_until(
    policy: Policy, place: Place, given_at: datetime, basis: str | None, named: datetime | None
) -> datetime | None:
    """When a consent ends: at its named end, by the lifetime of its basis or by a phone's; whichever is first."""
    by_basis = {"inquiry": policy.inquiry_months, "purchase": policy.purchase_months}
    lifetimes = [by_basis.get(basis or "express", policy.express_months)]
    if place.channel in PHONE_CHANNELS:
        lifetimes.append(policy.phone_months)
    ends = [months_later(given_at, months) for months in lifetimes if months is not None]
    if named is not None:
        ends.append(named)
    return min(ends, default=None)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day and hour so many months on; the last of that month where it has no such day."""
    first = moment.replace(day=1)
    for _ in range(months):
        first = (first + timedelta(days=31)).replace(day=1)
    found = first
    for day in range(2, moment.day + 1):
        if (first + timedelta(days=day - 1)).month == first.month:
            found = first + timedelta(days=day - 1)
    return found
