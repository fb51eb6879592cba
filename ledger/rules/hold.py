"""Holds: pauses, blocks and bans over a scope (DESIGN §4; C6, S3)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import (
    Banned,
    Blocked,
    HoldLifted,
    HoldPlaced,
    Paused,
    ReplyReceived,
    Resumed,
    Subscribed,
    SubscriptionConfirmed,
    Unbanned,
    Unblocked,
)
from ledger.events.scope import covers, related
from ledger.events.vocabulary import KEYWORD_CHANNELS, OWN_METHODS, Hold, ReplyClass
from ledger.rules.policy import BUILT_IN, Policies
from ledger.rules.timeline import Timeline
from ledger.rules.verdict import Verdict

_SEVERITY = (Hold.BANNED, Hold.BLOCKED, Hold.PAUSED)


@dataclass(slots=True, unsafe_hash=True)
class HoldStatus:
    """The most serious hold over the asked scope, and every kind that stands with the event that placed it."""

    hold: Hold
    event: UUID | None
    since: datetime | None
    until: datetime | None
    failing: dict[Hold, UUID]
    moments: tuple[datetime, ...] = ()
    verdicts: dict[UUID, Verdict] = field(default_factory=dict)


_NONE = HoldStatus(Hold.NONE, None, None, None, {})
_SPEAKING = frozenset({Paused, Resumed, Blocked, Unblocked, Banned, Unbanned})
"""Events about holds: where there is none, as mostly, there is nothing to walk."""


def hold(timeline: Timeline, scope: str, policies: Policies = BUILT_IN) -> HoldStatus:
    """Walks the holds; resume, unblock and unban lift those at their own scope or below it, nothing above."""
    if not any(type(event.body) in _SPEAKING for event in timeline.events):
        return _NONE
    standing: list[Recorded] = []
    verdicts: dict[UUID, Verdict] = {}
    for event in timeline.events:
        body = event.body
        if isinstance(body, HoldPlaced):
            standing.append(event)
            verdicts[event.event_id] = Verdict(event.event_id, "counted", None, "hold.stands")
        elif isinstance(body, HoldLifted):
            lifted = [held for held in standing if _lifts(body, held.body)]
            effect = "counted" if lifted else "void"
            verdicts[event.event_id] = Verdict(event.event_id, effect, None, "hold.lifts")  # type: ignore[arg-type]
            _remove(standing, lifted, event.event_id, verdicts)
        elif standing and own_grant(event, timeline, policies):
            deleted = [h for h in standing if isinstance(h.body, Blocked) and h.body.cause == "contact_deleted"]
            _remove(standing, deleted, event.event_id, verdicts)
    return _result(standing, timeline.at, scope, verdicts)


def _lifts(lift: HoldLifted, held: object) -> bool:
    assert isinstance(held, HoldPlaced)
    if not covers(lift.scope, held.scope):
        return False
    if isinstance(lift, Resumed):
        return isinstance(held, Paused)
    if isinstance(lift, Unblocked):
        return isinstance(held, Blocked) and (lift.cause == "act" or held.cause == "contact_deleted")
    return isinstance(held, Banned)


def own_grant(event: Recorded, timeline: Timeline, policies: Policies = BUILT_IN) -> bool:
    """Whether this is the person's own fresh grant, which ends the block of a deleted contact (DESIGN §3).

    A double opt-in is one when it is confirmed, by link or by a YES, while its request lives.
    """
    body = event.body
    if isinstance(body, Subscribed):
        return body.method in OWN_METHODS and not body.double_opt_in
    if isinstance(body, SubscriptionConfirmed):
        requests = _requests(event, timeline, policies)
        return any(request.envelope.act_id == body.request_act_id for request, _ in requests)
    if not isinstance(body, ReplyReceived):
        return False
    reply = timeline.replies[event.event_id]
    return reply is ReplyClass.START or (
        reply is ReplyClass.YES
        and any(
            asked.channel in KEYWORD_CHANNELS and related(asked.scope, body.sender)
            for _, asked in _requests(event, timeline, policies)
        )
    )


def _requests(event: Recorded, timeline: Timeline, policies: Policies) -> Iterator[tuple[Recorded, Subscribed]]:
    """Double opt-in requests made by the time of `event` and not run out at it."""
    at = event.effective_at
    for earlier in timeline.events:
        made = earlier.effective_at
        if made > at or not isinstance(earlier.body, Subscribed) or not earlier.body.double_opt_in:
            continue
        if at < made + policies.at(made, timeline.known_at).request_lifetime:
            yield earlier, earlier.body


def _remove(standing: list[Recorded], lifted: list[Recorded], by: UUID, verdicts: dict[UUID, Verdict]) -> None:
    for held in lifted:
        standing.remove(held)
        verdicts[held.event_id] = Verdict(held.event_id, "lifted", by, "hold.lifted")


def _kind(body: object) -> Hold:
    if isinstance(body, Banned):
        return Hold.BANNED
    return Hold.BLOCKED if isinstance(body, Blocked) else Hold.PAUSED


def _result(standing: list[Recorded], at: datetime, scope: str, verdicts: dict[UUID, Verdict]) -> HoldStatus:
    found: dict[Hold, Recorded] = {}
    moments: list[datetime] = []
    for held in standing:
        body = held.body
        assert isinstance(body, HoldPlaced)
        until = body.until if isinstance(body, Paused) else None
        if until is not None and until <= at:
            verdicts[held.event_id] = Verdict(held.event_id, "expired", None, "pause.ended")
        elif not covers(body.scope, scope):
            verdicts[held.event_id] = Verdict(held.event_id, "void", None, "hold.elsewhere")
        else:
            found.setdefault(_kind(body), held)
            if until is not None:
                moments.append(until)
    failing = {kind: found[kind].event_id for kind in _SEVERITY if kind in found}
    for event_id in failing.values():
        verdicts[event_id] = verdicts[event_id]._replace(effect="decisive")
    if not failing:
        return HoldStatus(Hold.NONE, None, None, None, failing, tuple(moments), verdicts)
    worst = next(iter(failing))
    held = found[worst]
    until = held.body.until if isinstance(held.body, Paused) else None
    return HoldStatus(worst, held.event_id, held.effective_at, until, failing, tuple(moments), verdicts)
