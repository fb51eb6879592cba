"""Looks for planted values wherever a ledger keeps anything: tables of every schema, sealed parts, topics."""

import base64
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from ledger.errors import KeyDestroyed
from ledger.store.store import Store
from tests.consumers.outbound import seen

_TABLES = """
SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema')
"""


def found(planted: Iterable[str], places: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
    """Planted value → the places that hold it, as text in any case, or in base64 or hexadecimal."""
    held: dict[str, set[str]] = {}
    forms = {value: _forms(value) for value in planted}
    for place, content in places:
        lowered = content.lower()
        for value, (plain, encoded) in forms.items():
            if plain in lowered or any(form in content for form in encoded):
                held.setdefault(value, set()).add(place)
    return held


def _forms(value: str) -> tuple[bytes, list[bytes]]:
    raw = value.encode()
    shifted = [base64.b64encode(b"x" * n + raw)[4 if n else 0 : -4] for n in range(3)]
    return value.lower().encode(), [*shifted, raw.hex().encode()]


def tables(url: str) -> Iterator[tuple[str, bytes]]:
    """Every cell of every table, binary ones as they are."""
    with psycopg.connect(url) as connection:
        for schema, table in connection.execute(_TABLES).fetchall():
            query = SQL("SELECT * FROM {}").format(Identifier(schema, table))
            for row in connection.execute(query):
                yield table, b"\n".join(_bytes(cell) for cell in row)


def _bytes(cell: Any) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()


def sealed(store: Store) -> Iterator[tuple[str, bytes]]:
    """Every sealed part that opens with a key that is there: of events, and of rejected messages."""
    for event in store.open(store.follow(0, 1_000_000)):
        yield "sealed events", event.body.model_dump_json().encode()
    with store.connection() as connection:
        ids: list[UUID] = [row[0] for row in connection.execute("SELECT id FROM rejections")]
    for rejection in ids:
        try:
            payload = store.rejection_payload(rejection)
        except KeyDestroyed:
            continue
        yield "rejected messages", payload.value + repr(payload.headers).encode()


def topics(bootstrap: str, *names: str) -> Iterator[tuple[str, bytes]]:
    """Every message of these topics."""
    for name in names:
        for message in seen(bootstrap, name):
            yield name, message.key + (message.value or b"")
