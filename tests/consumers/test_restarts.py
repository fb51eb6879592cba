"""Servers that crash and come back under a running consumer: it waits, and nothing is lost or doubled."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from consumers.consumer import Consumer
from consumers.reader import Reader
from ledger.store.connections import LedgerDatastore
from ledger.store.migrate import migrate
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Store
from tests.conftest import Topics
from tests.consumers.scene import Scene, history, publish, record_directly, wait_for
from tests.ledgers import store_on
from tests.servers import Kafka, Postgres, apache_kafka_runs, create_topic, new_database
from tests.store.making import IDS, KEYRING

keeps_topics = pytest.mark.skipif(not apache_kafka_runs(), reason="the wheel's broker forgets its topics")


def waits(server: str) -> float:
    return REGISTRY.get_sample_value("ledger_unavailable_total", {"server": server}) or 0.0


@contextmanager
def impatient(url: str) -> Iterator[Store]:
    """A store that waits a second, no more, for a connection."""
    migrate(url, IDS, KEYRING)
    datastore = LedgerDatastore(url, timeout=1.0)
    try:
        yield Store(LedgerRecorder(datastore), IDS, KEYRING)
    finally:
        datastore.close()


@contextmanager
def running(scene: Scene, topic: str) -> Iterator[None]:
    """A consumer in a thread of its own, as a process would run it; it must have ended well when stopped."""
    stop = threading.Event()
    ended: list[bool] = []

    def run() -> None:
        with scene.broker([topic], group=f"group-{topic}", most=20) as broker:
            Consumer(Reader(broker), scene.recording).run(stop)
        ended.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60)
    assert ended == [True]


def test_postgresql_crashes_and_comes_back(
    private_postgres: Postgres, oracle: Scene, topics: Topics, kafka_bootstrap: str
) -> None:
    topic, journal = topics(partitions=2), history(300)
    with new_database(private_postgres.url) as url, impatient(url) as store:
        scene = Scene(store, kafka_bootstrap)
        publish(kafka_bootstrap, topic, journal[:150])
        with running(scene, topic):
            wait_for(lambda: scene.taken(topic), "the first half")
            private_postgres.kill()
            before = waits("postgresql")
            publish(kafka_bootstrap, topic, journal[150:])
            wait_for(lambda: waits("postgresql") > before + 1, "waiting for PostgreSQL")
            private_postgres.start()
            wait_for(lambda: scene.taken(topic), "the second half")
        record_directly(oracle, journal)
        assert scene.events() == oracle.events()
        assert len(scene.rejections()) == 30


def test_it_starts_while_postgresql_is_away(
    private_postgres: Postgres, topics: Topics, kafka_bootstrap: str
) -> None:
    topic = topics(partitions=1)
    with new_database(private_postgres.url) as url, impatient(url) as store:
        scene = Scene(store, kafka_bootstrap)
        publish(kafka_bootstrap, topic, history(50))
        private_postgres.kill()
        before = waits("postgresql")
        with running(scene, topic):
            wait_for(lambda: waits("postgresql") > before + 1, "waiting for PostgreSQL")
            private_postgres.start()
            wait_for(lambda: scene.taken(topic), "everything")
        assert len(scene.rejections()) == 5


@keeps_topics
@pytest.mark.usefixtures("refused_sockets")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_kafka_crashes_and_comes_back(fresh_database: str, oracle: Scene, private_kafka: Kafka) -> None:
    bootstrap, topic, journal = private_kafka.bootstrap, f"topic-{uuid4().hex}", history(300)
    create_topic(bootstrap, topic, 1, {"flush.messages": "1"})
    with store_on(fresh_database) as store:
        scene = Scene(store, bootstrap)
        publish(bootstrap, topic, journal[:150])
        with running(scene, topic):
            wait_for(lambda: scene.taken(topic), "the first half")
            private_kafka.kill()
            private_kafka.start()
            publish(bootstrap, topic, journal[150:])
            wait_for(lambda: scene.taken(topic), "the second half")
        record_directly(oracle, journal)
        assert scene.events() == oracle.events()
        assert len(scene.rejections()) == 30
