"""What a benchmark runs on: PostgreSQL with its default durability, Kafka, and a ledger with some organizations.

KAFKA_BOOTSTRAP and LEDGER_TEST_DATABASE_URL name servers to use instead of the own ones.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from benchmarks.figures import say
from consumers.broker import Outgoing, Producer, make_topics
from consumers.intake import Message, take
from consumers.sending import send
from entrypoints.demo.keeping import Kept, settings
from entrypoints.demo.messages import TOPICS
from entrypoints.demo.people import ORGANIZATIONS
from entrypoints.embedded import EmbeddedPostgres
from entrypoints.organizations import register
from entrypoints.settings import Settings
from entrypoints.wiring import Service, migrated, opened
from ledger.acts.act import Act, Rejection
from ledger.recording import Outcome
from tests.servers import new_database, own_kafka

_SERVER = {"shared_buffers": "1GB", "max_wal_size": "8GB"}
"""Sizes only: every commit waits for the disk, as it does by default."""
START = datetime.now(UTC) - timedelta(days=1)
"""Begin of a benchmark's day of traffic: lately, for Kafka drops messages whose timestamps are a week old."""


@dataclass(frozen=True, slots=True)
class Stand:
    """The servers' addresses and an environment in which `contact-ledger` finds them."""

    database_url: str
    server_url: str
    bootstrap: str
    environment: Mapping[str, str]
    log: Path | None = None
    """What the server logs, where it is our own."""
    keep: Path | None = None
    """The folder that holds it from run to run."""

    @property
    def settings(self) -> Settings:
        return settings(self.environment)


@contextmanager
def stand(
    *, kafka: bool, server_settings: Mapping[str, str] = MappingProxyType({}), keep: Path | None = None
) -> Iterator[Stand]:
    """Servers of its own and a migrated ledger, all gone at the end but for what a folder to `keep` holds then."""
    with ExitStack() as stack:
        log, kept = None, Kept.new() if keep is None else Kept.read(keep)
        if keep is not None or (server := os.environ.get("LEDGER_TEST_DATABASE_URL", "")) == "":
            own, log = stack.enter_context(_postgres(server_settings, keep))
            server = own.url
        url = stack.enter_context(new_database(server)) if keep is None else server
        bootstrap = os.environ.get("KAFKA_BOOTSTRAP", "none:9092")
        if kafka and bootstrap == "none:9092":
            bootstrap = stack.enter_context(own_kafka()).bootstrap
        made = Stand(
            url, server, bootstrap, kept.environment(url, bootstrap, TOPICS, "http://127.0.0.1"), log, keep
        )
        if keep is not None:
            kept.write(keep)
        migrated(made.settings)
        with opened(made.settings) as ledger:
            for organization in ORGANIZATIONS:
                register(ledger, organization.code, organization.display_name)
        if kafka:
            make_topics(bootstrap, {topic: {} for topic in TOPICS}, partitions=4)
        yield made


@contextmanager
def running(stand: Stand, *commands: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`contact-ledger <command>` for each, as processes of their own, told to stop at the end."""
    environment = {**os.environ, **stand.environment, "LEDGER_LOG_LEVEL": "error"}
    children = [
        subprocess.Popen([sys.executable, "-m", "entrypoints", *command.split()], env=environment)
        for command in commands
    ]
    try:
        yield children
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait(timeout=60)


def publish(stand: Stand, messages: Iterable[Outgoing]) -> int:
    """Publishes them all; returns how many."""
    producer = Producer(stand.bootstrap)
    try:
        return send(producer, messages)
    finally:
        producer.close()


def fill(ledger: Service, messages: Iterable[Outgoing], *, batch: int = 5_000, every: int = 100_000) -> int:
    """Records messages as the consumer would, without Kafka between; returns how many."""
    taken = 0
    waiting: list[Message] = []
    for outgoing in messages:
        waiting.append(Message(outgoing.value or b"", outgoing.headers, outgoing.timestamp or START))
        if len(waiting) == batch:
            record(ledger, waiting)
            taken += len(waiting)
            waiting.clear()
            if taken % every == 0:
                say(f"  {taken:,} messages recorded")
    record(ledger, waiting)
    return taken + len(waiting)


def record(ledger: Service, messages: Iterable[Message]) -> list[Outcome]:
    """One batch of messages through intake and recording."""
    results = [take(message) for message in messages]
    rejections = [result for result in results if isinstance(result, Rejection)]
    acts = [result for result in results if isinstance(result, Act)]
    return ledger.recording.record(acts, rejections=rejections)


@contextmanager
def _postgres(settings: Mapping[str, str], keep: Path | None) -> Iterator[tuple[EmbeddedPostgres, Path]]:
    """The server, and the file it logs to."""
    home = keep or Path(tempfile.mkdtemp(prefix="ledger-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    try:
        with EmbeddedPostgres(home, {**_SERVER, **settings}) as server:
            yield server, home / "postgres.log"
    finally:
        if keep is None:
            shutil.rmtree(home, ignore_errors=True)
