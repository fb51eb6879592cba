"""A migrated ledger on a database, for tests that need the real store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from typing_extensions import TypeVar

from ledger.store.connections import LedgerDatastore
from ledger.store.migrate import LOG, migrate
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Clock, Store
from tests.store.making import IDS, KEYRING

S = TypeVar("S", bound=Store, default=Store)


@contextmanager
def store_on(
    url: str,
    kind: type[S] = Store,  # type: ignore[assignment]
    *,
    clock: Clock | None = None,
    packages: Sequence[str] = (LOG,),
    size: int = 8,
) -> Iterator[S]:
    """A writer's store on this database, migrated; its connections are closed at the end."""
    migrate(url, IDS, KEYRING, packages)
    datastore = LedgerDatastore(url, size=size)
    try:
        yield kind(LedgerRecorder(datastore), IDS, KEYRING, clock)
    finally:
        datastore.close()
