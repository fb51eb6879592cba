"""The servers that every other test stands on: they are real, apart from each other, and can be crashed."""

import contextlib

import psycopg
from kafka import KafkaConsumer, KafkaProducer

from tests.conftest import Topics
from tests.servers import ApacheKafka, Kafka, Postgres, create_topic


def test_a_empty_database_is_empty_and_apart(empty_database: str, database_url: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE TABLE mark (n int)")
    with psycopg.connect(empty_database) as again, psycopg.connect(database_url) as server:
        assert again.execute("SELECT count(*) FROM mark").fetchone() == (0,)
        assert server.execute("SELECT to_regclass('mark')").fetchone() == (None,)


def test_the_database_folds_and_finds_letters_of_every_script(empty_database: str) -> None:
    with psycopg.connect(empty_database) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        found = connection.execute("SELECT lower('ÅSA ŽÁK'), 'åsa' <% 'kurt åsa'").fetchone()
    assert found == ("åsa žák", True)


def test_a_message_as_large_as_the_largest_goes_through_a_topic(topics: Topics, kafka_bootstrap: str) -> None:
    topic = topics("large", partitions=1, config={"max.message.bytes": "12000000"})
    payload = b"\x00" * 10_000_000
    _send(kafka_bootstrap, topic, payload)
    assert _all(kafka_bootstrap, topic) == [payload]


def test_topics_have_names_of_their_own(topics: Topics) -> None:
    assert topics("same") != topics("same")


def test_postgres_keeps_what_was_committed_when_it_crashes(private_postgres: Postgres) -> None:
    with psycopg.connect(private_postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    address = private_postgres.url
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(address) as connection:
        private_postgres.kill()
        connection.execute("SELECT 1")
    private_postgres.start()
    assert private_postgres.url == address
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_kafka_keeps_its_address_and_what_was_acknowledged_when_it_crashes(private_kafka: Kafka) -> None:
    address = private_kafka.bootstrap
    create_topic(address, "kept", 1, {})
    _send(address, "kept", b"acknowledged")
    private_kafka.kill()
    private_kafka.start()
    assert private_kafka.bootstrap == address
    expected = [b"acknowledged"] if isinstance(private_kafka, ApacheKafka) else []
    assert _all(address, "kept") == expected


def _send(bootstrap: str, topic: str, payload: bytes) -> None:
    with contextlib.closing(
        KafkaProducer(bootstrap_servers=bootstrap, max_request_size=12_000_000, acks="all")
    ) as producer:
        producer.send(topic, payload).get(timeout=30)


def _all(bootstrap: str, topic: str) -> list[bytes]:
    with contextlib.closing(
        KafkaConsumer(
            topic,
            bootstrap_servers=bootstrap,
            group_id=None,
            auto_offset_reset="earliest",
            consumer_timeout_ms=2000,
        )
    ) as consumer:
        return [message.value for message in consumer]
