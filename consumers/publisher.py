"""What the ledger tells others: the log → `contact-ledger.events`, the outbox → `contact-ledger.status`.

Each flow has one fenced producer: who opens one shuts out whoever published before, in Kafka itself, so that a
process woken from a long sleep cannot put an older status over a newer one. Only after Kafka has committed a batch
is it noted in PostgreSQL how far the flow has come: a crash between the two publishes that batch again, under the
same positions and change numbers, and nothing is ever left out.
"""

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from consumers import metrics
from consumers.broker import BrokerUnavailable, Fenced, Outgoing, Producer
from consumers.identities import identity_changes
from ledger.errors import LogUnavailable, PositionMoved
from ledger.events.envelope import Recorded
from ledger.store.followers import lead, reach, reached
from ledger.store.store import Store
from projections import outbox
from projections.marks import mark_published
from projections.outbox import Change
from schemas.outbound import OutboundEvent, OutboundStatus, status_key

EVENTS: Final = "contact-ledger.events"
STATUS: Final = "contact-ledger.status"
REJECTED: Final = "contact-ledger.rejected"
TOPICS: Final[Mapping[str, Mapping[str, str]]] = {
    EVENTS: {},
    STATUS: {"cleanup.policy": "compact"},
    REJECTED: {},
}
"""The topics the ledger writes, and the settings they are made with."""
WITHHELD: Final = ("organization.api-key-", "organization.person-", "organization.role-")
"""How the names of events begin that are nobody else's business: who works with the ledger, and by which keys."""
_BATCH: Final = 5_000
_IDLE: Final = 0.2
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 5.0
_PATIENCE: Final = 15.0
"""Seconds that a flow may stand still, with something to publish, before a publisher standing by takes over."""


@dataclass(frozen=True, slots=True)
class Portion:
    """What comes next of a flow, and the number reached when it is published."""

    outgoing: Sequence[Outgoing]
    reaches: int


class Flow(Protocol):
    """Something that is published in the order of its numbers."""

    @property
    def topic(self) -> str: ...

    def after(self, store: Store, number: int, limit: int) -> Portion | None:
        """The next portion after a number; None where there is none."""

    def published(self, connection: Any, number: int) -> None:
        """Called in the transaction that notes the number."""

    def idle(self, store: Store, number: int) -> None:
        """Called when nothing comes after the number."""


@dataclass(frozen=True, slots=True)
class Events:
    """Events of the log, keyed by their streams, without their sealed parts; those of WITHHELD are passed over.
    After an event that changed whom contact ids lead to, that is told under each of these ids.
    """

    topic: str = EVENTS

    def after(self, store: Store, number: int, limit: int) -> Portion | None:
        reached = number
        while events := store.follow(reached, limit):
            reached = events[-1].position
            outgoing = list(_told(self.topic, store, events))
            if outgoing:
                return Portion(outgoing, reached)
        return Portion((), reached) if reached > number else None

    def published(self, connection: Any, number: int) -> None:
        """The log is kept."""

    def idle(self, store: Store, number: int) -> None:
        """Nothing to note."""


@dataclass(frozen=True, slots=True)
class Statuses:
    """Every change of a status, keyed by identifier, channel, scope and purpose."""

    topic: str = STATUS

    def after(self, store: Store, number: int, limit: int) -> Portion | None:
        with store.connection() as connection:
            changes = outbox.after(connection, number, limit)
        return Portion([_status(self.topic, one) for one in changes], changes[-1].change) if changes else None

    def published(self, connection: Any, number: int) -> None:
        outbox.forget(connection, number)
        mark_published(connection, number)

    def idle(self, store: Store, number: int) -> None:
        """What changed no status is published with the last that did."""
        with store.connection() as connection:
            mark_published(connection, number)


