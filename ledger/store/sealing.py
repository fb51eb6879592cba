"""Events to rows of the log and back: encoding, and the sealed part under its stream's data key."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from ledger.errors import KeyDestroyed
from ledger.events.envelope import Recorded
from ledger.events.stored import encode_header, encode_private, join_state, opened
from ledger.store.keyring import DataKey, Keyring, erased_generations, keys_of, nonces

Row = tuple[UUID, int, str, bytes, str, UUID, UUID, bytes]
"""Stream, version, name, state, organization, event id, act id, digest: all but position and time."""


@dataclass(slots=True)
class SealedBatch:
    """Events ready to be appended, with what their personal parts are sealed under as their rows are written.

    So PostgreSQL takes in the first rows while the next are made.
    """

    events: Sequence[Recorded] = field(repr=False)
    keyring: Keyring = field(repr=False)
    used: dict[UUID, DataKey]
    """Streams with a key: a standing one, or one made for the rows so far."""
    erased: dict[UUID, int]
    """Streams without one that were erased → the newest erased generation."""
    reopen: Collection[UUID]
    """Streams that get a new generation although they were erased."""
    new_keys: list[DataKey] = field(default_factory=list)
    """Keys made for the rows so far, not stored yet."""

    def rows(self) -> Iterator[Row]:
        """The rows in the order of the events."""
        for event, nonce in zip(self.events, nonces(len(self.events)), strict=True):
            body, envelope = event.body, event.envelope
            private = encode_private(body)
            key = self._key(event.stream_id) if private is not None else None
            if private is None or key is None:
                state = join_state(encode_header(envelope, body, None), None)
            else:
                sealed = key.seal(private, place(event), nonce)
                state = join_state(encode_header(envelope, body, key.generation), sealed)
            yield (
                event.stream_id,
                event.version,
                body.NAME,
                state,
                envelope.organization,
                envelope.event_id,
                envelope.act_id,
                envelope.digest,
            )

    def _key(self, stream_id: UUID) -> DataKey | None:
        key = self.used.get(stream_id)
        if key is None:
            erased = self.erased.get(stream_id) if self.erased else None
            if erased is None or stream_id in self.reopen:
                key = self.used[stream_id] = self.keyring.new_key(stream_id, (erased or 0) + 1)
                self.new_keys.append(key)
        return key


def seal(
    connection: Connection[Any], keyring: Keyring, events: Sequence[Recorded], reopen: Collection[UUID] = ()
) -> SealedBatch:
    """The events with each stream's standing key; streams without one will get a new one where they need it.

    An erased stream's events get no sealed part, unless it is in `reopen`: then under a new generation. Keys are
    not looked up of streams that begin here, for they have none, nor of those that get nothing to seal.
    """
    streams = {event.stream_id.int: event.stream_id for event in events if event.body.SEALED_FIELDS}
    begun = {event.stream_id.int for event in events if event.version == 1}
    older = [stream_id for number, stream_id in streams.items() if number not in begun]
    standing = keys_of(connection, keyring, older) if older else {}
    keyless = [stream_id for stream_id in streams.values() if stream_id not in standing]
    erased = erased_generations(connection, keyless) if keyless else {}
    return SealedBatch(events, keyring, standing, erased, reopen)


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


def refuse_erased(connection: Connection[Any], used: Mapping[UUID, DataKey]) -> None:
    """Raises KeyDestroyed where a key in use was erased meanwhile: what was sealed must be decided anew."""
    gone = connection.execute(
        "SELECT FROM unnest(%s::uuid[], %s::integer[]) AS used (stream_id, generation)"
        " JOIN erased_keys USING (stream_id) WHERE used.generation <= erased_keys.generation LIMIT 1",
        (list(used), [key.generation for key in used.values()]),
    )
    if gone.fetchone() is not None:
        raise KeyDestroyed("a key was erased after these events were sealed: read and decide again")


def place(event: Recorded) -> bytes:
    """What a sealed part is bound to: stream, event and stored name."""
    ids = event.stream_id.int << 128 | event.envelope.event_id.int
    return ids.to_bytes(32, "big") + (event.stored_as or event.body.NAME).encode()
