"""`make bench-ingest`: one consuming process against the naive application and against the bare pipe.

All three run on the same Kafka and PostgreSQL, one after the other. Half of the messages are about people
heard of before. The naive application is compared by events: a message that makes none costs it nothing.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from benchmarks import naive, pipe
from benchmarks.figures import conclude, peak_mb, say
from benchmarks.stand import START, Stand, publish, running, stand
from consumers.broker import spans
from entrypoints.demo.day import day
from entrypoints.demo.messages import TOPICS
from entrypoints.demo.standing import standing
from entrypoints.wiring import Service, opened
from ledger.events.envelope import Recorded
from tests.servers import new_database

MESSAGES = 100_000
_NAIVE = 3_000
"""Messages that the naive application saves, of those that made events, at even distances: early ones make more
events than later ones, when people are known."""
_GLANCE = 0.25
"""Seconds between two looks at how far it is: each takes some milliseconds of the two cores that are measured."""


def main(messages: int = MESSAGES) -> None:
    """Prints the figures, and the JSON line last."""
    with stand(kafka=True) as on:
        say(f"publishing {messages:,} messages")
        publish(on, day(1, messages, START, fresh=0.5))
        with opened(on.settings) as ledger:
            before = ledger.reading.newest().position
            messages_per_s, consumer_mb = _consumed(on, ledger)
            events = ledger.reading.newest().position - before
            events_per_s = messages_per_s * events / messages
            say(f"contact-ledger consume: {messages_per_s:,.0f} messages/s, {events_per_s:,.0f} events/s")
            say(f"  {events:,} events, {events / messages:.2f} a message; memory at most {consumer_mb:.0f} MB")
            projected_per_s, others_mb = _followed(on, ledger)
            say(f"contact-ledger project and publish, side by side: {projected_per_s:,.0f} events/s")
            say(f"  memory at most {max(others_mb):.0f} MB")
            sample = list(islice(_by_message(ledger, before), 0, None, max(1, messages // _NAIVE)))
        with new_database(on.server_url) as empty:
            plain = naive.pace(sample, empty)
        say(f"naive application: {plain.messages_per_s:,.0f} messages/s, {plain.events_per_s:,.0f} events/s")
        with new_database(on.server_url) as empty:
            piped = pipe.pace(on.bootstrap, TOPICS, messages, empty)
        say(f"bare pipe: {piped:,.0f} messages/s")
    conclude(
        {
            "messages_per_s": messages_per_s,
            "vs_naive": events_per_s / plain.events_per_s,
            "vs_pipe": messages_per_s / piped,
            "rss_mb_max": max(consumer_mb, *others_mb),
        }
    )


def _consumed(on: Stand, ledger: Service) -> tuple[float, float]:
    """Messages/s of one consumer from its first commit to its last, and the peak memory in MB of its processes."""
    held = spans(on.bootstrap, TOPICS)
    with running(on, "consume") as (consumer,):
        while not (first := standing(ledger, held).taken):
            time.sleep(_GLANCE)
        begun = time.perf_counter()
        while (now := standing(ledger, held)).taken < now.sent:
            time.sleep(_GLANCE)
        return (now.taken - first) / (time.perf_counter() - begun), peak_mb(consumer.pid)


def _followed(on: Stand, ledger: Service) -> tuple[float, list[float]]:
    """Events/s that projector and publisher get through together, and the peak memory of each."""
    held = spans(on.bootstrap, TOPICS)
    begun = time.perf_counter()
    with running(on, "project", "publish") as children:
        while (now := standing(ledger, held)).lag:
            time.sleep(_GLANCE)
        return now.recorded / (time.perf_counter() - begun), [peak_mb(child.pid) for child in children]


def _by_message(ledger: Service, after: int) -> Iterator[Sequence[Recorded]]:
    """The log's events, opened, message by message."""
    while events := ledger.writing.follow(after, 10_000):
        after = events[-1].position
        for _, acted in groupby(ledger.writing.open(events), key=lambda event: event.envelope.act_id):
            yield list(acted)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
