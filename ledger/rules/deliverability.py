"""Deliverability of an address on a channel: bounced, complained, blacklisted (DESIGN §4; C6, C7, Y17–Y28)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import (
    Blacklisted,
    Bounced,
    Complained,
    ComplaintWithdrawn,
    Delivered,
    IdentifierClaimed,
    Reactivated,
    Unblacklisted,
)
from ledger.events.settings import PlatformBlacklisted, PlatformUnblacklisted
from ledger.events.vocabulary import Deliverability
from ledger.rules.policy import Policies, Policy
from ledger.rules.timeline import Timeline
from ledger.rules.verdict import Verdict

_Standing = dict[UUID, datetime]


@dataclass(slots=True, unsafe_hash=True)
class DeliverabilityStatus:
    """`failing`: every reason that stands, with the event that began it; `soft_bounces` since the last delivery.

    `weighed`: bounces stand that the policy in force at T has counted, whatever they came to.
    """

    deliverability: Deliverability
    event: UUID | None
    since: datetime | None
    soft_bounces: int
    failing: dict[Deliverability, UUID]
    weighed: bool = False
    verdicts: dict[UUID, Verdict] = field(default_factory=dict)


_ACTIVE = DeliverabilityStatus(Deliverability.ACTIVE, None, None, 0, {})
_SPEAKING = frozenset({Bounced, Delivered, Reactivated, Complained, ComplaintWithdrawn, Blacklisted, Unblacklisted})
"""Events about deliverability: where there is none, as mostly, there is nothing to walk."""


def deliverability(
    timeline: Timeline, platform: Timeline | None, channel: str, policies: Policies
) -> DeliverabilityStatus:
    """Bounces count per channel; complaints and blacklistings speak for the whole identifier."""
    if platform is None and not any(type(event.body) in _SPEAKING for event in timeline.events):
        return _ACTIVE
    walk = _Walk(channel, policies.at(timeline.at, timeline.known_at))
    for event in timeline.events:
        walk.take(event.body, event.event_id, event.effective_at)
    for event in platform.events if platform else ():
        walk.take(event.body, event.event_id, event.effective_at)
    return walk.result()


class _Walk:
    __slots__ = ("bounces", "channel", "complaints", "hard", "listed", "platform", "policy", "soft", "verdicts")

    def __init__(self, channel: str, policy: Policy) -> None:
        self.channel = channel
        self.policy = policy
        self.bounces: list[tuple[UUID, datetime, UUID, bool]] = []
        self.hard: tuple[UUID, datetime] | None = None
        self.soft = 0
        self.complaints: _Standing = {}
        self.listed: _Standing = {}
        self.platform: _Standing = {}
        self.verdicts: dict[UUID, Verdict] = {}

    def take(self, body: object, event: UUID, at: datetime) -> None:
        match body:
            case Bounced():
                self._bounced(body, event, at)
            case Delivered():
                if body.channel == self.channel:
                    self._clear_bounces(event, "delivery.clears_bounces")
            case Reactivated():
                self._clear_bounces(event, "reactivated")
            case Complained():
                self._stand(self.complaints, event, at, "complaint.stands")
            case ComplaintWithdrawn():
                self._clear(self.complaints, event, "complaint.withdrawn")
            case Blacklisted():
                self._stand(self.listed, event, at, "blacklisted")
            case Unblacklisted():
                self._clear(self.listed, event, "unblacklisted")
            case PlatformBlacklisted():
                self._stand(self.platform, event, at, "platform.blacklisted")
            case PlatformUnblacklisted():
                self._clear(self.platform, event, "platform.unblacklisted")
            case _:
                pass

    def _bounced(self, body: Bounced, event: UUID, at: datetime) -> None:
        if body.channel != self.channel:
            self.verdicts[event] = Verdict(event, "void", None, "bounce.other_channel")
            return
        self.bounces.append((event, at, body.attempt or event, body.hard))
        if body.hard:
            self.hard = self.hard or (event, at)
        else:
            self.soft += 1
        rule = "bounce.hard" if body.hard else "bounce.soft"
        self.verdicts[event] = Verdict(event, "counted", None, rule, self.policy.version)

    def _clear_bounces(self, event: UUID, rule: str) -> None:
        for bounce, *_ in self.bounces:
            self.verdicts[bounce] = Verdict(bounce, "lifted", event, rule)
        self.bounces, self.hard, self.soft = [], None, 0
        self.verdicts[event] = Verdict(event, "counted", None, rule)

    def _stand(self, standing: _Standing, event: UUID, at: datetime, rule: str) -> None:
        standing[event] = at
        self.verdicts[event] = Verdict(event, "counted", None, rule)

    def _clear(self, standing: _Standing, event: UUID, rule: str) -> None:
        self.verdicts[event] = Verdict(event, "counted" if standing else "void", None, rule)
        for earlier in standing:
            self.verdicts[earlier] = Verdict(earlier, "lifted", event, rule)
        standing.clear()

    def _bounced_since(self) -> tuple[UUID, datetime] | None:
        """The bounce that made the address bounced: the first hard one, or the one that filled the threshold."""
        separate = self.policy.soft_bounces == "separate"
        threshold = self.policy.soft_bounce_threshold if separate else self.policy.bounce_threshold
        attempts: set[UUID] = set()
        filled: tuple[UUID, datetime] | None = None
        for event, at, attempt, hard in self.bounces if self.policy.soft_bounces != "never" else ():
            if not (hard and separate):
                attempts.add(attempt)
            if len(attempts) >= threshold:
                filled = (event, at)
                break
        candidates = [found for found in (self.hard, filled) if found is not None]
        return min(candidates, key=lambda found: found[1]) if candidates else None

    def result(self) -> DeliverabilityStatus:
        found: dict[Deliverability, tuple[UUID, datetime]] = {}
        if self.complaints:
            found[Deliverability.COMPLAINED] = next(iter(self.complaints.items()))
        if self.listed or self.platform:
            found[Deliverability.BLACKLISTED] = next(iter((self.listed or self.platform).items()))
        bounced = self._bounced_since()
        if bounced is not None:
            found[Deliverability.BOUNCED] = bounced
        for event, _ in found.values():
            self.verdicts[event] = self.verdicts[event]._replace(effect="decisive")
        weighed = bool(self.bounces)
        failing = {reason: event for reason, (event, _) in found.items()}
        if not found:
            active = Deliverability.ACTIVE
            return DeliverabilityStatus(active, None, None, self.soft, failing, weighed, self.verdicts)
        worst = next(iter(found))
        event, since = found[worst]
        return DeliverabilityStatus(worst, event, since, self.soft, failing, weighed, self.verdicts)


def platform_key(events: Iterable[Recorded]) -> UUID | None:
    """Where the platform's listing of this address is, as its first claim says; None for what cannot be listed."""
    for event in events:
        if isinstance(event.body, IdentifierClaimed):
            return event.body.platform_key
    return None
