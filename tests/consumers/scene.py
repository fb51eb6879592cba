"""A topic with a journal of what was published, a ledger that consumes it, and what the ledger holds in the end."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from kafka import KafkaProducer

from consumers.broker import Broker, spans
from consumers.consumer import Consumer
from consumers.intake import Message, take
from consumers.positions import Standing, standings
from consumers.reader import Reader
from ledger.acts.act import Act
from ledger.acts.given import Given
from ledger.acts.settings import Registration
from ledger.answers import Answers
from ledger.errors import LogUnavailable
from ledger.recording import Recording
from ledger.store.store import Store
from tests.servers import apache_kafka_runs
from tests.store.making import IDS

ORGANIZATION = "acme"
SOURCE = "shop/web"
DAWN = datetime(2026, 3, 2, 9, tzinfo=UTC)
PATIENCE = 60.0
"""Seconds in which a condition must come true."""

Record = tuple[bytes, bytes | None, tuple[tuple[str, bytes], ...]]
"""Key, value, headers."""

needs_apache_kafka = pytest.mark.skipif(
    not apache_kafka_runs() and "KAFKA_BOOTSTRAP" not in os.environ,
    reason="the wheel's broker neither compacts nor expires, and keeps no topic ids",
)


def now() -> datetime:
    return datetime.now(UTC)


def event(type_: str, number: int, data: dict[str, Any]) -> Record:
    """A structured CloudEvent: message `number` of the one source."""
    document = {
        "specversion": "1.0",
        "id": f"m-{number}",
        "source": SOURCE,
        "type": type_,
        "time": (DAWN + timedelta(seconds=number)).isoformat(),
        "data": {"organization": ORGANIZATION, **data},
    }
    return f"k{number % 50}".encode(), orjson.dumps(document), ()


def signup(number: int, person: int) -> Record:
    """A form signup of one of the invented people."""
    subscription = {"channel": "email", "scope": "acme/shop", "purposes": ["marketing"]}
    data = {"identifiers": [_email(person)], "subscriptions": [subscription], "method": "form"}
    return event("contact.signup.v1", number, data)


def stop(number: int, person: int) -> Record:
    """An opt-out by link."""
    data = {"identifier": _email(person), "channel": "email", "scope": "acme/shop", "method": "link"}
    return event("contact.opt-out.v1", number, data)


def junk(number: int) -> Record:
    """Bytes that are no message."""
    return b"junk", f"no JSON {number}".encode(), ()


def history(messages: int, people: int = 20) -> list[Record]:
    """Signups and opt-outs of a few people, with something that cannot be taken every tenth message."""
    makers: list[Callable[[int, int], Record]] = [signup, signup, stop]
    return [
        junk(number) if number % 10 == 7 else makers[number % 3](number, number * 7 % people)
        for number in range(messages)
    ]


def _email(person: int) -> dict[str, str]:
    return {"kind": "email", "value": f"person{person}@example.com"}


def publish(bootstrap: str, topic: str, records: Iterable[Record], partition: int | None = 0) -> None:
    """Sends them in order and waits until the broker has them all; `partition` None: by key."""
    with closing(KafkaProducer(bootstrap_servers=bootstrap, max_request_size=12 * 1024 * 1024)) as producer:
        sent = [
            producer.send(topic, value, key, headers=list(headers), partition=partition)
            for key, value, headers in records
        ]
        for one in sent:
            one.get(timeout=PATIENCE)


@contextmanager
def transactions(bootstrap: str) -> Iterator[KafkaProducer]:
    """A producer of transactions, under an id of its own."""
    with closing(KafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"test-{uuid4().hex}")) as producer:
        producer.init_transactions()
        yield producer


def wait_for(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Returns once the condition holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.02)


class Scene:
    """A store with one organization in it, and what consumes topics into it."""

    def __init__(self, store: Store, bootstrap: str) -> None:
        self.store = store
        self.bootstrap = bootstrap
        self.recording = Recording(store, IDS)
        registration = Registration("Acme")
        act = Act(ORGANIZATION, "test", "registration", "registration", now(), b"", registration, occurred_at=DAWN)
        [outcome] = self.recording.record([act])
        assert outcome.result in ("recorded", "duplicate")

    @contextmanager
    def broker(
        self, topics: Sequence[str], *, group: str | None = None, most: int = 100, rest: float = 0.0
    ) -> Iterator[Broker]:
        """A broker at the ledger's positions, closed at the end."""
        options: dict[str, Any] = {"group": group, "most": most, "rest": rest}
        with closing(Broker(self.bootstrap, topics, self.store.positions, now, **options)) as broker:
            yield broker

    def standings(self, *topics: str) -> list[Standing]:
        """How far the partitions are taken."""
        held = spans(self.bootstrap, topics)
        cluster = held[0].key.cluster if held else ""
        return standings(self.store.positions(cluster, topics), held)

    def taken(self, *topics: str) -> bool:
        """Whether there is nothing more to take, as far as anybody can say now."""
        try:
            found = self.standings(*topics)
        except LogUnavailable:
            return False
        return bool(found) and all(one.lag == 0 for one in found)

    def consume(self, *topics: str, most: int = 100, group: str | None = None, **options: Any) -> Consumer:
        """Takes everything the topics hold; the consumer, closed, for a look at its state."""
        with self.broker(topics, group=group, most=most) as broker:
            consumer = Consumer(Reader(broker), self.recording, **options)
            self.take_all(consumer, *topics)
        return consumer

    def take_all(self, consumer: Consumer, *topics: str) -> None:
        """Steps until nothing is left."""
        never = threading.Event()

        def step() -> bool:
            return consumer.take_polls(never, 0.2) == 0 and self.taken(*topics)

        wait_for(step, "taking everything")

    def events(self) -> set[tuple[UUID, int, UUID, str]]:
        """Every event: its stream and version, its id and name."""
        found = self.store.follow(0, 1_000_000)
        facts = [(one.stream_id, one.version, one.event_id, one.name) for one in found]
        assert len(set(facts)) == len(facts)
        return set(facts)

    def rejections(self) -> list[tuple[str, str | None]]:
        """Reason and origin of every rejection, in the order of their origins."""
        with self.store.connection() as connection:
            rows = connection.execute("SELECT reason, origin FROM rejections").fetchall()
        return sorted((reason, origin) for reason, origin in rows)

    def sendable(self, person: int) -> bool:
        """Whether the shop may write to this person now."""
        value = _email(person)["value"]
        answers = Answers(self.store, IDS, now)
        [answer] = answers.sendable(ORGANIZATION, "email", "acme/shop", "marketing", [Given("email", value, value)])
        return answer.sendable


def record_directly(scene: Scene, records: Sequence[Record]) -> None:
    """The oracle: the journal recorded in its order, in one go, without any broker."""
    messages = [Message(value or b"", headers, now(), None) for _, value, headers in records]
    acts = [taken for message in messages if isinstance(taken := take(message), Act)]
    scene.recording.record(acts)
