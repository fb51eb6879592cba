"""The eventsourcing library's own recorder cases, on our recorder as they are.

Only how a recorder is made is ours: tables come from migrations, and the role is the writer's. The case for
aggregate recorders is left out: it wants no positions returned, which no process recorder satisfies.
"""

from collections.abc import Callable
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.tests import persistence as library

from ledger.errors import SchemaOutOfDate, SettingsRefused
from ledger.store.connections import LedgerDatastore
from ledger.store.recorder import LedgerRecorder


class OnOurRecorder:
    """Makes the recorder the library's cases ask for."""

    _open: Callable[[], LedgerDatastore]

    @pytest.fixture(autouse=True)
    def _database(self, open_datastore: Callable[[], LedgerDatastore]) -> None:
        self._open = open_datastore

    def create_recorder(self) -> LedgerRecorder:
        return LedgerRecorder(self._open())


class TestApplicationRecorder(OnOurRecorder, library.ApplicationRecorderTestCase[LedgerRecorder]):
    """The log as one sequence, with many threads writing and reading."""

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(OnOurRecorder, library.TrackingRecorderTestCase):
    """How far followers have come."""


class TestProcessRecorder(OnOurRecorder, library.ProcessRecorderTestCase):
    """Events and tracking in one transaction."""


class TestNonInterleaving(OnOurRecorder, library.NonInterleavingNotificationIDsBaseCase):
    """Two inserts at once never mix their positions."""


def test_only_migrations_create(open_datastore: Callable[[], LedgerDatastore]) -> None:
    with pytest.raises(SchemaOutOfDate, match="migrate"):
        LedgerRecorder(open_datastore()).create_table()


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("enable_db_functions", True, "POSTGRES_ENABLE_DB_FUNCTIONS"),
        ("single_row_tracking", False, "SINGLE_ROW_TRACKING"),
        ("originator_id_type", "text", "ORIGINATOR_ID_TYPE"),
    ],
)
def test_settings_that_lose_events_are_refused(
    open_datastore: Callable[[], LedgerDatastore], setting: str, value: object, named: str
) -> None:
    datastore = open_datastore()
    setattr(datastore, setting, value)
    with pytest.raises(SettingsRefused, match=named):
        LedgerRecorder(datastore)


def test_a_large_batch_of_plain_events_goes_in_whole(open_datastore: Callable[[], LedgerDatastore]) -> None:
    recorder = LedgerRecorder(open_datastore())
    stream = uuid4()
    positions = recorder.insert_events(
        [StoredEvent(stream, version, "topic", b"x" * 430) for version in range(10_000)]
    )
    assert positions == list(range(1, 10_001))
    assert len(recorder.select_events(stream)) == 10_000