class Publisher:
    """Publishes one flow until told to stop. The publisher started last leads, earlier ones stand by.

    `store` acts as ledger_projector; `monotonic` is a clock in seconds.
    """

    def __init__(
        self,
        store: Store,
        flow: Flow,
        open_producer: Callable[[str], Producer],
        *,
        batch: int = _BATCH,
        patience: float = _PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`open_producer` opens a producer with the fence it is given."""
        self._store = store
        self._flow = flow
        self._open_producer = open_producer
        self._batch = batch
        self._patience = patience
        self._monotonic = monotonic
        self._producer: Producer | None = None
        self._term = 0
        self._reached = 0
        self._log = structlog.get_logger().bind(topic=flow.topic)

    @property
    def name(self) -> str:
        """Of the flow's progress in PostgreSQL, and of its fence in Kafka."""
        return f"publisher/{self._flow.topic}"

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set, between two batches."""
        wait = _FIRST_WAIT
        try:
            while not stop.is_set():
                try:
                    if not self.publish():
                        stop.wait(_IDLE)
                    wait = _FIRST_WAIT
                except (Fenced, PositionMoved):
                    self._stand_by(stop)
                except (LogUnavailable, BrokerUnavailable) as error:
                    self._log.warning("waiting", seconds=wait, reason=str(error))
                    self.close()
                    gc.collect()  # sockets that were refused hang in cycles with their errors
                    stop.wait(wait)
                    wait = min(wait * 2, _LONGEST_WAIT)
        finally:
            self.close()

    def publish(self) -> int:
        """Publishes the next portion and notes it; returns how many messages it had.

        Raises Fenced or PositionMoved where another publisher has taken over, LogUnavailable, BrokerUnavailable.
        """
        producer = self._producer or self._lead()
        portion = self._flow.after(self._store, self._reached, self._batch)
        if portion is None:
            self._flow.idle(self._store, self._reached)
            return 0
        if portion.outgoing:
            producer.publish(portion.outgoing)
        with self._store.connection() as connection, connection.transaction():
            reach(connection, self.name, self._reached, portion.reaches, term=self._term)
            self._flow.published(connection, portion.reaches)
        self._reached = portion.reaches
        metrics.PUBLISHED.labels(self._flow.topic).inc(len(portion.outgoing))
        metrics.PUBLISHED_TO.labels(self._flow.topic).set(portion.reaches)
        return len(portion.outgoing)

    def close(self) -> None:
        """Closes the producer; the next `publish` opens another and shuts out whoever published since."""
        if self._producer is not None:
            self._producer.close()
            self._producer = None

    def _lead(self) -> Producer:
        """Shuts out whoever published before, and only then reads how far they came."""
        self._producer = self._open_producer(self.name)
        with self._store.connection() as connection:
            self._term = lead(connection, self.name)
        self._reached = self._noted()
        self._log.info("publishing", after=self._reached)
        return self._producer

    def _noted(self) -> int:
        with self._store.connection() as connection:
            return reached(connection, self.name)

    def _stand_by(self, stop: threading.Event) -> None:
        """Waits until the one that took over has something to publish and yet stands still for too long."""
        metrics.FENCED.inc()
        self._log.warning("another publisher has taken over: standing by")
        self.close()
        noted, since = -1, self._monotonic()
        while not stop.wait(_IDLE):
            try:
                now = self._noted()
                idle = self._flow.after(self._store, now, 1) is None
            except LogUnavailable:
                continue
            if now != noted or idle:
                noted, since = now, self._monotonic()
            elif self._monotonic() - since > self._patience:
                return


def _told(topic: str, store: Store, events: Sequence[Recorded]) -> Iterator[Outgoing]:
    changes = identity_changes(store, events)
    for event in events:
        if not event.name.startswith(WITHHELD):
            yield _event(topic, event)
        for change in changes.get(event.position, ()):
            yield Outgoing(topic, str(change.contact_id).encode(), change.model_dump_json().encode())


def _event(topic: str, event: Recorded) -> Outgoing:
    envelope, body = event.envelope, event.body
    assert envelope.recorded_at is not None
    value = OutboundEvent(
        organization=envelope.organization,
        event_id=envelope.event_id,
        type=body.NAME,
        stream_id=event.stream_id,
        version=event.version,
        position=event.position,
        effective_at=event.effective_at,
        occurred_at=envelope.occurred_at,
        received_at=envelope.received_at,
        recorded_at=envelope.recorded_at,
        source=envelope.source,
        actor=envelope.actor,
        correlation_id=envelope.correlation_id,
        flags=list(envelope.flags),
        data={name: value for name, value in body if name not in body.SEALED_FIELDS},
    )
    return Outgoing(topic, str(event.stream_id).encode(), value.model_dump_json().encode())


def _status(topic: str, change: Change) -> Outgoing:
    key = status_key(change.identifier_id, change.channel, change.scope, change.purpose)
    if change.payload is None:
        return Outgoing(topic, key, None)
    fields = {name: change.payload[name] for name in _JUDGED}
    place = {name: getattr(change, name) for name in _PLACE}
    value = OutboundStatus(**place, **fields, erased=False)
    return Outgoing(topic, key, value.model_dump_json().encode())


_PLACE: Final = ("organization", "identifier_id", "channel", "scope", "purpose", "position", "change")
_JUDGED: Final = (
    "consent",
    "deliverability",
    "hold",
    "sendable",
    "reasons",
    "deciding_event",
    "changes_at",
)
