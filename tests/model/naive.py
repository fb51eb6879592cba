"""The rules written a second time from DESIGN §4, as plainly as possible: sort, loop, if. Slow is fine.

It shares nothing with `ledger/rules` but the events, the parameters of a policy and the question asked, so that
a mistake would have to be made twice to stay unseen. Nothing outside the tests may use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.events import identifier as said
from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.events.settings import PlatformBlacklisted, PlatformUnblacklisted
from ledger.events.vocabulary import OWN_METHODS
from ledger.rules.policy import BUILT_IN, Policies, Policy
from tests.model.naive_consent import consent_of
from tests.model.naive_order import (
    REPLY_CHANNELS,
    Place,
    in_order,
    is_above_or_same,
    is_text,
    opens,
    policy_at,
)

HOLDS: dict[str, tuple[type[said.HoldPlaced], type[said.HoldLifted]]] = {
    "banned": (said.Banned, said.Unbanned),
    "blocked": (said.Blocked, said.Unblocked),
    "paused": (said.Paused, said.Resumed),
}
SERIOUS_FIRST = (
    *("erased", "banned", "blocked", "complained", "blacklisted", "unsubscribed"),
    *("bounced", "paused", "declined", "pending", "expired", "never"),
)


@dataclass(frozen=True)
class Answer:
    consent: str
    deliverability: str
    hold: str
    erased: bool
    sendable: bool
    reasons: tuple[str, ...]
    stops: tuple[Recorded, ...]
    """The opt-outs that stand against the place."""


def answer(
    events: Sequence[Recorded],
    place: Place,
    at: datetime,
    known_at: datetime | None = None,
    platform: Sequence[Recorded] = (),
    policies: Policies = BUILT_IN,
) -> Answer:
    """Everything DESIGN §4 says about one place at `at`, as known at `known_at`."""
    timeline = in_order(events, at, known_at)
    listings = in_order(platform, at, known_at)
    consent, stops = consent_of(timeline, place, at, policies, known_at)
    now = policy_at(policies, at, known_at)
    failing = [name for name in HOLDS if held(timeline, place, name, at, policies, known_at)]
    hold = failing[0] if failing else "none"
    undelivered = []
    if is_on(timeline, said.Complained, said.ComplaintWithdrawn):
        undelivered.append("complained")
    if is_on(timeline, said.Blacklisted, said.Unblacklisted) or is_on(
        listings, PlatformBlacklisted, PlatformUnblacklisted
    ):
        undelivered.append("blacklisted")
    if bounced(timeline, place, now):
        undelivered.append("bounced")
    failing += undelivered
    erased = is_erased(timeline)
    if erased:
        failing.append("erased")
    if place.purpose == "transactional":
        if is_text(place) and any(stop.method in now.transactional_stops for stop in stops):
            failing.append("unsubscribed")
    elif consent != "subscribed":
        failing.append(consent)
    return Answer(
        consent=consent,
        deliverability=undelivered[0] if undelivered else "active",
        hold=hold,
        erased=erased,
        sendable=not failing,
        reasons=tuple(sorted(failing, key=SERIOUS_FIRST.index)),
        stops=tuple(stop.event for stop in stops),
    )


def is_on(timeline: list[Recorded], on: type[Event], off: type[Event]) -> bool:
    state = False
    for event in timeline:
        if isinstance(event.body, on):
            state = True
        elif isinstance(event.body, off):
            state = False
    return state


def bounced(timeline: list[Recorded], place: Place, policy: Policy) -> bool:
    hard: set[UUID] = set()
    soft: set[UUID] = set()
    for event in timeline:
        body = event.body
        if isinstance(body, said.Bounced) and body.channel == place.channel:
            (hard if body.hard else soft).add(body.attempt or event.event_id)
        elif isinstance(body, said.Reactivated) or (
            isinstance(body, said.Delivered) and body.channel == place.channel
        ):
            hard, soft = set(), set()
    if policy.soft_bounces == "separate":
        return bool(hard) or len(soft) >= policy.soft_bounce_threshold
    if policy.soft_bounces == "never":
        return bool(hard)
    return bool(hard) or len(hard | soft) >= policy.bounce_threshold


def held(
    timeline: list[Recorded], place: Place, name: str, at: datetime, policies: Policies, known_at: datetime | None
) -> bool:
    standing: list[said.HoldPlaced] = []
    placed, lifted = HOLDS[name]
    for number, event in enumerate(timeline):
        body = event.body
        if isinstance(body, placed):
            standing.append(body)
        elif isinstance(body, lifted):
            standing = [hold for hold in standing if not lifts(body, hold)]
        elif is_own_grant(event, timeline[:number], policies, known_at):
            standing = [hold for hold in standing if not of_deletion(hold)]
    return any(
        is_above_or_same(hold.scope, place.scope)
        and not (isinstance(hold, said.Paused) and hold.until is not None and hold.until <= at)
        for hold in standing
    )


def lifts(lift: said.HoldLifted, hold: said.HoldPlaced) -> bool:
    if isinstance(lift, said.Unblocked) and lift.cause == "contact_restored" and not of_deletion(hold):
        return False
    return is_above_or_same(lift.scope, hold.scope)


def of_deletion(hold: said.HoldPlaced) -> bool:
    return isinstance(hold, said.Blocked) and hold.cause == "contact_deleted"


def is_own_grant(event: Recorded, before: list[Recorded], policies: Policies, known_at: datetime | None) -> bool:
    """Whether it is the person's own fresh grant of anything: what restores a deleted contact (DESIGN §3)."""
    body = event.body
    if isinstance(body, said.Subscribed):
        return body.method in OWN_METHODS and not body.double_opt_in
    if isinstance(body, said.ReplyReceived) and body.reply_class == "start":
        return True
    for earlier in before:
        request = earlier.body
        if not isinstance(request, said.Subscribed) or not request.double_opt_in:
            continue
        lifetime = policy_at(policies, earlier.effective_at, known_at).request_lifetime
        if event.effective_at >= earlier.effective_at + lifetime:
            continue
        if isinstance(body, said.SubscriptionConfirmed) and body.request_act_id == earlier.envelope.act_id:
            return True
        if isinstance(body, said.ReplyReceived) and body.reply_class == "yes":
            here = is_above_or_same(request.scope, body.sender) or is_above_or_same(body.sender, request.scope)
            if here and request.channel in REPLY_CHANNELS:
                return True
    return False


def is_erased(timeline: list[Recorded]) -> bool:
    erased = False
    for event in timeline:
        if isinstance(event.body, said.IdentifierErased):
            erased = True
        elif opens(event.body):
            erased = False
    return erased
