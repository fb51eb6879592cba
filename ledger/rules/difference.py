"""What another policy would change: whom it can touch, and how their statuses differ (DESIGN §4 "Policy")."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
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
from ledger.events.vocabulary import ALL, CHANNELS, CHANNELS_OF, Consent, Deliverability, ReplyClass
from ledger.rules.consent import HEARD, ConsentStatus, consent
from ledger.rules.deliverability import DeliverabilityStatus, deliverability
from ledger.rules.hold import HoldStatus, hold
from ledger.rules.places import Place, named_places, names_every_channel
from ledger.rules.plain import Told, plain, plain_consent, plain_reasons
from ledger.rules.policy import Adoption, Policies, Policy
from ledger.rules.status import failing_reasons
from ledger.rules.timeline import Timeline, timeline
from ledger.rules.verdict import made

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
_LIFETIMES: Final = _SHAPING.keys() - {"stop_reach", "request_lifetime"}
"""Those that only say how long a grant lives."""
_LASTING: Final = frozenset({Consent.SUBSCRIBED, Consent.EXPIRED})
"""What consent comes to where there is a grant at the end."""
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

    def anybody(self) -> bool:
        """Whether there can be such a stream at all."""
        return bool(self.ever or self.lately)

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


def touched_by(adoption: Adoption) -> Touched:
    """The streams whose status, or the versions it says it was judged under, an adoption may change."""
    return Touched(frozenset({Bounced}) | _OPT_OUTS, HEARD, adoption.in_force_from)


class Difference:
    """Two policy histories, judged at one moment. Made once, asked for many streams."""

    def __init__(self, before: Policies, after: Policies, at: datetime) -> None:
        self.before = before
        self.after = after
        self.at = at
        self._now = before.at(at), after.at(at)
        self._weighing = {name for name in differing(before.at(at), after.at(at)) if name in _WEIGHING}
        self._shaping: dict[str, datetime] = {}
        for moment in sorted({*before.boundaries(), *after.boundaries()}):
            for name in differing(before.at(moment), after.at(moment)) if moment <= at else ():
                if name in _SHAPING or name in _LIFTING:
                    self._shaping.setdefault(name, moment)
        self._lifetimes_alone = not (self._weighing or self._shaping.keys() - _LIFETIMES)
        self._by_consent = bool(self._shaping) and not self._weighing and "request_lifetime" not in self._shaping
        """Whether nothing but consent can differ."""
        self._movable = frozenset(Consent) if self._shaping.keys() - _LIFETIMES else _LASTING
        """Where the one side comes to another consent, so does the other, unless a START lets grants live again."""

    def touched(self) -> Touched:
        """The streams whose status may differ."""
        ever = [_WEIGHING[name] for name in self._weighing]
        ever += [_LIFTING[name] for name in self._shaping if name in _LIFTING]
        lately = [_SHAPING[name] for name in self._shaping if name in _SHAPING]
        since = min((moment for name, moment in self._shaping.items() if name in _SHAPING), default=self.at)
        return Touched(frozenset().union(*ever), frozenset().union(*lately), since)

    def changes(self, events: Sequence[Recorded], platform: Sequence[Recorded] = ()) -> list[Change]:
        """Every place of one identifier, of those that can be asked about, whose status differs, in order."""
        places = self._places(events)
        told = None if platform else self._told(events, places)
        return list(self._walked(events, platform, places)) if told is None else told

    def asks_kind(self, events: Iterable[Recorded]) -> bool:
        """Whether the places of these events are those of the identifier's kind, which its claims say."""
        if self._lifetimes_alone:  # they are those of grants, so that on what channels others speak does not matter
            return any(type(event.body) is Subscribed and event.body.channel == ALL for event in events)
        return any(names_every_channel(event.body) for event in events)

    def _told(self, events: Sequence[Recorded], places: Sequence[Place]) -> list[Change] | None:
        """The same of nothing but signups and opt-outs, without a walk; None where it takes one."""
        counted = plain(events, at=self.at)
        if counted is None:
            return None
        found = []
        for place in places:
            one = _plainly(plain_consent(counted, *place, self.before, at=self.at), place)
            if one is None:
                return None
            if not self._shaping or one.consent not in self._movable:
                continue
            two = _plainly(plain_consent(counted, *place, self.after, at=self.at), place)
            if two is None:
                return None
            if not one.same_as(two):
                found.append(Change(events[0].stream_id, *place, one, two))
        return found

    def _walked(
        self, events: Sequence[Recorded], platform: Sequence[Recorded], places: Sequence[Place]
    ) -> Iterator[Change]:
        """The same by the rules of every answer, of those of the places whose consent may differ."""
        line = timeline(events, at=self.at)
        consents: dict[Place, tuple[ConsentStatus, ConsentStatus]] = {}
        if self._by_consent:
            consents = {place: self._consented(line, place) for place in places}
            places = [place for place in places if _apart(*consents[place])]
        listed = timeline(platform, at=self.at) if platform else None
        reached = self._reached(line, listed, {place[0] for place in places})
        if not self._shaping and "transactional_stops" not in self._weighing:
            places = [place for place in places if reached[place[0]][0] != reached[place[0]][1]]
        held = {scope: self._held(line, scope) for scope in {place[1] for place in places}}
        for place in places:
            given, other = consents.get(place) or self._consented(line, place)
            delivered, holding = reached[place[0]], held[place[1]]
            one = _answer(given, delivered[0], holding[0], place, self._now[0])
            two = _answer(other, delivered[1], holding[1], place, self._now[1])
            if not one.same_as(two):
                yield Change(events[0].stream_id, *place, one, two)

    def _consented(self, line: Timeline, place: Place) -> tuple[ConsentStatus, ConsentStatus]:
        """Consent under both. Where only lifetimes differ, who has no grant at the end has none on the other side
        either, unless a START lets those live again that have not run out.
        """
        given = consent(line, *place, self.before)
        revived = ReplyClass.START in line.replies.values()
        if not self._shaping or not (revived or given.consent in self._movable):
            return given, given
        return given, consent(line, *place, self.after)

    def _held(self, line: Timeline, scope: str) -> tuple[HoldStatus, HoldStatus]:
        """A request's lifetime also says whether its confirmation ended a deletion's block."""
        one = hold(line, scope, self.before)
        return one, hold(line, scope, self.after) if "request_lifetime" in self._shaping else one

    def _reached(
        self, line: Timeline, platform: Timeline | None, channels: Iterable[str]
    ) -> dict[str, tuple[DeliverabilityStatus, DeliverabilityStatus]]:
        reached = {}
        for channel in channels:
            one = deliverability(line, platform, channel, self.before)
            weighed = one.weighed and bool(self._weighing)
            reached[channel] = one, deliverability(line, platform, channel, self.after) if weighed else one
        return reached

    def _places(self, events: Sequence[Recorded]) -> Sequence[Place]:
        """Places that stand for all that can be asked, in order."""
        named = named_places(events, self.before)
        if "stop_reach" in self._shaping:
            named |= named_places(events, self.after)
        channels: Iterable[str] = ()
        if any(channel == ALL for channel, _, _ in named) and self.asks_kind(events):
            kinds = {event.body.kind for event in events if type(event.body) is IdentifierClaimed}
            channels = [channel for kind in kinds for channel in CHANNELS_OF[kind]] if kinds else CHANNELS
        return _standing_for_all(frozenset(named), frozenset(channels), self._lifetimes_alone)


