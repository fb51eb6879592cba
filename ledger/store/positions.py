"""Where each Kafka partition is to be read next: the ledger's own positions, moved by compare-and-set."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from ledger.errors import PositionMoved


@dataclass(frozen=True, slots=True)
class PartitionKey:
    """A partition of a topic of a cluster. `topic_id` is '' where the broker gives none."""

    cluster: str
    topic: str
    topic_id: str
    partition: int


@dataclass(frozen=True, slots=True)
class Advance:
    """From the position before a poll (None: never read) to the consumer's position after it."""

    key: PartitionKey
    before: int | None
    after: int


_FIRST = """
INSERT INTO positions (cluster, topic, topic_id, partition, position) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_NEXT = """
UPDATE positions SET position = %s, moved_at = clock_timestamp()
WHERE cluster = %s AND topic = %s AND topic_id = %s AND partition = %s AND position = %s
"""
_ACCEPT = """
INSERT INTO positions (cluster, topic, topic_id, partition, position) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (cluster, topic, topic_id, partition)
DO UPDATE SET position = excluded.position, moved_at = clock_timestamp()
"""


def advance(connection: Connection[Any], step: Advance) -> None:
    """Moves the position if it still is where this consumer read from, else raises PositionMoved."""
    key = (step.key.cluster, step.key.topic, step.key.topic_id, step.key.partition)
    if step.before is None:
        moved = connection.execute(_FIRST, (*key, step.after)).rowcount
    else:
        moved = connection.execute(_NEXT, (step.after, *key, step.before)).rowcount
    if moved != 1:
        raise PositionMoved(
            f"{step.key.topic}/{step.key.partition} is no longer at {step.before}: seek and read again"
        )


def accept(connection: Connection[Any], key: PartitionKey, position: int) -> None:
    """Sets the position whatever it was: a person has decided after messages were lost."""
    connection.execute(_ACCEPT, (key.cluster, key.topic, key.topic_id, key.partition, position))


def positions(connection: Connection[Any], cluster: str, topics: Collection[str]) -> dict[PartitionKey, int]:
    """Stored positions of these topics, under every topic id they had in this cluster."""
    rows = connection.execute(
        "SELECT cluster, topic, topic_id, partition, position FROM positions"
        " WHERE cluster = %s AND topic = ANY(%s)",
        (cluster, list(topics)),
    )
    return {PartitionKey(*key): position for *key, position in rows}


def places(connection: Connection[Any]) -> list[tuple[str, int, int, datetime]]:
    """Topic, partition, position and when it moved last, of every partition that is read."""
    return connection.execute(
        "SELECT topic, partition, position, moved_at FROM positions ORDER BY topic, partition, moved_at"
    ).fetchall()
