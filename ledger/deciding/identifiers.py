"""Acts about one identifier: opt-outs, confirmations, receipts, holds, reassignment."""

from uuid import UUID

from ledger.acts.consent import Confirmation, OptOut
from ledger.acts.given import Given, Kept
from ledger.acts.identifier import DeliverabilityChange, HoldChange, Reassignment, Receipt
from ledger.deciding.carrying import carry_from, lift_carried, reaches
from ledger.deciding.deletion import restore_if_own_grant
from ledger.deciding.present import is_closed, require_open
from ledger.deciding.rollup import identifier_id, person_of, release, settle
from ledger.deciding.view import Draft
from ledger.events.body import Event
from ledger.events.identifier import (
    Banned,
    Blacklisted,
    Blocked,
    Bounced,
    Complained,
    ComplaintWithdrawn,
    ConfirmationDeclined,
    Delivered,
    IdentifierClaimed,
    IdentifierReassigned,
    OptedOut,
    Paused,
    Reactivated,
    Resumed,
    SubscriptionConfirmed,
    Unbanned,
    Unblacklisted,
    Unblocked,
)
from ledger.events.vocabulary import ALL, KINDS
from ledger.rules.identity import holder


def _restrict(draft: Draft, given: Given | Kept, body: Event, method: str, *role: UUID | str) -> None:
    """Records a restrictive act: its identifier is claimed (unless erased) and the person's others are reached."""
    stream = identifier_id(draft, given)
    if isinstance(given, Given) and not is_closed(draft, stream):
        settle(draft, [given], method, bulk=False)
    draft.add(stream, body, draft.event_id(body, stream, *role))
    if not any(reaches(body, given.kind, other) for other in KINDS):
        return
    contact = holder(draft.stream(stream).values())
    if contact is not None:
        carry_from(draft, stream, given.kind, person_of(draft, contact))


def _note(draft: Draft, given: Given, body: Event, method: str, *role: UUID | str) -> UUID:
    """Records any other act about an identifier, which must not be erased."""
    stream = identifier_id(draft, given)
    require_open(draft, stream)
    settle(draft, [given], method, bulk=False)
    draft.add(stream, body, draft.event_id(body, stream, *role))
    return stream


def opt_out(draft: Draft, act: OptOut) -> None:
    for channel in (act.channel, act.elsewhere):
        if channel is not None:
            _opt_out_of(draft, act, channel)


def _opt_out_of(draft: Draft, act: OptOut, channel: str) -> None:
    body = OptedOut(
        channel=channel,
        scope=act.scope,
        purposes=act.purposes,
        method=act.method,
        reason=act.reason,
        evidence=dict(act.evidence) if act.evidence else None,
        message_id=draft.act.message_id,
    )
    _restrict(draft, act.identifier, body, "opt_out", channel, act.scope, ",".join(act.purposes))


def reassignment(draft: Draft, act: Reassignment) -> None:
    """Deactivation is a carrier's opt-out of the whole organization; only recycling opens an epoch.

    A recycled number leaves the person who held it by then, so that its new holder gets nobody's profile or links.
    """
    evidence = dict(act.evidence) if act.evidence else None
    body: Event
    if act.cause == "deactivated":
        body = OptedOut(
            channel=ALL,
            scope=draft.act.organization,
            method="carrier",
            evidence=evidence,
            message_id=draft.act.message_id,
        )
    else:
        body = IdentifierReassigned(
            cause="ported" if act.cause == "ported" else "recycled",
            evidence=evidence,
            message_id=draft.act.message_id,
        )
    _restrict(draft, act.identifier, body, "reassignment", act.cause)
    if act.cause == "recycled":
        _release_former(draft, act.identifier)


def _release_former(draft: Draft, given: Given) -> None:
    """Releases a number that was claimed before it was recycled; who claimed it later is its new holder."""
    stream = identifier_id(draft, given)
    events = draft.stream(stream).values()
    contact = holder(events)
    claims = [event for event in events if isinstance(event.body, IdentifierClaimed)]
    if contact is not None and claims[-1].effective_at < draft.effective_at:
        release(draft, stream, given.kind, contact)


