"""Status of one identifier for (channel, scope, purpose): three axes, sendable, and the reasons (DESIGN §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import EventReversed, IdentifierClaimed, IdentifierReleased, ReplyReclassified
from ledger.events.vocabulary import TEXT_CHANNELS, Consent, Deliverability, Hold
from ledger.rules.consent import ConsentStatus, consent
from ledger.rules.deliverability import DeliverabilityStatus, deliverability
from ledger.rules.hold import HoldStatus, hold
from ledger.rules.plain import plain, plain_consent, plain_reasons
from ledger.rules.policy import BUILT_IN, Policies, Policy
from ledger.rules.timeline import Timeline, timeline
from ledger.rules.verdict import Verdict

SEVERITY = (
    "erased",
    "banned",
    "blocked",
    "complained",
    "blacklisted",
    "unsubscribed",
    "bounced",
    "paused",
    "declined",
    "pending",
    "expired",
    "never",
)
"""Failing reasons, most serious first."""
NO_BEARING = (IdentifierClaimed.NAME, IdentifierReleased.NAME)
"""Stored names of events that no status depends on: who holds an address does not say whether to write to it."""


@dataclass(slots=True, unsafe_hash=True)
class Status:
    """The answer for one place at one moment, with the verdict on every event where they were asked for.

    `reasons` are those that fail, most serious first; `deciding_event` is the first reason's event, or the
    grant that makes it sendable. `changes_at` is the next moment at which time alone may change the answer.
    `policy` is the version in force at T; `policies` are those that shaped the answer: that of the deciding
    event's own time, and that at T where it weighed bounces or opt-outs. `quiet_until`: it had better wait.
    """

    channel: str
    scope: str
    purpose: str
    at: datetime
    consent: Consent
    consent_event: UUID | None
    consent_since: datetime | None
    consent_method: str | None
    first_subscribed_at: datetime | None
    latest_subscribed_at: datetime | None
    deliverability: Deliverability
    deliverability_event: UUID | None
    deliverability_since: datetime | None
    soft_bounces: int
    hold: Hold
    hold_event: UUID | None
    hold_since: datetime | None
    hold_until: datetime | None
    erased: bool
    erased_event: UUID | None
    sendable: bool
    reasons: tuple[str, ...]
    deciding_event: UUID | None
    changes_at: datetime | None
    policy: str
    policies: tuple[str, ...]
    quiet_until: datetime | None
    verdicts: tuple[Verdict, ...]


def status(
    events: Sequence[Recorded],
    *,
    channel: str,
    scope: str,
    purpose: str,
    at: datetime,
    known_at: datetime | None = None,
    platform: Sequence[Recorded] = (),
    policies: Policies = BUILT_IN,
    explained: bool = True,
) -> Status:
    """Judges one identifier's events, in any order and with duplicates, at `at` as known at `known_at`.

    `explained`: with the verdict on every event; without them it is made faster.
    """
    line = timeline(events, at=at, known_at=known_at)
    listed = timeline(platform, at=at, known_at=known_at) if platform else None
    place = {"channel": channel, "scope": scope, "purpose": purpose}
    return judge(line, **place, platform=listed, policies=policies, explained=explained)


def judge(
    line: Timeline,
    *,
    channel: str,
    scope: str,
    purpose: str,
    platform: Timeline | None = None,
    policies: Policies = BUILT_IN,
    explained: bool = True,
) -> Status:
    """The same over a timeline already made, for asking many places of one identifier."""
    consented = consent(line, channel, scope, purpose, policies)
    delivered = deliverability(line, platform, channel, policies)
    held = hold(line, scope, policies)
    policy = policies.at(line.at, line.known_at)
    failing = failing_reasons(consented, delivered, held, channel, purpose, policy)
    reasons = tuple(failing)
    shaping, moments = shaped(consented, delivered, held, channel, purpose, policy, policies, line)
    return Status(
        channel=channel,
        scope=scope,
        purpose=purpose,
        at=line.at,
        consent=consented.consent,
        consent_event=consented.event,
        consent_since=consented.since,
        consent_method=consented.method,
        first_subscribed_at=consented.first_subscribed_at,
        latest_subscribed_at=consented.latest_subscribed_at,
        deliverability=delivered.deliverability,
        deliverability_event=delivered.event,
        deliverability_since=delivered.since,
        soft_bounces=delivered.soft_bounces,
        hold=held.hold,
        hold_event=held.event,
        hold_since=held.since,
        hold_until=held.until,
        erased=consented.erased_event is not None,
        erased_event=consented.erased_event,
        sendable=not reasons,
        reasons=reasons,
        deciding_event=failing[reasons[0]] if reasons else consented.event,
        changes_at=min(moments, default=None),
        policy=policy.version,
        policies=shaping,
        quiet_until=policy.quiet_until(channel, purpose, line.at),
        verdicts=_verdicts(line, platform, consented, delivered, held) if explained else (),
    )


def reasons_of(
    events: Sequence[Recorded],
    *,
    channel: str,
    scope: str,
    purpose: str,
    at: datetime,
    known_at: datetime | None = None,
    platform: Sequence[Recorded] = (),
    policies: Policies = BUILT_IN,
) -> tuple[str, ...]:
    """Only the reasons of `status`, for asking many identifiers about one place."""
    if not platform:
        counted = plain(events, at=at, known_at=known_at)
        if counted is not None:
            told = plain_consent(counted, channel, scope, purpose, policies, at=at, known_at=known_at)
            failing = plain_reasons(told, purpose) if told is not None else None
            if failing is not None:
                return failing
    return reasons(
        timeline(events, at=at, known_at=known_at),
        channel=channel,
        scope=scope,
        purpose=purpose,
        platform=timeline(platform, at=at, known_at=known_at) if platform else None,
        policies=policies,
    )


def reasons(
    line: Timeline,
    *,
    channel: str,
    scope: str,
    purpose: str,
    platform: Timeline | None = None,
    policies: Policies = BUILT_IN,
) -> tuple[str, ...]:
    """Only the reasons of `judge`."""
    consented = consent(line, channel, scope, purpose, policies)
    delivered = deliverability(line, platform, channel, policies)
    policy = policies.at(line.at, line.known_at)
    return tuple(failing_reasons(consented, delivered, hold(line, scope, policies), channel, purpose, policy))


def failing_reasons(
    consented: ConsentStatus,
    delivered: DeliverabilityStatus,
    held: HoldStatus,
    channel: str,
    purpose: str,
    policy: Policy,
) -> dict[str, UUID | None]:
    """Why it may not be sent, most serious reason first, each with its event; empty where it may be sent."""
    failing: dict[str, UUID | None] = {}
    if consented.erased_event is not None:
        failing["erased"] = consented.erased_event
    for kind, event in held.failing.items():
        failing[kind.value] = event
    for kind_, event in delivered.failing.items():
        failing[kind_.value] = event
    if purpose == "transactional":
        if channel in TEXT_CHANNELS and consented.standing_methods & policy.transactional_stops:
            failing["unsubscribed"] = consented.event
    elif consented.consent is not Consent.SUBSCRIBED:
        failing[consented.consent.value] = consented.event
    if len(failing) < 2:
        return failing
    return {reason: failing[reason] for reason in SEVERITY if reason in failing}


def shaped(
    consented: ConsentStatus,
    delivered: DeliverabilityStatus,
    held: HoldStatus,
    channel: str,
    purpose: str,
    policy: Policy,
    policies: Policies,
    line: Timeline,
) -> tuple[tuple[str, ...], Sequence[datetime]]:
    """Versions of the policies that shaped the answer, and the moments at which time alone may change it.

    Where the policy in force at T, `policy`, weighed something, the coming into force of the next is one of them.
    """
    moments = (*consented.moments, *held.moments)
    shaping = (consented.policy,) if consented.policy is not None else ()
    stopped = purpose == "transactional" and channel in TEXT_CHANNELS and bool(consented.standing_methods)
    if not (delivered.weighed or stopped):
        return shaping, moments
    change = policies.next_change(line.at, line.known_at)
    versions = tuple(sorted({*shaping, policy.version}))
    return versions, (*moments, change) if change is not None else moments


def _verdicts(
    line: Timeline,
    platform: Timeline | None,
    consented: ConsentStatus,
    delivered: DeliverabilityStatus,
    held: HoldStatus,
) -> tuple[Verdict, ...]:
    """One verdict an event, in walking order; then what was reversed, then what had not happened yet."""
    said = {**held.verdicts, **delivered.verdicts, **consented.verdicts}
    verdicts = [
        said.get(event.event_id) or _aside(line, event)
        for event in (*line.events, *(platform.events if platform else ()))
    ]
    verdicts += [
        Verdict(event_id, "reversed", reversal, "reversed")
        for event_id, reversal in sorted(line.reversed_by.items())
    ]
    verdicts += [Verdict(event_id, "void", None, "later_than_asked") for event_id in line.later]
    return tuple(verdicts)


def _aside(line: Timeline, event: Recorded) -> Verdict:
    """The verdict on an event that no axis walks: it speaks of another event, or of none that matters here."""
    body = event.body
    if isinstance(body, EventReversed):
        works = line.reversed_by.get(body.reversed_event_id) == event.event_id
        return Verdict(event.event_id, "counted" if works else "void", None, "reversal")
    if isinstance(body, ReplyReclassified):
        stands = line.replies.get(body.reply_event_id) is body.reply_class
        return Verdict(event.event_id, "counted" if stands else "void", None, "reply.read_anew")
    return Verdict(event.event_id, "void", None, "no_bearing")
