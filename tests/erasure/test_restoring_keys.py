"""Old backups of the keys, and keys held in memory, open and seal nothing of who was erased since."""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from entrypoints.wiring import Service, checked, migrated, opened
from ledger.acts.act import Act
from ledger.acts.consent import SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification
from ledger.acts.given import Given
from ledger.acts.settings import Registration
from ledger.errors import KeyDestroyed
from tests.api.serving import settings
from tests.ledgers import store_on
from tests.store.making import append, claimed, subscribed

ANN = Given("email", "planted@example.com", "planted@example.com")
_TABLES = ("data_keys", "erased_keys", "rejections")


@contextmanager
def _without_triggers(url: str) -> Iterator[psycopg.Connection[Any]]:
    """As who restores a dump works: as owner of the tables, no trigger in the way."""
    with psycopg.connect(url) as connection:
        for table in _TABLES[:2]:
            connection.execute(SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(Identifier(table)))
        yield connection
        for name, table in (("never_made_again", "data_keys"), ("append_only", "erased_keys")):
            enable = SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}")
            connection.execute(enable.format(Identifier(table), Identifier(name)))


def dump(url: str) -> dict[str, bytes]:
    with psycopg.connect(url) as connection:
        return {table: _copied(connection, table) for table in _TABLES}


def _copied(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(SQL("COPY {} TO STDOUT (FORMAT binary)").format(Identifier(table))) as copy:
        return b"".join(map(bytes, copy))


def restore(url: str, dumped: dict[str, bytes], *tables: str) -> None:
    with _without_triggers(url) as connection:
        for table in tables:
            connection.execute(SQL("DELETE FROM {}").format(Identifier(table)))
            with connection.cursor().copy(
                SQL("COPY {} FROM STDIN (FORMAT binary)").format(Identifier(table))
            ) as copy:
                copy.write(dumped[table])


def record(ledger: Service, body: Any) -> None:
    now = ledger.now()
    act = Act("acme", "test", str(uuid4()), "test", now, repr(body).encode(), body, occurred_at=now)
    [outcome] = ledger.recording.record([act])
    assert outcome.result == "recorded", outcome.reason


def values(ledger: Service) -> list[Any]:
    """What the identifier's sealed parts say, as far as they open."""
    stream = ledger.ids.identifier("acme", ANN.kind, ANN.value)
    events = ledger.reading.read([stream], opened=True)[stream]
    return [value for event in events if (value := getattr(event.body, "value", None)) is not None]


@pytest.fixture
def erased(fresh_database: str) -> tuple[str, dict[str, bytes]]:
    """A ledger in which somebody was erased, and the dump of its keys from before."""
    migrated(settings(fresh_database))
    with opened(settings(fresh_database)) as ledger:
        record(ledger, Registration("Acme"))
        record(ledger, Identification((ANN,), "form"))
        before = dump(fresh_database)
        assert values(ledger) == [ANN.value]
        record(ledger, ContactChange("erase", ANN, "asked", "r-1"))
        assert values(ledger) == []
    return fresh_database, before


def test_a_restored_key_opens_nothing_even_before_a_start(erased: tuple[str, dict[str, bytes]]) -> None:
    url, before = erased
    with opened(settings(url)) as ledger:
        restore(url, before, "data_keys")
        assert values(ledger) == []


@pytest.mark.parametrize("tables", [("data_keys",), ("data_keys", "erased_keys"), _TABLES], ids="+".join)
def test_every_start_erases_again_what_a_backup_brought_back(
    erased: tuple[str, dict[str, bytes]], tables: tuple[str, ...]
) -> None:
    """Fails where the erasures in the log are not replayed before anything is decrypted."""
    url, before = erased
    restore(url, before, *tables)
    with opened(settings(url)) as ledger:
        assert values(ledger) == []
    stream = ledger.ids.identifier("acme", ANN.kind, ANN.value)
    with psycopg.connect(url) as connection:
        left = connection.execute("SELECT generation FROM data_keys WHERE stream_id = %s", (stream,)).fetchall()
        marks = connection.execute("SELECT generation FROM erased_keys WHERE stream_id = %s", (stream,)).fetchall()
    assert (left, marks) == ([], [(1,)])


def test_a_replay_leaves_later_keys_alone(erased: tuple[str, dict[str, bytes]]) -> None:
    url, _ = erased
    with opened(settings(url)) as ledger:
        record(ledger, SignUp((ANN,), (Subscription("email", "acme", ("marketing",)),), "form"))
        assert values(ledger) == [ANN.value]
    checked(settings(url))
    with opened(settings(url)) as ledger:
        assert values(ledger) == [ANN.value]


def _seal_and_wait(url: str, stream: UUID, told: Pipe) -> None:
    """In another process: seals under the key it has, waits to be told, and tries to write."""
    with store_on(url) as store:
        batch = store.seal([subscribed(stream, 2)])
        told.send("sealed")
        told.recv()
        try:
            with store.writing() as writing:
                writing.append(batch)
        except KeyDestroyed:
            told.send("refused")
        else:
            told.send("written")


def test_another_process_cannot_write_under_a_key_it_still_holds(fresh_database: str) -> None:
    """Fails where `refuse_erased` is taken out of appending."""
    stream = uuid4()
    with store_on(fresh_database) as store:
        append(store, claimed(stream))
        context = get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_seal_and_wait, args=(fresh_database, stream, there))
        process.start()
        try:
            assert here.recv() == "sealed"
            with store.writing() as writing:
                writing.destroy_keys([stream])
            here.send("go on")
            assert here.recv() == "refused"
        finally:
            process.join()
        assert store.newest().position == 1