@lru_cache(maxsize=4096)
def _standing_for_all(named: frozenset[Place], others: frozenset[str], lifetimes_alone: bool) -> Sequence[Place]:
    """The places that stand for all, `others` being channels too: at another scope holds what holds at the nearest
    above it, for a purpose that no event names what holds for `*`; and no policy changes what is asked of channel
    `*`. They are the same of very many identifiers.
    """
    channels = {channel for channel, _, _ in named} | others
    purposes = {purpose for _, _, purpose in named}
    if lifetimes_alone:
        purposes.discard(ALL)  # lifetimes are those of grants, and a grant names its purposes
    else:
        purposes.add("transactional")
    return tuple(sorted(product(channels - {ALL}, {scope for _, scope, _ in named}, purposes)))


def _plainly(told: Told | None, place: Place) -> Answer | None:
    """The answer where consent alone decides it; None where it takes the walk to tell."""
    failing = plain_reasons(told, place[2]) if told is not None else None
    if told is None or failing is None:
        return None
    return made(Answer, (not failing, failing, told[0], Deliverability.ACTIVE, *told[1:]))


def _apart(given: ConsentStatus, other: ConsentStatus) -> bool:
    """Whether an answer may differ by its consent: no policy has a say in what is erased."""
    return given.consent is not other.consent or given.standing_methods != other.standing_methods


def _answer(
    given: ConsentStatus, delivered: DeliverabilityStatus, held: HoldStatus, place: Place, policy: Policy
) -> Answer:
    failing = failing_reasons(given, delivered, held, place[0], place[2], policy)
    event = next(iter(failing.values())) if failing else given.event
    rule = version = None
    for said in (given.verdicts, delivered.verdicts, held.verdicts):
        if event is not None and (verdict := said.get(event)) is not None:
            rule, version = verdict.rule, verdict.policy
            break
    return Answer(not failing, tuple(failing), given.consent, delivered.deliverability, event, rule, version)
