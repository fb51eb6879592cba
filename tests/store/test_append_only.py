"""The database itself keeps the log: nobody changes it, and each role can do its own work only."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from ledger.store.connections import Role, acting_as
from tests.ledgers import store_on
from tests.migrated import new_ledger
from tests.store.making import append, claimed

STATEMENTS = [
    "UPDATE stored_events SET topic = 'other'",
    "DELETE FROM stored_events",
    "TRUNCATE stored_events",
    "UPDATE erased_keys SET generation = 7",
    "DELETE FROM erased_keys",
    "TRUNCATE erased_keys",
]


@pytest.fixture(scope="module")
def filled(database_url: str) -> Iterator[str]:
    """The superuser's URL of a ledger that holds something; nothing here changes it, so all share it."""
    with new_ledger(database_url) as url:
        with store_on(url) as store:
            stream = uuid4()
            append(store, claimed(stream))
            with store.writing() as writing:
                writing.destroy_keys([stream])
        yield url


@pytest.mark.parametrize("replica", [False, True], ids=["as ever", "as a replica applies"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_even_a_superuser_is_refused(filled: str, statement: str, replica: bool) -> None:
    with psycopg.connect(filled) as connection:
        if replica:
            connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
            connection.execute(statement)


WRITES = [
    "INSERT INTO stored_events (originator_id, originator_version) VALUES (gen_random_uuid(), 1)",
    "DELETE FROM data_keys",
    "INSERT INTO erased_keys VALUES (gen_random_uuid(), 1, now())",
    "UPDATE positions SET position = 0",
    "UPDATE deliveries SET channel = channel",
    "UPDATE rejections SET state = 'dropped'",
]
MAY_NOT: list[tuple[Role, str]] = [
    ("ledger_writer", "UPDATE stored_events SET topic = 'other'"),
    ("ledger_writer", "DELETE FROM stored_events"),
    ("ledger_writer", "TRUNCATE stored_events"),
    ("ledger_writer", "ALTER TABLE stored_events DISABLE TRIGGER ALL"),
    ("ledger_writer", "DROP TABLE stored_events"),
    ("ledger_writer", "UPDATE data_keys SET wrapped = ''"),
    ("ledger_writer", "DELETE FROM erased_keys"),
    ("ledger_writer", "DELETE FROM rejections"),
    ("ledger_writer", "UPDATE check_values SET value = ''"),
    ("ledger_reader", "SELECT payload FROM rejections"),
    ("ledger_projector", "SELECT wrapped FROM rejections"),
]
for role in ("ledger_projector", "ledger_reader", "ledger_auditor"):
    MAY_NOT += [(role, statement) for statement in WRITES]


@pytest.mark.parametrize(("role", "statement"), MAY_NOT)
def test_a_role_may_not(filled: str, role: Role, statement: str) -> None:
    with psycopg.connect(filled) as connection:
        acting_as(role)(connection)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


READS: list[tuple[Role, str]] = [
    ("ledger_reader", "SELECT id, reason, state FROM rejections"),
    ("ledger_projector", "SELECT reason FROM rejections"),
    ("ledger_auditor", "SELECT payload FROM rejections"),
    *[(role, "SELECT * FROM data_keys") for role in ("ledger_projector", "ledger_reader", "ledger_auditor")],
    *[(role, "SELECT * FROM positions") for role in ("ledger_projector", "ledger_reader", "ledger_auditor")],
    *[(role, "SELECT * FROM stored_events") for role in ("ledger_projector", "ledger_reader", "ledger_auditor")],
]


@pytest.mark.parametrize(("role", "statement"), READS)
def test_a_role_may(filled: str, role: Role, statement: str) -> None:
    with psycopg.connect(filled) as connection:
        acting_as(role)(connection)
        connection.execute(statement)
