"""Histories of signups and opt-outs alone, as nearly all are: their consent is told without walking them.

What is told here is what `consent` comes to (tests/rules/test_plain.py); all else is left to it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, IdentifierReleased, OptedOut, Subscribed
from ledger.events.scope import covers
from ledger.events.vocabulary import ALL, Consent
from ledger.rules.policy import Policies

_ASIDE: Final = frozenset({IdentifierClaimed, IdentifierReleased})
"""Say who holds an address, and nothing of its consent."""
_STRENGTH: Final = {Consent.NEVER: 0, Consent.PENDING: 1, Consent.EXPIRED: 2, Consent.SUBSCRIBED: 3}
"""Which of several signups, each judged alone, speaks for all."""


def plain_consent(
    events: Iterable[Recorded],
    channel: str,
    scope: str,
    purpose: str,
    policies: Policies,
    *,
    at: datetime,
    known_at: datetime | None = None,
) -> Consent | None:
    """Consent of such a history, in any order and with duplicates; None where it takes the walk to tell.

    An opt-out at or after the last grant stands, whatever was lifted before it. Without any, one living grant is
    enough, and the order does not matter.
    """
    granted = stopped = None
    found = Consent.NEVER
    for event in events:
        body = event.body
        moment = event.effective_at
        if type(body) is Subscribed:
            if purpose in body.purposes and _counts(event, body, channel, scope, at, known_at):
                if not body.double_opt_in:
                    granted = moment if granted is None else max(granted, moment)
                alone = _alone(body, moment, channel, policies, at, known_at)
                found = alone if found is Consent.NEVER or _STRENGTH[alone] > _STRENGTH[found] else found
        elif type(body) is OptedOut:
            named = not body.purposes or purpose in body.purposes
            if named and _counts(event, body, channel, scope, at, known_at):
                stopped = moment if stopped is None else max(stopped, moment)
        elif type(body) not in _ASIDE:
            return None
    if stopped is None:
        return found
    return Consent.UNSUBSCRIBED if granted is None or granted <= stopped else None


def _counts(
    event: Recorded, body: Subscribed | OptedOut, channel: str, scope: str, at: datetime, known_at: datetime | None
) -> bool:
    """Whether it had happened, was known, and covers the place."""
    if event.effective_at > at or body.channel not in (channel, ALL) or not covers(body.scope, scope):
        return False
    recorded = event.envelope.recorded_at
    return known_at is None or (recorded is not None and recorded <= known_at)


def _alone(
    body: Subscribed, moment: datetime, channel: str, policies: Policies, at: datetime, known_at: datetime | None
) -> Consent:
    """What this signup would come to, were it the only one."""
    policy = policies.at(moment, known_at)
    if body.double_opt_in:
        return Consent.PENDING if at < moment + policy.request_lifetime else Consent.NEVER
    ends = policy.grant_ends(body.basis, channel, moment, body.expires_at)
    return Consent.SUBSCRIBED if ends is None or at < ends else Consent.EXPIRED
