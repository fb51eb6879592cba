"""The places an identifier's events speak of: the rows of `channel_status` (DESIGN §6)."""

from collections.abc import Iterable, Iterator
from typing import Final

from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.events.identifier import (
    Banned,
    Blacklisted,
    Blocked,
    Bounced,
    Complained,
    HoldPlaced,
    IdentifierClaimed,
    OptedOut,
    Paused,
    ReplyReceived,
    ReplyReclassified,
    Subscribed,
)
from ledger.events.vocabulary import ALL, KEYWORD_CHANNELS, ReplyClass
from ledger.rules.policy import BUILT_IN, Policies

Place = tuple[str, str, str]
"""(channel, scope, purpose); `*` where the event names none."""


_WITHOUT_CHANNEL: Final[frozenset[type[Event]]] = frozenset({Paused, Blocked, Banned, Blacklisted})


def named_places(events: Iterable[Recorded], policies: Policies = BUILT_IN) -> set[Place]:
    """Every place named by an event, whether it still counts or not.

    A STOP names those it would reach under any policy whose time in force it falls into: adopting another never
    takes a place away.
    """
    places: set[Place] = set()
    replies: list[tuple[Recorded, ReplyReceived]] = []
    readings: dict[object, set[ReplyClass]] = {}
    for event in events:
        body = event.body
        if type(body) is Subscribed:
            places.update([(body.channel, body.scope, purpose) for purpose in body.purposes])
        elif type(body) is OptedOut:
            places.update([(body.channel, body.scope, purpose) for purpose in body.purposes or (ALL,)])
        elif type(body) is ReplyReceived:
            replies.append((event, body))
        elif type(body) is ReplyReclassified:
            readings.setdefault(body.reply_event_id, set()).add(body.reply_class)
        elif type(body) is not IdentifierClaimed:
            places.update(_of(event))
    for event, reply in replies:
        classes = readings.get(event.event_id, set()) | {reply.reply_class}
        places.update(_of_reply(event, reply, classes, policies))
    return places


def names_every_channel(body: Event) -> bool:
    """Whether an event's places are on channel `*`: all that the identifier has."""
    if type(body) is Subscribed or type(body) is OptedOut:
        return body.channel == ALL
    return type(body) in _WITHOUT_CHANNEL


def _of(event: Recorded) -> Iterator[Place]:
    organization = event.envelope.organization
    match event.body:
        case HoldPlaced() as body:
            yield ALL, body.scope, ALL
        case Bounced(channel=channel) | Complained(channel=channel):
            yield channel, organization, ALL
        case Blacklisted():
            yield ALL, organization, ALL
        case _:
            pass


def _of_reply(
    event: Recorded, body: ReplyReceived, classes: set[ReplyClass], policies: Policies
) -> Iterator[Place]:
    for channel in KEYWORD_CHANNELS:
        if ReplyClass.STOP in classes:
            for policy in policies.covering(event.effective_at):
                yield channel, policy.stop_scope(body.sender), ALL
        if ReplyClass.START in classes:
            yield channel, body.sender, "marketing"
