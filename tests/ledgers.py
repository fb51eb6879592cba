"""A migrated ledger on a database, for tests that need the real store."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from ledger.store.connections import LedgerDatastore
from ledger.store.migrate import LOG, migrate
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Clock, Store
from tests.store.making import IDS, KEYRING

S = TypeVar("S", bound=Store)


@contextmanager
def store_of(
    kind: type[S], url: str, *, clock: Clock | None = None, packages: Sequence[str] = (LOG,), size: int = 8
) -> Iterator[S]:
    """A writer's store of this kind on the database, migrated; its connections are closed at the end."""
    migrate(url, IDS, KEYRING, packages)
    datastore = LedgerDatastore(url, size=size)
    try:
        yield kind(LedgerRecorder(datastore), IDS, KEYRING, clock)
    finally:
        datastore.close()


def store_on(
    url: str, *, clock: Clock | None = None, packages: Sequence[str] = (LOG,), size: int = 8
) -> AbstractContextManager[Store]:
    """A plain store, likewise."""
    return store_of(Store, url, clock=clock, packages=packages, size=size)
