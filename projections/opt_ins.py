"""`opt_ins`: one row an opt-in: what somebody said, not what it led to.

An opt-in is a `Subscribed` that asks for no confirmation, by whatever method; a reply that is a start; and each
request that was confirmed, over a link or by a Y to its sender, by the method of the request.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from ledger.events.envelope import Recorded
from ledger.events.identifier import ReplyReceived, ReplyReclassified, Subscribed, SubscriptionConfirmed
from ledger.events.scope import related
from ledger.events.stored import stored_names
from ledger.events.vocabulary import KEYWORD_CHANNELS, ReplyClass
from projections import by_day
from projections.portion import Portion
from projections.projection import Projection
from projections.tables import Row, Rows, Table

TABLE: Final = Table(
    "opt_ins",
    key=("position", "channel", "scope"),
    columns={
        "position": "int8",
        "channel": "text",
        "scope": "text",
        "organization": "text",
        "method": "text",
        "occurred_at": "timestamptz",
        "received_at": "timestamptz",
        "recorded_at": "timestamptz",
    },
)
COUNTER: Final = "opt_ins_by_day"


class OptIns(Projection):
    """A request may be recorded after its confirmation: then rows are made of both, and none ever goes."""

    name = "opt_ins"
    tables = (TABLE,)
    counters = (COUNTER,)
    scanned = stored_names((Subscribed, SubscriptionConfirmed, ReplyReceived, ReplyReclassified))
    RECOUNT = by_day.recount(TABLE.name, COUNTER)

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        rows: dict[tuple[Any, ...], Row] = {}
        for event in portion.events:
            if isinstance(event.body, Subscribed) and not event.body.double_opt_in:
                _put(rows, event, event.body, event)
        asked = {event.stream_id for event in portion.events if _is_of_a_talk(event)}
        for stream in portion.read(asked).values():
            for event, granted, received in _confirmed(stream):
                _put(rows, event, granted, received)
        return {TABLE.name: list(rows.values())}

    def merge(self, connection: Connection[Any], position: int) -> None:
        by_day.count_new(connection, TABLE, COUNTER)
        super().merge(connection, position)


def _is_of_a_talk(event: Recorded) -> bool:
    """Whether it asks for a confirmation, or may answer such a request."""
    match event.body:
        case Subscribed(double_opt_in=asks):
            return asks
        case ReplyReceived(reply_class=said) | ReplyReclassified(reply_class=said):
            return said in (ReplyClass.START, ReplyClass.YES)
        case SubscriptionConfirmed():
            return True
        case _:
            return False


Granted = tuple[Recorded, Subscribed, Recorded]
"""The event that grants, what it grants as, and the event with which it came in."""


def _confirmed(stream: Sequence[Recorded]) -> Iterator[Granted]:
    replies = {event.event_id: event for event in stream if isinstance(event.body, ReplyReceived)}
    for event in stream:
        match event.body:
            case SubscriptionConfirmed(request_act_id=act):
                requests = [one for one in _requests(stream, event) if one.envelope.act_id == act]
                yield from ((event, _body(one), event) for one in requests)
            case ReplyReceived(reply_class=said):
                yield from _said(stream, event, said, event)
            case ReplyReclassified(reply_class=said, reply_event_id=reply_id) if reply_id in replies:
                yield from _said(stream, event, said, replies[reply_id])
            case _:
                pass


def _said(stream: Sequence[Recorded], event: Recorded, said: ReplyClass, reply: Recorded) -> Iterator[Granted]:
    """What a reply grants once it is read as `said`; nothing where it was read so from the first."""
    assert isinstance(reply.body, ReplyReceived)
    if event is not reply and reply.body.reply_class is said:
        return
    sender, channel = reply.body.sender, KEYWORD_CHANNELS[0]
    if said is ReplyClass.START:
        yield event, Subscribed(channel=channel, scope=sender, purposes=(), method="keyword"), reply
    elif said is ReplyClass.YES:
        for one in _requests(stream, reply):
            if _body(one).channel in KEYWORD_CHANNELS and related(_body(one).scope, sender):
                yield event, _body(one), reply


def _requests(stream: Sequence[Recorded], by: Recorded) -> list[Recorded]:
    """Requests to confirm, no later than the event."""
    return [
        one
        for one in stream
        if isinstance(one.body, Subscribed) and one.body.double_opt_in and one.effective_at <= by.effective_at
    ]


def _body(request: Recorded) -> Subscribed:
    assert isinstance(request.body, Subscribed)
    return request.body


def _put(rows: dict[tuple[Any, ...], Row], event: Recorded, granted: Subscribed, received: Recorded) -> None:
    key = (event.position, granted.channel, granted.scope)
    rows.setdefault(
        key,
        (
            *key,
            event.envelope.organization,
            granted.method,
            received.envelope.occurred_at,
            received.envelope.received_at,
            event.envelope.recorded_at,
        ),
    )
