"""Events to rows of the log and back: encoding, and the sealed part under its stream's data key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from ledger.errors import KeyDestroyed
from ledger.events.envelope import Recorded
from ledger.events.stored import encode_header, encode_private, join_state, opened
from ledger.store.keyring import DataKey, Keyring, erased_generations, keys_of

Row = tuple[UUID, int, str, bytes, str, UUID, UUID, bytes]
"""Stream, version, name, state, organization, event id, act id, digest: all but position and time."""


@dataclass(slots=True)
class SealedBatch:
    """Rows ready to be appended, and the keys they need that are not stored yet."""

    rows: list[Row] = field(default_factory=list)
    new_keys: list[DataKey] = field(default_factory=list)
    used: dict[UUID, int] = field(default_factory=dict)
    """Streams with a standing key → the generation these rows are sealed under."""


def seal(
    connection: Connection[Any], keyring: Keyring, events: Sequence[Recorded], reopen: Collection[UUID] = ()
) -> SealedBatch:
    """Encodes the events in their order, personal parts sealed under each stream's standing or a new key.

    An erased stream's events get no sealed part, unless it is in `reopen`: then under a new generation.
    """
    streams = {event.stream_id for event in events}
    standing = keys_of(connection, keyring, streams)
    erased = erased_generations(connection, streams - standing.keys())
    keys: dict[UUID, DataKey] = dict(standing)
    batch = SealedBatch()
    for event in events:
        stream_id, body, envelope = event.stream_id, event.body, event.envelope
        private = encode_private(body)
        key = keys.get(stream_id)
        if private is not None and key is None and (stream_id not in erased or stream_id in reopen):
            key = keys[stream_id] = keyring.new_key(stream_id, erased.get(stream_id, 0) + 1)
            batch.new_keys.append(key)
        if private is None or key is None:
            state = join_state(encode_header(envelope, body, None), None)
        else:
            if stream_id in standing:
                batch.used[stream_id] = key.generation
            sealed = key.seal(private, place(event))
            state = join_state(encode_header(envelope, body, key.generation), sealed)
        batch.rows.append(
            (
                stream_id,
                event.version,
                body.NAME,
                state,
                envelope.organization,
                envelope.event_id,
                envelope.act_id,
                envelope.digest,
            )
        )
    return batch


def open_sealed(connection: Connection[Any], keyring: Keyring, events: Sequence[Recorded]) -> list[Recorded]:
    """The events with their sealed fields filled in, where the key still exists; the others as they are.

    Raises KeyDestroyed where a part does not belong to its place in the log.
    """
    streams = {event.stream_id for event in events if event.sealed is not None}
    keys = keys_of(connection, keyring, streams) if streams else {}
    result = []
    for event in events:
        key = keys.get(event.stream_id)
        if event.sealed is not None and key is not None and key.generation == event.generation:
            event = opened(event, orjson.loads(key.open(event.sealed, place(event))))
        result.append(event)
    return result


def refuse_erased(connection: Connection[Any], used: dict[UUID, int]) -> None:
    """Raises KeyDestroyed where a key in use was erased meanwhile: what was sealed must be decided anew."""
    gone = connection.execute(
        "SELECT FROM unnest(%s::uuid[], %s::integer[]) AS used (stream_id, generation)"
        " JOIN erased_keys USING (stream_id) WHERE used.generation <= erased_keys.generation LIMIT 1",
        (list(used), list(used.values())),
    )
    if gone.fetchone() is not None:
        raise KeyDestroyed("a key was erased after these events were sealed: read and decide again")


def place(event: Recorded) -> bytes:
    """What a sealed part is bound to: stream, event and stored name."""
    return event.stream_id.bytes + event.envelope.event_id.bytes + (event.stored_as or event.body.NAME).encode()
