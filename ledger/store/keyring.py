"""Data keys: one for each stream's sealed parts, wrapped by the master key; and the table they lie in.

AES-256-GCM throughout, fresh 12-byte nonces before the ciphertext. A key says which generation of its
stream it is; erasing deletes it and remembers the generation, so that it is never made again.
"""

import hmac
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from ledger.errors import KeyDestroyed, SettingsRefused
from ledger.store.id_array import IdArray

_NONCE = 12


@dataclass(slots=True, eq=False)
class DataKey:
    """A key ready for use, never changed. `wrapped` is what the table holds."""

    owner: UUID
    generation: int
    wrapped: bytes = field(repr=False)
    cipher: AESGCM = field(repr=False)

    def seal(self, plain: bytes, bound_to: bytes, nonce: bytes | None = None) -> bytes:
        """Nonce and ciphertext; opens only under the same `bound_to`. `nonce`: one of `nonces`, not used yet."""
        nonce = nonce or os.urandom(_NONCE)
        return nonce + self.cipher.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """The plain bytes. Raises KeyDestroyed where this is not the key they were sealed under."""
        try:
            return self.cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
        except InvalidTag:
            raise KeyDestroyed("a sealed part does not open under its key and its place in the log") from None


class Keyring:
    """Makes and unwraps data keys. Holds the master key (32 bytes) and nothing else."""

    __slots__ = ("_check", "_master")

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != 32:
            raise SettingsRefused("LEDGER_MASTER_KEY must be 32 bytes; make one with `openssl rand -base64 32`")
        self._master = AESGCM(master_key)
        self._check = hmac.digest(master_key, b"contact-ledger check", "sha256")

    def check_value(self) -> bytes:
        """What is stored at the first migration so that a start under another master key is refused."""
        return self._check

    def new_key(self, owner: UUID, generation: int) -> DataKey:
        """A fresh key, not yet stored."""
        random = os.urandom(_NONCE + 32)
        nonce, plain = random[:_NONCE], random[_NONCE:]
        wrapped = nonce + self._master.encrypt(nonce, plain, _bound(owner, generation))
        return DataKey(owner, generation, wrapped, AESGCM(plain))

    def unwrap(self, owner: UUID, generation: int, wrapped: bytes) -> DataKey:
        """The key of a row. Raises SettingsRefused where the master key or the row is not the right one."""
        try:
            plain = self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(owner, generation))
        except InvalidTag:
            raise SettingsRefused(
                "a data key does not unwrap: LEDGER_MASTER_KEY is not the one it was made under"
            ) from None
        return DataKey(owner, generation, wrapped, AESGCM(plain))


def nonces(count: int) -> list[bytes]:
    """So many fresh nonces: to ask the system for each takes as long as to seal with it."""
    drawn = os.urandom(_NONCE * count)
    return [drawn[begin : begin + _NONCE] for begin in range(0, len(drawn), _NONCE)]


def _bound(owner: UUID, generation: int) -> bytes:
    return (owner.int << 32 | generation).to_bytes(20, "big")


@dataclass(frozen=True, slots=True)
class Keys:
    """Of the streams `asked` for: their standing keys, and of those without one that were erased the newest erased
    generation.
    """

    asked: Collection[UUID]
    standing: dict[UUID, DataKey] = field(default_factory=dict)
    erased: dict[UUID, int] = field(default_factory=dict)


KEYS = """
SELECT asked.stream_id, data_keys.generation, wrapped, erased
FROM unnest(%s::uuid[]) AS asked (stream_id) LEFT JOIN data_keys USING (stream_id) LEFT JOIN LATERAL (
    SELECT max(generation) AS erased FROM erased_keys WHERE stream_id = asked.stream_id
) AS gone ON true
"""
"""For few streams."""


def keys_found(keyring: Keyring, asked: Collection[UUID], rows: Iterable[tuple[Any, ...]]) -> Keys:
    """What the rows of `KEYS` say. As in `keys_of`, a key that was erased and is there again is not standing."""
    keys = Keys(asked)
    for stream_id, generation, wrapped, erased in rows:
        if generation is not None and (erased is None or erased < generation):
            keys.standing[stream_id] = keyring.unwrap(stream_id, generation, wrapped)
        elif erased is not None:
            keys.erased[stream_id] = erased
    return keys


