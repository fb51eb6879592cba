"""The reference `vs_pipe`: Kafka polled and the same bytes copied into one table, no thought given."""

import time
from collections.abc import Sequence

import psycopg
from kafka import KafkaConsumer, TopicPartition

POLL = 5_000
_PATIENCE = 30
_RAW = "CREATE TABLE raw (topic text, partition int, position bigint, key bytea, value bytea)"
_COPY = "COPY raw (topic, partition, position, key, value) FROM STDIN (FORMAT BINARY)"


def pace(bootstrap: str, topics: Sequence[str], messages: int, database_url: str) -> float:
    """Messages per second from the topics' beginning into a fresh table, one transaction for each poll."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    partitions = [TopicPartition(topic, part) for topic in topics for part in consumer.partitions_for_topic(topic)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    with psycopg.connect(database_url) as connection:
        connection.execute(_RAW)
        connection.commit()
        begun = time.perf_counter()
        copied = 0
        while copied < messages:
            polled = consumer.poll(timeout_ms=_PATIENCE * 1000, max_records=POLL)
            if not polled:
                raise SystemExit(f"the topics hold {copied} of {messages} messages")
            for batch in polled.values():
                with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                    copy.set_types(["text", "int4", "int8", "bytea", "bytea"])
                    for record in batch:
                        copy.write_row((record.topic, record.partition, record.offset, record.key, record.value))
                connection.commit()
                copied += len(batch)
        seconds = time.perf_counter() - begun
    consumer.close()
    return copied / seconds
