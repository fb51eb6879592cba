"""Histories of signups and opt-outs alone, as nearly all are: their consent is told without walking them.

What is told here is what `consent` comes to, by the same event (tests/rules/test_plain.py); all else is left to it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, IdentifierReleased, OptedOut, Subscribed
from ledger.events.scope import covers
from ledger.events.vocabulary import ALL, Consent
from ledger.rules.policy import Policies
from ledger.rules.verdict import made

_PLAIN: Final = frozenset({IdentifierClaimed, IdentifierReleased, Subscribed, OptedOut})
_ASIDE: Final = frozenset({IdentifierClaimed, IdentifierReleased})
"""Say who holds an address, and nothing of its consent."""


class Told(NamedTuple):
    """Consent, by which event and rule, and the policy version that this was judged under."""

    consent: Consent
    event: UUID | None = None
    rule: str | None = None
    policy: str | None = None


_NEVER: Final = Told(Consent.NEVER)


def plain(
    events: Iterable[Recorded], *, at: datetime, known_at: datetime | None = None
) -> Sequence[Recorded] | None:
    """The signups and opt-outs that count at `at` as known at `known_at`, each once, in the order of the walk.

    None where there are other events that may bear on a status.
    """
    counted = []
    for event in events:
        kind = type(event.body)
        if kind not in _PLAIN:
            return None
        if kind not in _ASIDE and event.effective_at <= at:
            recorded = event.envelope.recorded_at
            if known_at is None or (recorded is not None and recorded <= known_at):
                counted.append(event)
    if len(counted) < 2:
        return counted
    once = {event.envelope.event_id: event for event in counted}
    return sorted(once.values(), key=lambda event: (event.effective_at, event.body.RANK, event.event_id))


def plain_consent(
    counted: Iterable[Recorded],
    channel: str,
    scope: str,
    purpose: str,
    policies: Policies,
    *,
    at: datetime,
    known_at: datetime | None = None,
) -> Told | None:
    """Consent of what `plain` gives; None where it takes the walk to tell, as of a grant after an opt-out.

    The first opt-out stands, for nothing lifts it; without any, the first living grant is enough.
    """
    policy = policies.adoptions[0].policy
    dated = len(policies.adoptions) > 1
    stopped = alive = asked = lapsed = None
    for event in counted:
        body, moment = event.body, event.effective_at
        if dated:
            policy = policies.at(moment, known_at)
        if type(body) is OptedOut:
            named = not body.purposes or purpose in body.purposes
            if stopped is None and named and body.channel in (channel, ALL) and covers(body.scope, scope):
                stopped = _told(Consent.UNSUBSCRIBED, event, "opt_out.stands", policy.version)
        elif type(body) is not Subscribed or not _asked_for(body, channel, scope, purpose):
            continue
        elif body.double_opt_in:
            if at < moment + policy.request_lifetime:
                asked = _told(Consent.PENDING, event, "request.open", policy.version)
        elif stopped is not None:
            return None
        elif alive is None:
            ends = policy.grant_ends(body.basis, channel, moment, body.expires_at)
            if ends is None or at < ends:
                alive = _told(Consent.SUBSCRIBED, event, "grant.live", policy.version)
            else:
                lapsed = max(lapsed or (ends, event.envelope.event_id), (ends, event.envelope.event_id))
    if stopped is None and alive is None and lapsed is not None:
        return Told(Consent.EXPIRED, lapsed[1], "grant.expired", policy.version)
    return stopped or alive or asked or _NEVER


def plain_reasons(told: Told, purpose: str) -> tuple[str, ...] | None:
    """The reasons against sending; None where it takes the walk: how an opt-out was made matters to transactional
    messages.
    """
    if told.consent is Consent.UNSUBSCRIBED and purpose == "transactional":
        return None
    return () if told.consent is Consent.SUBSCRIBED or purpose == "transactional" else (told.consent.value,)


def _asked_for(body: Subscribed, channel: str, scope: str, purpose: str) -> bool:
    return purpose in body.purposes and body.channel in (channel, ALL) and covers(body.scope, scope)


def _told(consent: Consent, event: Recorded, rule: str, version: str) -> Told:
    return made(Told, (consent, event.envelope.event_id, rule, version))
