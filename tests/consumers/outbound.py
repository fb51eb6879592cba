"""What is published of a ledger: a publisher of its flows, and a reader of what others see of them."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from kafka import KafkaConsumer, TopicPartition

from consumers.broker import Producer
from consumers.publisher import STATUS, TOPICS, Events, Flow, Publisher, Statuses
from ledger.store.connections import LedgerDatastore, pool
from ledger.store.migrate import LOG
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Store
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from projections.stepping import Source
from schemas.outbound import status_key
from tests.conftest import Topics
from tests.consumers.scene import ORGANIZATION, Record, Scene, record_directly
from tests.ledgers import store_on
from tests.store.making import IDS, KEYRING

PACKAGES = (LOG, "projections.migrations")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as others see it."""

    partition: int
    key: bytes
    value: bytes | None


@contextmanager
def projector_store(url: str) -> Iterator[Store]:
    """A store on a migrated database that acts as the projector, as publishers do."""
    datastore = LedgerDatastore(url, "ledger_projector", size=4)
    try:
        yield Store(LedgerRecorder(datastore), IDS, KEYRING)
    finally:
        datastore.close()


@contextmanager
def publishing(
    store: Store, flow: Flow, bootstrap: str, kind: Callable[..., Producer] = Producer
) -> Iterator[Publisher]:
    """A publisher, closed at the end."""
    publisher = Publisher(store, flow, lambda fence: kind(bootstrap, fence=fence))
    try:
        yield publisher
    finally:
        publisher.close()


def publish_all(store: Store, flow: Flow, bootstrap: str) -> int:
    """Publishes everything there is and returns how many messages it was."""
    with publishing(store, flow, bootstrap) as publisher:
        count = 0
        while published := publisher.publish():
            count += published
        return count


def project_all(url: str, store: Store) -> None:
    """Steps the statuses and the opt-outs until they have the whole log."""
    with pool(url, "ledger_projector") as connections:
        catch_up(Source(store, connections.connection), [PROJECTIONS["channel_status"], PROJECTIONS["opt_outs"]])


def seen(bootstrap: str, topic: str) -> list[Seen]:
    """Everything committed in the topic, partition by partition."""
    settings = {"isolation_level": "read_committed", "auto_offset_reset": "earliest", "enable_auto_commit": False}
    with closing(KafkaConsumer(bootstrap_servers=bootstrap, **settings)) as reader:
        places = [TopicPartition(topic, partition) for partition in sorted(reader.partitions_for_topic(topic))]
        reader.assign(places)
        reader.seek_to_beginning(*places)
        ends = reader.end_offsets(places)
        found: list[Seen] = []
        while any((reader.position(place) or 0) < ends[place] for place in places):
            for records in reader.poll(500).values():
                found += [Seen(record.partition, record.key, record.value) for record in records]
        return sorted(found, key=lambda one: one.partition)


@dataclass(frozen=True, slots=True)
class Outbound:
    """A ledger with its projector's store and the topics it is published to."""

    scene: Scene
    store: Store
    url: str
    events: Events
    statuses: Statuses

    def record(self, *records: Record) -> None:
        record_directly(self.scene, records)
        project_all(self.url, self.store)


@contextmanager
def outbound_on(url: str, bootstrap: str, topics: Topics) -> Iterator[Outbound]:
    """On an empty database, with outbound topics of its own."""
    events = topics("events", partitions=2)
    statuses = topics("status", partitions=2, config=TOPICS[STATUS])
    with store_on(url, packages=PACKAGES) as store, projector_store(url) as projector:
        yield Outbound(Scene(store, bootstrap), projector, url, Events(events), Statuses(statuses))


def statuses_of(outbound: Outbound) -> dict[bytes, dict[str, Any] | None]:
    """What is left of the topic once it is compacted."""
    left = {one.key: one.value for one in seen(outbound.scene.bootstrap, outbound.statuses.topic)}
    return {key: None if value is None else orjson.loads(value) for key, value in left.items()}


def person(number: int) -> bytes:
    identifier_id = IDS.identifier(ORGANIZATION, "email", f"person{number}@example.com")
    return status_key(identifier_id, "email", "acme/shop", "marketing")
