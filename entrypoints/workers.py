"""The long-running processes: what each is made of, and how it ends."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from functools import partial
from queue import Full, Queue

import orjson
import psycopg
import structlog

from consumers.broker import Broker, BrokerUnavailable, Outgoing, Producer, make_topics
from consumers.cluster import Address
from consumers.consumer import Consumer, Refused
from consumers.publisher import REJECTED, TOPICS, Events, Publisher, Statuses
from consumers.reader import Reader, ReaderBeside
from entrypoints.logs import configure
from entrypoints.presence import Presence, present
from entrypoints.probes import answering
from entrypoints.processes import stop_signal
from entrypoints.settings import Settings
from entrypoints.wiring import Service, clock, opened, projecting, secrets, store
from ledger.errors import LogUnavailable
from projections import marks
from projections.registry import PROJECTIONS
from projections.runner import Runner
from projections.stepping import ProjectionStopped, Source

_HOUR = 3600.0
_DAY = timedelta(days=1)
_MOST_WAITING = 1_000
"""Batches of refusals that may wait to be announced."""
_LAST_WORDS = 5.0
_DEMO_REST = 0.05
"""Seconds: the demo's broker does not wait where it has nothing."""


def consume(settings: Settings) -> None:
    """Takes messages from Kafka until told to stop. Raises MessagesLost where a person must decide."""
    with _worker(settings, "consume") as (ledger, stop, _), _purging(ledger, stop):
        reader = ReaderBeside(partial(reading, settings))
        with closing(reader), closing(Announcer(settings.brokers)) as announcer:
            Consumer(reader, ledger.recording, announce=announcer).run(stop)


@contextmanager
def reading(settings: Settings) -> Iterator[Reader]:
    """What reads for the consumer, in the process beside its own."""
    configure(settings.log_level)
    with store(settings, "ledger_writer", size=1) as log:
        rest = _DEMO_REST if settings.demo else 0.0
        broker = Broker(settings.brokers, settings.topics, log.positions, clock, group=settings.group, rest=rest)
        with closing(broker):
            yield Reader(broker, secrets(settings)[0])


def project(settings: Settings) -> None:
    """Keeps the tables people read, until told to stop. Raises ProjectionStopped once none can go on."""
    with (
        _worker(settings, "project") as (_, stop, presence),
        projecting(settings) as source,
        _thinning(source, stop),
    ):

        def stopped(error: ProjectionStopped) -> None:
            _log_stop(error)
            presence.trouble(error)

        Runner(PROJECTIONS.values(), source, stopped=stopped).run(stop, clock)


def publish(settings: Settings) -> None:
    """Publishes events, and statuses that changed, until told to stop."""
    with _worker(settings, "publish") as (_, stop, _), store(settings, "ledger_projector") as log:
        make_topics(settings.brokers, TOPICS)
        producing = partial(fenced_producer, settings)
        events, statuses = (Publisher(log, flow, producing) for flow in (Events(), Statuses()))
        with _beside(stop, lambda: events.run(stop)):
            statuses.run(stop)


def fenced_producer(settings: Settings, fence: str) -> Producer:
    """A producer of what others are told. Who opens one again after an error makes topics that were deleted."""
    for topic in make_topics(settings.brokers, TOPICS):
        structlog.get_logger().warning("made again: what was published before is not in it", topic=topic)
    return Producer(settings.brokers, fence=fence)


def _log_stop(stopped: ProjectionStopped) -> None:
    structlog.get_logger().error(
        "projection stopped", projection=stopped.projection, position=stopped.position, exc_info=stopped
    )


class Announcer:
    """Tells the rejected topic why and where, on a thread of its own so that recording never waits for it.

    Best effort: what cannot be published is logged as such, and what piles up is left out.
    """

    def __init__(self, brokers: Address) -> None:
        self._brokers = brokers
        self._producer: Producer | None = None
        self._waiting: Queue[Sequence[Refused] | None] = Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
        self._thread.start()

    def __call__(self, refused: Sequence[Refused]) -> None:
        with suppress(Full):
            self._waiting.put_nowait(refused)

    def close(self) -> None:
        """Lets what waits be published, for a few seconds."""
        with suppress(Full):
            self._waiting.put_nowait(None)
        self._thread.join(timeout=_LAST_WORDS)

    def _run(self) -> None:
        while (refused := self._waiting.get()) is not None:
            try:
                self._producer = self._producer or self._opened()
                self._producer.publish(Outgoing(REJECTED, None, orjson.dumps(one)) for one in refused)
            except BrokerUnavailable as error:
                structlog.get_logger().warning("rejections not announced", reason=str(error), rejected=len(refused))
                self._give_up()
        self._give_up()

    def _opened(self) -> Producer:
        make_topics(self._brokers, {REJECTED: TOPICS[REJECTED]})
        return Producer(self._brokers)

    def _give_up(self) -> None:
        if self._producer is not None:
            self._producer.close()
            self._producer = None


@contextmanager
def _worker(settings: Settings, process: str) -> Iterator[tuple[Service, threading.Event, Presence]]:
    with (
        stop_signal() as stop,
        opened(settings) as ledger,
        answering(ledger),
        present(ledger, process) as presence,
    ):
        yield ledger, stop, presence


@contextmanager
def _purging(ledger: Service, stop: threading.Event) -> Iterator[None]:
    """Destroys the payloads of rejections that are older than 30 days, now and every hour."""

    def purge() -> None:
        while not stop.is_set():
            with suppress(LogUnavailable):
                destroyed = ledger.writing.purge_rejections(clock())
                structlog.get_logger().debug("rejected payloads expired", destroyed=destroyed)
            stop.wait(_HOUR)

    with _beside(stop, purge):
        yield


@contextmanager
def _thinning(source: Source, stop: threading.Event) -> Iterator[None]:
    """Thins the marks of the compliance clock that are older than a day, now and every hour."""

    def thin() -> None:
        while not stop.is_set():
            with suppress(psycopg.OperationalError), source.connect() as connection:
                marks.thin(connection, clock() - _DAY)
            stop.wait(_HOUR)

    with _beside(stop, thin):
        yield


@contextmanager
def _beside(stop: threading.Event, *works: Callable[[], None]) -> Iterator[None]:
    """Runs works on threads of their own; one that fails stops everything, and its error is raised at the end."""
    failures: list[Exception] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised again below, on the main thread
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
