"""The answer in one sentence: may it be sent, and which event says so."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import (
    IdentifierErased,
    Paused,
    ReplyReceived,
    ReplyReclassified,
    SubscriptionConfirmed,
)
from ledger.events.vocabulary import Consent, ReplyClass
from ledger.rules.catalogue import RULES
from ledger.rules.status import Status
from projections.sentences import CHANNELS, sentence

_EVENTLESS: Final[Mapping[str, str]] = {
    "never": "nobody ever subscribed it to this",
    "expired": "the consent given ran out",
    "pending": "the subscription asked for is not confirmed yet",
    "declined": "the subscription asked for was not confirmed",
    "erased": "the person was erased on request and has not signed up since",
    "blacklisted": "it is blacklisted",
    "bounced": "messages to it bounce",
    "complained": "the person complained",
    "banned": "it is banned",
    "blocked": "it is blocked",
    "paused": "it is paused",
    "unsubscribed": "it is unsubscribed",
}
"""Every failing reason, where its event is not the one to be told of."""
_BESIDE: Final = frozenset({"expired", "pending", "declined", "bounced", "erased"})
"""Reasons whose meaning is not what their event says: both are told."""
_TEXTED: Final[Mapping[ReplyClass, str]] = {
    ReplyClass.STOP: "texted a stop",
    ReplyClass.START: "texted a start",
    ReplyClass.YES: "texted a yes",
    ReplyClass.HELP: "asked for help",
    ReplyClass.OTHER: "texted something else than a yes",
}


def answer(name: str, status: Status, events: Mapping[UUID, Recorded], known_at: datetime | None) -> str:
    """One sentence. `name` is the identifier as it may be shown; `events` by id, those the status speaks of."""
    knowing = f", by what was known at {moment(known_at)}" if known_at is not None else ""
    head = f"{'Yes' if status.sendable else 'No'}: at {moment(status.at)}{knowing}, {name}"
    may = "may" if status.sendable else "may not"
    asked = f"{may} be sent {status.purpose} by {CHANNELS[status.channel]} in the name of {status.scope}"
    return f"{head} {asked}: {'; '.join(_because(status, events))}."


def moment(at: datetime) -> str:
    """A moment to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _told(event: Recorded, status: Status, events: Mapping[UUID, Recorded]) -> str:
    """An event in a clause: what it says, and when it took effect."""
    body = event.body
    match body:
        case ReplyReceived():
            said = _texted(event.event_id, body, status, events)
        case IdentifierErased():
            said = "erased"
        case SubscriptionConfirmed():
            said = "confirmed the subscription asked for"
        case _:
            words = sentence(body).removesuffix(".")
            said = words[0].lower() + words[1:]
    return f"{said} on {moment(event.effective_at)}"


def _texted(reply_id: UUID, reply: ReplyReceived, status: Status, events: Mapping[UUID, Recorded]) -> str:
    """A reply by what it counts as, which a later reading may have changed."""
    counted = [
        events[verdict.event_id]
        for verdict in status.verdicts
        if verdict.rule == "reply.read_anew" and verdict.effect == "counted" and verdict.event_id in events
    ]
    readings = [
        (event.effective_at, event.body.reply_class)
        for event in counted
        if isinstance(event.body, ReplyReclassified) and event.body.reply_event_id == reply_id
    ]
    at, counts_as = max(readings, default=(None, reply.reply_class))
    anew = f" (as it was read on {moment(at)})" if at is not None and counts_as is not reply.reply_class else ""
    return f"{_TEXTED[counts_as]}{anew} to {reply.sender}"


def _because(status: Status, events: Mapping[UUID, Recorded]) -> Iterator[str]:
    if status.sendable:
        yield from _allowed(status, events)
        return
    for reason in status.reasons:
        yield _failing(reason, status, events)
    yield from _in_vain(status, events)


def _allowed(status: Status, events: Mapping[UUID, Recorded]) -> Iterator[str]:
    granted = events.get(status.consent_event) if status.consent_event is not None else None
    if status.consent is not Consent.SUBSCRIBED or granted is None:
        yield "transactional messages need no consent, and nothing stands against them"
    else:
        yield f"{_told(granted, status, events)}, and nothing stands against it"
    for verdict in reversed(status.verdicts):
        lift = events.get(verdict.by) if verdict.by is not None else None
        if verdict.rule == "opt_out.lifted" and lift is not None:
            stood = _told(events[verdict.event_id], status, events)
            yield f"before, it had {stood}, which was lifted: {_told(lift, status, events)}"
            return


def _failing(reason: str, status: Status, events: Mapping[UUID, Recorded]) -> str:
    event = events.get(_event_of(reason, status) or UUID(int=0))
    if event is None:
        return _EVENTLESS[reason]
    until = f" until {moment(status.hold_until)}" if isinstance(event.body, Paused) and status.hold_until else ""
    if reason in _BESIDE:
        return f"{_EVENTLESS[reason]} ({_told(event, status, events)})"
    return _told(event, status, events) + until


def _event_of(reason: str, status: Status) -> UUID | None:
    """The event behind a reason, where the status names it."""
    if reason == status.reasons[0] and status.deciding_event is not None:
        return status.deciding_event
    if reason == "erased":
        return status.erased_event
    if reason == status.hold.value:
        return status.hold_event
    if reason == status.deliverability.value:
        return status.deliverability_event
    consent = "unsubscribed" if status.purpose == "transactional" else status.consent.value
    return status.consent_event if reason == consent else None


def _in_vain(status: Status, events: Mapping[UUID, Recorded]) -> Iterator[str]:
    """What came later and could not lift the opt-out, the last of it, and why it could not."""
    tried = [
        verdict
        for verdict in status.verdicts
        if verdict.effect == "void" and verdict.by is not None and verdict.by == status.consent_event
        if verdict.event_id in events
    ]
    if "unsubscribed" in status.reasons and tried:
        last = tried[-1]
        more = f" ({len(tried)} such came)" if len(tried) > 1 else ""
        rule = RULES[last.rule].says.removesuffix(".")
        why = f"which could not lift it, because {rule[0].lower()}{rule[1:]}"
        yield f"later {_told(events[last.event_id], status, events)}{more}, {why}"
