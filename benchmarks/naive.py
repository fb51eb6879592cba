"""The reference `vs_naive`: the same events by the library's own `Application`, one save for each message.

It thinks nothing and reads nothing: aggregates stay in memory, bodies go in as they are, unsealed.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from ledger.events.envelope import Recorded


class Stream(Aggregate):
    """A stream of the log as a naive application has it: one aggregate for each identifier and contact."""

    @event("Begun")
    def __init__(self, stream_id: UUID, name: str, data: dict[str, Any]) -> None:
        self.latest = name

    @staticmethod
    def create_id(stream_id: UUID) -> UUID:
        return stream_id

    @event("Noted")
    def note(self, name: str, data: dict[str, Any]) -> None:
        """One more event."""
        self.latest = name


@dataclass(frozen=True, slots=True)
class Pace:
    messages_per_s: float
    events_per_s: float


def pace(messages: Iterable[Sequence[Recorded]], database_url: str) -> Pace:
    """How fast the naive application saves these messages, each given as the events it became."""
    plain = [
        [(recorded.stream_id, recorded.name, recorded.body.model_dump(mode="json")) for recorded in message]
        for message in messages
    ]
    application: Application[UUID] = Application(env=_environment(database_url))
    known: dict[UUID, Stream] = {}
    begun = time.perf_counter()
    for message in plain:
        touched: dict[UUID, Stream] = {}
        for stream_id, name, data in message:
            stream = known.get(stream_id)
            if stream is None:
                stream = known[stream_id] = Stream(stream_id=stream_id, name=name, data=data)
            else:
                stream.note(name=name, data=data)
            touched[stream_id] = stream
        application.save(*touched.values())
    seconds = time.perf_counter() - begun
    application.close()
    return Pace(len(plain) / seconds, sum(map(len, plain)) / seconds)


def _environment(database_url: str) -> dict[str, str]:
    named = conninfo_to_dict(database_url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(named["dbname"]),
        "POSTGRES_HOST": str(named["host"]),
        "POSTGRES_PORT": str(named.get("port", "5432")),
        "POSTGRES_USER": str(named["user"]),
        "POSTGRES_PASSWORD": str(named.get("password", "none")),
    }
