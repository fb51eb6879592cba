"""Consent in the naive model: one list each of opt-outs, grants and requests (see `naive`)."""

from dataclasses import dataclass, field
from datetime import datetime

from ledger.events import identifier as said
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import OWN_METHODS
from ledger.rules.policy import Policies, Policy
from tests.model.naive_lifetimes import lives_until
from tests.model.naive_order import REPLY_CHANNELS, Place, is_above_or_same, is_text, opens, policy_at


@dataclass
class Grant:
    expires_at: datetime | None


@dataclass
class Request:
    event: Recorded
    scope: str
    channel: str
    ends_at: datetime
    expires_at: datetime | None
    basis: str | None
    declined: bool = False


@dataclass
class Stop:
    """A standing opt-out, the grants it ended, and whether it is of a holder before the present one."""

    event: Recorded
    scope: str
    method: str
    ended: list[Grant] = field(default_factory=list)
    of_old_holder: bool = False


@dataclass
class Walk:
    """The three sets of the walk."""

    stops: list[Stop] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    closed: bool = False
    """Erased, and not opened again since: what is done on the person's behalf has no effect."""


def consent_of(
    timeline: list[Recorded], place: Place, at: datetime, policies: Policies, known_at: datetime | None
) -> tuple[str, list[Stop]]:
    walk = Walk()
    for event in timeline:
        step(walk, event, place, policy_at(policies, event.effective_at, known_at))
    if walk.stops:
        return "unsubscribed", walk.stops
    if any(grant.expires_at is None or grant.expires_at > at for grant in walk.grants):
        return "subscribed", []
    if walk.grants:
        return "expired", []
    for request in reversed(walk.requests):
        if request.declined:
            return "declined", []
        if request.ends_at > at:
            return "pending", []
    return "never", []


def step(walk: Walk, event: Recorded, place: Place, policy: Policy) -> None:
    body = event.body
    if opens(body):
        walk.closed = False
    if isinstance(body, said.Subscribed) and concerns(body, place) and not walk.closed:
        if body.double_opt_in:
            ends_at = event.effective_at + policy.request_lifetime
            walk.requests.append(Request(event, body.scope, body.channel, ends_at, body.expires_at, body.basis))
            return
        expires_at = lives_until(policy, place, event.effective_at, body.basis, body.expires_at)
        if body.method in OWN_METHODS:
            own_grant(walk, place, policy, body.scope, expires_at, from_device=body.method == "keyword")
        else:
            bulk_grant(walk, policy, body, expires_at)
    elif isinstance(body, said.SubscriptionConfirmed):
        for request in open_at(walk, event):
            if request.event.envelope.act_id == body.request_act_id:
                confirm(walk, request, place, policy, event.effective_at)
    elif isinstance(body, said.ConfirmationDeclined):
        for request in open_at(walk, event):
            if request.event.envelope.act_id == body.request_act_id:
                request.declined = True
    elif isinstance(body, said.OptedOut) and concerns(body, place):
        stop(walk, Stop(event, body.scope, body.method))
    elif isinstance(body, said.ReplyReceived):
        reply(walk, event, body, place, policy)
    elif isinstance(body, said.IdentifierErased):
        end_all(walk)
        walk.closed = True
    elif isinstance(body, said.IdentifierReassigned) and body.cause == "recycled":
        end_all(walk)
        for standing in walk.stops:
            standing.of_old_holder = True


def concerns(body: said.Subscribed | said.OptedOut, place: Place) -> bool:
    return (
        body.channel in (place.channel, "*")
        and is_above_or_same(body.scope, place.scope)
        and (not body.purposes or place.purpose in body.purposes or "*" in body.purposes)
    )


def open_at(walk: Walk, event: Recorded) -> list[Request]:
    return [request for request in walk.requests if event.effective_at < request.ends_at]


def stop(walk: Walk, standing: Stop) -> None:
    standing.ended = walk.grants
    walk.grants = []
    walk.requests = []
    walk.stops.append(standing)


def end_all(walk: Walk) -> None:
    walk.grants = []
    walk.requests = []
    for standing in walk.stops:
        standing.ended = []


def own_grant(
    walk: Walk, place: Place, policy: Policy, scope: str, expires_at: datetime | None, from_device: bool
) -> None:
    """The person's own grant; `from_device`: a keyword from that number, or a confirmed double opt-in."""
    left = []
    for standing in walk.stops:
        needs_device = is_text(place) and standing.method in policy.own_device_only
        lifted = is_above_or_same(standing.scope, scope) and (from_device or not needs_device)
        if not lifted and not (standing.of_old_holder and standing.method != "complaint"):
            left.append(standing)
    walk.stops = left
    if not left:
        walk.grants.append(Grant(expires_at))


def bulk_grant(walk: Walk, policy: Policy, body: said.Subscribed, expires_at: datetime | None) -> None:
    if body.override:
        walk.stops = [
            standing
            for standing in walk.stops
            if standing.method in policy.bulk_never_lifts
            or standing.of_old_holder
            or not is_above_or_same(standing.scope, body.scope)
        ]
    if not walk.stops:
        walk.grants.append(Grant(expires_at))


def confirm(walk: Walk, request: Request, place: Place, policy: Policy, at: datetime) -> None:
    walk.requests.remove(request)
    expires_at = lives_until(policy, place, at, request.basis, request.expires_at)
    own_grant(walk, place, policy, request.scope, expires_at, from_device=True)


def reply(walk: Walk, event: Recorded, body: said.ReplyReceived, place: Place, policy: Policy) -> None:
    if place.channel not in REPLY_CHANNELS:
        return
    if body.reply_class in ("yes", "other"):
        for request in open_at(walk, event):
            here = is_above_or_same(request.scope, body.sender) or is_above_or_same(body.sender, request.scope)
            if here and body.reply_class == "yes":
                confirm(walk, request, place, policy, event.effective_at)
            elif here:
                request.declined = True
    elif body.reply_class == "stop":
        scope = policy.stop_scope(body.sender)
        if is_above_or_same(scope, place.scope):
            stop(walk, Stop(event, scope, "keyword"))
    elif body.reply_class == "start" and is_above_or_same(body.sender, place.scope):
        if place.purpose == "marketing":
            expires_at = lives_until(policy, place, event.effective_at, None, None)
            own_grant(walk, place, policy, body.sender, expires_at, from_device=True)
        else:
            start_again(walk, event, body.sender)


def start_again(walk: Walk, event: Recorded, sender: str) -> None:
    """START for a purpose it does not grant: what STOP and its like ended lives again."""
    lifted = [
        standing
        for standing in walk.stops
        if standing.method in ("keyword", "carrier", "provider_rejection")
        and is_above_or_same(standing.scope, sender)
    ]
    walk.stops = [standing for standing in walk.stops if standing not in lifted]
    if not walk.stops:
        for standing in lifted:
            walk.grants += [
                grant
                for grant in standing.ended
                if grant.expires_at is None or grant.expires_at > event.effective_at
            ]
