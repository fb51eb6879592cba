"""What another policy would change: whom it can touch, and how their statuses differ (DESIGN §4 "Policy")."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import product
from typing import Final, NamedTuple
from uuid import UUID

from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.events.identifier import (
    Bounced,
    IdentifierClaimed,
    OptedOut,
    ReplyReceived,
    Subscribed,
    SubscriptionConfirmed,
)
from ledger.events.vocabulary import ALL, CHANNELS, CHANNELS_OF, Consent, Deliverability
from ledger.rules.consent import HEARD, consent
from ledger.rules.deliverability import deliverability
from ledger.rules.hold import hold
from ledger.rules.places import Place, named_places
from ledger.rules.policy import Adoption, Policies, Policy
from ledger.rules.status import failing_reasons
from ledger.rules.timeline import Timeline, timeline

_Types = frozenset[type[Event]]
_GRANTS: Final[_Types] = frozenset({Subscribed, SubscriptionConfirmed, ReplyReceived})
_OPT_OUTS: Final[_Types] = frozenset({OptedOut, ReplyReceived})

_SHAPING: Final[dict[str, _Types]] = {
    "request_lifetime": frozenset({Subscribed}),
    "stop_reach": frozenset({ReplyReceived}),
    "express_months": _GRANTS,
    "inquiry_months": _GRANTS,
    "purchase_months": _GRANTS,
    "phone_months": _GRANTS,
}
"""Parameter judged at an event's time → the types of events it shapes."""
_WEIGHING: Final[dict[str, _Types]] = {
    "bounce_threshold": frozenset({Bounced}),
    "soft_bounces": frozenset({Bounced}),
    "soft_bounce_threshold": frozenset({Bounced}),
    "transactional_stops": _OPT_OUTS,
}
"""Parameter judged at T → the types of events it weighs, whenever they happened."""
_LIFTING: Final = {"bulk_never_lifts": _OPT_OUTS, "own_device_only": _OPT_OUTS}
"""Parameter that says what a grant lifts → what there must be to be lifted, however old."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Streams with an event of a type in `ever`, or one of a type in `lately` recorded at `since` or later.

    No other stream's status can differ; that an event is recorded when it takes effect or later makes it so.
    """

    ever: _Types
    lately: _Types
    since: datetime

    def has(self, events: Iterable[Recorded]) -> bool:
        """Whether a stream with these events is among them."""
        return any(
            type(event.body) in self.ever
            or (
                type(event.body) in self.lately
                and event.envelope.recorded_at is not None
                and event.envelope.recorded_at >= self.since
            )
            for event in events
        )


class Answer(NamedTuple):
    """What a status comes to at one place, with the rule and the policy version that decided it."""

    sendable: bool
    reasons: tuple[str, ...]
    consent: Consent
    deliverability: Deliverability
    event: UUID | None
    rule: str | None
    policy: str | None

    def same_as(self, other: "Answer") -> bool:
        """Whether nothing but what decided it, and under which version, is different."""
        return self[:4] == other[:4]


class Change(NamedTuple):
    """One place of an identifier whose status differs."""

    identifier_id: UUID
    channel: str
    scope: str
    purpose: str
    before: Answer
    after: Answer


def differing(before: Policy, after: Policy) -> list[str]:
    """Names of the parameters in which two versions differ."""
    names = [one.name for one in fields(Policy) if one.name != "version"]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def touched(before: Policies, after: Policies, at: datetime) -> Touched:
    """The streams whose status at `at` may differ between two histories."""
    ever = {t for name in differing(before.at(at), after.at(at)) for t in _WEIGHING.get(name, ())}
    lately: set[type[Event]] = set()
    since = at
    for moment in sorted({*before.boundaries(), *after.boundaries()}):
        if moment <= at:
            names = differing(before.at(moment), after.at(moment))
            shaped = {t for name in names for t in _SHAPING.get(name, ())}
            ever |= {t for name in names for t in _LIFTING.get(name, ())}
            since = min(since, moment) if shaped else since
            lately |= shaped
    return Touched(frozenset(ever), frozenset(lately), since)


def touched_by(adoption: Adoption) -> Touched:
    """The streams whose status, or the versions it says it was judged under, an adoption may change."""
    return Touched(frozenset({Bounced}) | _OPT_OUTS, HEARD, adoption.in_force_from)


def changes(
    events: Sequence[Recorded],
    before: Policies,
    after: Policies,
    *,
    at: datetime,
    platform: Sequence[Recorded] = (),
) -> Iterator[Change]:
    """Every place of one identifier, of those that can be asked about, whose status differs."""
    line = timeline(events, at=at)
    listed = timeline(platform, at=at) if platform else None
    places = sorted(_places(events, before, after))
    for place, one, other in zip(
        places, _answers(line, listed, places, before), _answers(line, listed, places, after), strict=True
    ):
        if not one.same_as(other):
            yield Change(events[0].stream_id, *place, one, other)


def _places(events: Sequence[Recorded], before: Policies, after: Policies) -> set[Place]:
    """Places that stand for all that can be asked: at another scope holds what holds at the nearest above it,
    for a purpose that no event names what holds for `*`; and no policy changes what is asked of channel `*`.
    """
    named = named_places(events, before) | named_places(events, after)
    channels = {channel for channel, _, _ in named}
    if ALL in channels:
        kinds = {event.body.kind for event in events if type(event.body) is IdentifierClaimed}
        channels |= {channel for kind in kinds for channel in CHANNELS_OF[kind]} if kinds else set(CHANNELS)
    purposes = {purpose for _, _, purpose in named} | {"transactional"}
    return set(product(channels - {ALL}, {scope for _, scope, _ in named}, purposes))


def _answers(
    line: Timeline, platform: Timeline | None, places: Sequence[Place], policies: Policies
) -> Iterator[Answer]:
    policy = policies.at(line.at, line.known_at)
    reached = {c: deliverability(line, platform, c, policies) for c in {place[0] for place in places}}
    held = {scope: hold(line, scope) for scope in {place[1] for place in places}}
    for channel, scope, purpose in places:
        given, delivered, stopped = consent(line, channel, scope, purpose, policies), reached[channel], held[scope]
        failing = failing_reasons(given, delivered, stopped, channel, purpose, policy)
        event = next(iter(failing.values())) if failing else given.event
        verdicts = {**stopped.verdicts, **delivered.verdicts, **given.verdicts}
        verdict = verdicts.get(event) if event is not None else None
        yield Answer(
            not failing,
            tuple(failing),
            given.consent,
            delivered.deliverability,
            event,
            verdict.rule if verdict is not None else None,
            verdict.policy if verdict is not None else None,
        )