def keys_of(connection: Connection[Any], keyring: Keyring, stream_ids: Collection[UUID]) -> dict[UUID, DataKey]:
    """The standing keys of these streams; streams without one are left out.

    A key that was erased and is there again, out of a backup, is not standing: it opens nothing.
    """
    rows = connection.cursor(binary=True).execute(
        "SELECT stream_id, generation, wrapped FROM data_keys AS k WHERE stream_id = ANY(%b) AND NOT EXISTS"
        " (SELECT FROM erased_keys AS e WHERE e.stream_id = k.stream_id AND e.generation >= k.generation)",
        (IdArray(stream_ids),),
        prepare=True,
    )
    return {row[0]: keyring.unwrap(*row) for row in rows.fetchall()}


def erased_generations(connection: Connection[Any], stream_ids: Collection[UUID]) -> dict[UUID, int]:
    """The newest erased generation of those of these streams that were ever erased."""
    rows = connection.execute(
        "SELECT stream_id, max(generation) FROM erased_keys WHERE stream_id = ANY(%b) GROUP BY stream_id",
        (IdArray(stream_ids),),
    )
    return {row[0]: row[1] for row in rows.fetchall()}


def count_keys(
    connection: Connection[Any], stream_ids: Collection[UUID], upto: Mapping[UUID, int] | None = None
) -> int:
    """How many of these streams have a key; with `upto` (stream → generation) only keys no newer than that."""
    rows = connection.execute(
        "SELECT stream_id, generation FROM data_keys WHERE stream_id = ANY(%s)", (list(stream_ids),)
    ).fetchall()
    return sum(upto is None or generation <= upto[stream] for stream, generation in rows)


def insert_keys(connection: Connection[Any], keys: Iterable[DataKey]) -> None:
    """Stores new keys. The database refuses a generation that was erased."""
    with connection.cursor().copy(
        "COPY data_keys (stream_id, generation, wrapped) FROM STDIN (FORMAT binary)"
    ) as copy:
        copy.set_types(("uuid", "int4", "bytea"))
        for key in keys:
            copy.write_row((key.owner, key.generation, key.wrapped))


def delete_keys(connection: Connection[Any], stream_ids: Sequence[UUID], at: datetime) -> None:
    """Erases the keys of these streams for good and remembers their generations."""
    connection.execute(
        """
        WITH gone AS (DELETE FROM data_keys WHERE stream_id = ANY(%(ids)s) RETURNING stream_id, generation)
        INSERT INTO erased_keys (stream_id, generation, erased_at)
        SELECT asked.stream_id, coalesce(gone.generation, 0), %(at)s
        FROM unnest(%(ids)s::uuid[]) AS asked (stream_id) LEFT JOIN gone USING (stream_id)
        ON CONFLICT DO NOTHING
        """,
        {"ids": list(set(stream_ids)), "at": at},
    )


def delete_again(connection: Connection[Any], erased: Sequence[tuple[UUID, int, datetime]]) -> int:
    """Erases keys up to a generation that an erasure had erased before; returns how many had come back."""
    if not erased:
        return 0
    streams, generations, times = zip(*erased, strict=True)
    row = connection.execute(
        """
        WITH erasure AS (
            SELECT * FROM unnest(%s::uuid[], %s::integer[], %s::timestamptz[])
                AS e (stream_id, generation, erased_at)
        ), gone AS (
            DELETE FROM data_keys AS k USING erasure AS e
            WHERE e.stream_id = k.stream_id AND k.generation <= e.generation RETURNING k.stream_id
        ), marked AS (INSERT INTO erased_keys SELECT * FROM erasure ON CONFLICT DO NOTHING)
        SELECT count(DISTINCT stream_id) FROM gone
        """,
        (list(streams), list(generations), list(times)),
    ).fetchone()
    assert row is not None
    return int(row[0])
