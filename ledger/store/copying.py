"""Rows of the log by COPY, each packed at once: psycopg calls a function of Python for half of its values."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Any, Final

from psycopg import Cursor

from ledger.store.sealing import Row

_COPY: Final = """
COPY stored_events (originator_id, originator_version, event_id, act_id, notification_id, recorded_at,
                    organization, topic, digest, state) FROM STDIN (FORMAT binary)
"""
_BEGIN: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END: Final = b"\xff\xff"
_FIXED: Final = Struct("!HI16sIqI16sI16sIqIq")
"""How many columns there are; then those of one length, each after its length."""
_LENGTH: Final = Struct("!I")
_COLUMNS: Final = 10
_ID, _NUMBER = 16, 8
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_AT_ONCE: Final = 64 * 1024
"""Bytes that are handed over together."""


def copy_events(cursor: Cursor[Any], rows: Iterable[Row], positions: range, recorded_at: datetime) -> None:
    """Writes the rows at these positions; PostgreSQL takes in the first while the next are made."""
    at = (recorded_at - _EPOCH) // timedelta(microseconds=1)
    packed = bytearray(_BEGIN)
    with cursor.copy(_COPY) as copy:
        for row, position in zip(rows, positions, strict=True):
            packed += _packed(row, position, at)
            if len(packed) > _AT_ONCE:
                copy.write(bytes(packed))
                packed.clear()
        copy.write(bytes(packed + _END))


def _packed(row: Row, position: int, at: int) -> bytes:
    stream, version, name, state, organization, event, act, digest = row
    fixed = _FIXED.pack(
        _COLUMNS,
        _ID,
        stream.int.to_bytes(_ID, "big"),
        _NUMBER,
        version,
        _ID,
        event.int.to_bytes(_ID, "big"),
        _ID,
        act.int.to_bytes(_ID, "big"),
        _NUMBER,
        position,
        _NUMBER,
        at,
    )
    sized = _LENGTH.pack
    parts = fixed, _framed(organization), _framed(name), sized(len(digest)), digest, sized(len(state)), state
    return b"".join(parts)


@lru_cache(maxsize=4096)
def _framed(text: str) -> bytes:
    """A text of few values (names, organizations) after its length."""
    encoded = text.encode()
    return _LENGTH.pack(len(encoded)) + encoded
