"""How the service works now: what lags, what is rejected, which processes are there, and what is to be done."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, Field

from consumers.positions import standings
from consumers.publisher import EVENTS, STATUS
from entrypoints.health import Readiness, readiness
from entrypoints.kafka_glance import Glance
from entrypoints.presence import EVERY
from entrypoints.wiring import Service
from ledger.store import rejections
from ledger.store.followers import reached
from ledger.store.positions import places
from ledger.store.throughput import recorded_since
from projections import outbox, processes
from projections.watermarks import watermarks

SILENT: Final = 3 * EVERY
"""Seconds after which a process that says nothing is taken for gone."""
EXPECTED: Final = ("consume", "project", "publish")
"""Processes without which something stands still; `serve` is what shows this."""
COUNTED_TO: Final = 10_000
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class ProjectionSeen(BaseModel):
    """A projection: events it is behind the log, and by how much time its rows are older than that."""

    projection: str
    position: int
    behind: int
    seconds: float | None = Field(description="0 where it is not behind; null before its first event")


class PartitionSeen(BaseModel):
    """A partition of an inbound topic; what only Kafka can tell is null where it does not answer."""

    topic: str
    partition: int
    position: int | None = Field(description="read up to here; null: never read")
    end: int | None
    behind: int | None
    lost: bool = Field(description="the topic no longer meets the position: a person must decide")


class PublishingSeen(BaseModel):
    """An outbound topic, and how much waits to be published to it."""

    topic: str
    waiting: int
    more: bool = Field(description="more than these wait: they are counted to 10,000")


class RejectionsSeen(BaseModel):
    """Messages of the last day rejected for a reason. `own`: they named the organization, others none."""

    reason: str
    own: bool
    number: int
    latest: datetime


class ProcessSeen(BaseModel):
    """A process of the service, and when it was last heard of."""

    process: str
    host: str
    pid: int
    state: Literal["running", "silent", "ended"]
    started_at: datetime
    seen_at: datetime
    trouble: str | None


class Operations(BaseModel):
    """The whole. `todo`: what is to be done, in sentences; empty where all is well."""

    as_of: datetime
    state: Literal["ready", "degraded"]
    todo: list[str]
    position: int
    last_minute: int = Field(description="events recorded in the last minute")
    last_hour: int
    projections: list[ProjectionSeen]
    partitions: list[PartitionSeen]
    publishing: list[PublishingSeen]
    rejections: list[RejectionsSeen]
    processes: list[ProcessSeen]


def operations(ledger: Service, organization: str, kafka: Glance) -> Operations:
    """How everything stands; rejections are those of the organization. Raises LogUnavailable."""
    now, ready = ledger.now(), readiness(ledger)
    newest = ledger.overseeing.newest()
    with ledger.overseeing.connection() as connection:
        marks = watermarks(connection)
        minute, hour = (recorded_since(connection, now - span) for span in (_MINUTE, _HOUR))
        published = reached(connection, f"publisher/{EVENTS}")
        waiting = outbox.waiting(connection, reached(connection, f"publisher/{STATUS}"), COUNTED_TO + 1)
        why = rejections.reasons(connection, organization, now - _DAY, COUNTED_TO)
        there = [_process(one) for one in processes.listed(connection)]
    projected = []
    for name, mark in sorted(marks.items()):
        behind = newest.position - mark.position
        late = newest.recorded_at - mark.swept_to if newest.recorded_at and mark.swept_to else None
        seconds = 0.0 if not behind else max(late.total_seconds(), 0.0) if late is not None else None
        projected.append(ProjectionSeen(projection=name, position=mark.position, behind=behind, seconds=seconds))
    partitions = _partitions(ledger, kafka)
    publishing = [_publishing(EVENTS, newest.position - published), _publishing(STATUS, waiting)]
    todo = list(_todo(ready, kafka, partitions, there))
    return Operations(
        as_of=now,
        state="degraded" if todo else "ready",
        todo=todo,
        position=newest.position,
        last_minute=minute,
        last_hour=hour,
        projections=projected,
        partitions=partitions,
        publishing=publishing,
        rejections=[RejectionsSeen.model_validate(one, from_attributes=True) for one in why],
        processes=there,
    )


def _publishing(topic: str, waiting: int) -> PublishingSeen:
    return PublishingSeen(topic=topic, waiting=min(waiting, COUNTED_TO), more=waiting > COUNTED_TO)


def _process(one: processes.Seen) -> ProcessSeen:
    state: Literal["running", "silent", "ended"] = "running" if one.silent < SILENT else "silent"
    return ProcessSeen(
        process=one.process,
        host=one.host,
        pid=one.pid,
        state="ended" if one.ended_at else state,
        started_at=one.started_at,
        seen_at=one.seen_at,
        trouble=one.trouble,
    )


def _partitions(ledger: Service, kafka: Glance) -> list[PartitionSeen]:
    topics = ledger.settings.topics
    if kafka.trouble is not None:
        with ledger.overseeing.connection() as connection:
            return [
                PartitionSeen(topic=topic, partition=number, position=position, end=None, behind=None, lost=False)
                for topic, number, position, _ in places(connection)
                if topic in topics
            ]
    stored = {}
    for cluster in {span.key.cluster for span in kafka.spans}:
        stored.update(ledger.overseeing.positions(cluster, topics))
    return [
        PartitionSeen(
            topic=one.span.key.topic,
            partition=one.span.key.partition,
            position=one.position,
            end=one.span.end,
            behind=one.lag,
            lost=one.lost,
        )
        for one in standings(stored, kafka.spans)
    ]


def _todo(
    ready: Readiness, kafka: Glance, partitions: Sequence[PartitionSeen], there: Sequence[ProcessSeen]
) -> Iterator[str]:
    running = {one.process for one in there if one.state == "running"}
    for process in EXPECTED:
        if process not in running:
            yield f"No process `{process}` is running: start `contact-ledger {process}`, or `contact-ledger run`."
    yield from (
        f"{one.process} on {one.host} says: {one.trouble}" for one in there if one.trouble and one.state != "ended"
    )
    if kafka.trouble is not None:
        why = kafka.trouble.rstrip(".")
        yield f"Kafka: {why}. Nothing is lost: messages wait there, and what is recorded waits here."
    for one in partitions:
        if one.lost:
            place = f"{one.topic}/{one.partition}"
            yield f"{place}: messages were lost before they were read; see `contact-ledger positions lag`."
    if not partitions and kafka.trouble is None:
        yield "The inbound topics do not exist: make them, or correct LEDGER_TOPICS."
    yield from (f"{reason[0].upper()}{reason[1:]}." for reason in ready.reasons)