def confirmation(draft: Draft, act: Confirmation) -> None:
    request = act.request_id
    if isinstance(request, str):
        request = draft.ids.act(draft.act.organization, act.request_source or draft.act.source, request)
    evidence = dict(act.evidence) if act.evidence else None
    message_id = draft.act.message_id
    body: Event
    if act.confirmed:
        body = SubscriptionConfirmed(request_act_id=request, evidence=evidence, message_id=message_id)
    else:
        body = ConfirmationDeclined(
            request_act_id=request, reply=act.reply, evidence=evidence, message_id=message_id
        )
    stream = _note(draft, act.identifier, body, "confirmation", request)
    if act.confirmed:
        restore_if_own_grant(draft, stream, draft.event_id(body, stream, request))


def receipt(draft: Draft, act: Receipt) -> None:
    """A delivery is an event only where a bounce has no later delivery; a bounce brings a known later one."""
    stream = identifier_id(draft, act.identifier)
    if act.outcome == "delivered":
        _delivered(draft, act, stream)
        return
    attempt = _attempt(draft, act)
    message_id = draft.act.message_id
    role = (act.channel, act.outcome)
    if act.outcome == "complaint":
        complained = Complained(
            channel=act.channel, attempt=attempt, code=act.code, reason=act.reason, message_id=message_id
        )
        _restrict(draft, act.identifier, complained, "receipt", *role)
    else:
        bounced = Bounced(
            channel=act.channel,
            hard=act.outcome == "hard_bounce",
            attempt=attempt,
            code=act.code,
            reason=act.reason,
            message_id=message_id,
        )
        _restrict(draft, act.identifier, bounced, "receipt", *role)
        newest = draft.view.deliveries.get((stream, act.channel))
        if newest is not None and newest > draft.effective_at and not _delivered_since(draft, stream, act.channel):
            later = Delivered(channel=act.channel)
            cause = draft.event_id(bounced, stream, *role)
            draft.add(stream, later, draft.derived(cause, later), occurred_at=newest)


def _attempt(draft: Draft, act: Receipt) -> UUID | None:
    return draft.ids.attempt(draft.act.organization, act.outbound_id) if act.outbound_id else None


def _delivered(draft: Draft, act: Receipt, stream: UUID) -> None:
    key = (stream, act.channel)
    newest = draft.view.deliveries.get(key)
    draft.deliveries[key] = max(newest, draft.effective_at) if newest else draft.effective_at
    events = draft.stream(stream).values()
    bounces = [e.effective_at for e in events if type(e.body) is Bounced and e.body.channel == act.channel]
    if not bounces:
        return
    deliveries = [e.effective_at for e in events if type(e.body) is Delivered and e.body.channel == act.channel]
    if not any(delivery > max(bounces) for delivery in deliveries):
        body = Delivered(channel=act.channel, attempt=_attempt(draft, act), message_id=draft.act.message_id)
        _note(draft, act.identifier, body, "receipt", act.channel, act.outcome)


def _delivered_since(draft: Draft, stream: UUID, channel: str) -> bool:
    return any(
        isinstance(event.body, Delivered)
        and event.body.channel == channel
        and event.effective_at > draft.effective_at
        for event in draft.stream(stream).values()
    )


_DELIVERABILITY = {
    "reactivate": Reactivated,
    "unblacklist": Unblacklisted,
    "withdraw_complaint": ComplaintWithdrawn,
}


def deliverability_change(draft: Draft, act: DeliverabilityChange) -> None:
    message_id = draft.act.message_id
    if act.action == "blacklist":
        _restrict(draft, act.identifier, Blacklisted(reason=act.reason, message_id=message_id), "deliverability")
        return
    body = _DELIVERABILITY[act.action](reason=act.reason, message_id=message_id)
    _note(draft, act.identifier, body, "deliverability")


_LIFTS = {"resume": Resumed, "unblock": Unblocked, "unban": Unbanned}
_HOLDS = {"block": Blocked, "ban": Banned}


def hold_change(draft: Draft, act: HoldChange) -> None:
    message_id = draft.act.message_id
    if act.action in _LIFTS:
        lift = _LIFTS[act.action](scope=act.scope, reason=act.reason, message_id=message_id)
        stream = _note(draft, act.identifier, lift, "hold", act.scope)
        contact = holder(draft.stream(stream).values())
        if contact is not None:
            lift_carried(draft, stream, act.identifier.kind, person_of(draft, contact))
        return
    body: Event
    if act.action == "pause":
        body = Paused(scope=act.scope, until=act.until, reason=act.reason, message_id=message_id)
    else:
        body = _HOLDS[act.action](scope=act.scope, reason=act.reason, message_id=message_id)
    _restrict(draft, act.identifier, body, "hold", act.scope)
