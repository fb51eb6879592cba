"""A migrated database of its own for every test, and a store on it."""

from collections.abc import Callable, Iterator

import pytest

from ledger.ids import Ids
from ledger.store.connections import LedgerDatastore, Role
from ledger.store.keyring import Keyring
from ledger.store.migrate import migrate
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Store
from tests.store.making import IDS, KEYRING


@pytest.fixture
def ids() -> Ids:
    return IDS


@pytest.fixture
def keyring() -> Keyring:
    return KEYRING


@pytest.fixture
def migrated(fresh_database: str) -> str:
    """The superuser's URL of a database at this version's schema."""
    migrate(fresh_database, IDS, KEYRING)
    return fresh_database


@pytest.fixture
def open_datastore(migrated: str) -> Iterator[Callable[[Role], LedgerDatastore]]:
    """Opens datastores acting as a role; they are closed at the end."""
    opened = []

    def open_one(role: Role = "ledger_writer") -> LedgerDatastore:
        opened.append(LedgerDatastore(migrated, role, size=12))
        return opened[-1]

    yield open_one
    for datastore in opened:
        datastore.close()


@pytest.fixture
def store(open_datastore: Callable[[], LedgerDatastore]) -> Store:
    return Store(LedgerRecorder(open_datastore()), IDS, KEYRING)
