"""Holds: pauses, blocks and bans over a scope (DESIGN §4; C6, S3)."""

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
from ledger.events.scope import covers
from ledger.events.vocabulary import OWN_METHODS, Hold, ReplyClass
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


def hold(timeline: Timeline, scope: str) -> HoldStatus:
    """Walks the holds; resume, unblock and unban lift those at their own scope or below it, nothing above."""
    if not any(type(event.body) in _SPEAKING for event in timeline.events):
        return _NONE
    standing: list[Recorded] = []
    verdicts: dict[UUID, Verdict] = {}
    requested: set[UUID] = set()
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
        elif standing and _own_grant(event, timeline, requested):
            deleted = [h for h in standing if isinstance(h.body, Blocked) and h.body.cause == "contact_deleted"]
            _remove(standing, deleted, event.event_id, verdicts)
        if isinstance(body, Subscribed) and body.double_opt_in:
            requested.add(event.envelope.act_id)
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


def _own_grant(event: Recorded, timeline: Timeline, requested: set[UUID]) -> bool:
    """Whether this is the person's own fresh grant, which ends the block of a deleted contact (DESIGN §3)."""
    body = event.body
    if isinstance(body, Subscribed):
        return body.method in OWN_METHODS and not body.double_opt_in
    if isinstance(body, SubscriptionConfirmed):
        return body.request_act_id in requested
    return isinstance(body, ReplyReceived) and timeline.replies[event.event_id] is ReplyClass.START


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
