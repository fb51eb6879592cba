"""What every projection is: tables of its own, a pure fold, and one merge in the projection's transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from psycopg import Connection

from projections.portion import Portion
from projections.tables import Rows, Table


class Projection(Protocol):
    """Its tables belong to it alone and are functions of the log up to a position, judged at a moment."""

    @property
    def name(self) -> str:
        """As in `watermarks`; also what is asked of `rebuild` and `checksum`."""

    @property
    def tables(self) -> Sequence[Table]:
        """The tables whose rows the fold gives."""

    @property
    def counters(self) -> Sequence[str]:
        """Tables counted from those by `merge` and `recount`."""

    @property
    def scanned(self) -> Sequence[str] | None:
        """Stored names of the events a rebuild scans; None: all."""

    @property
    def clock(self) -> str | None:
        """The table that keeps `changes_at`, the moment when time alone changes a row; None: none does."""

    def due(self, connection: Connection[Any], at: datetime) -> set[UUID]:
        """Subjects whose rows time alone has changed by `at`."""

    def listed(self, connection: Connection[Any], listings: Collection[UUID]) -> set[UUID]:
        """Subjects with rows that these listings of the platform speak of."""

    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        """Rows of the subjects its events touch and of `also`: everything those subjects have."""

    def merge(self, connection: Connection[Any], position: int) -> None:
        """Merges the staged rows, keeps counters, and says in the outbox what changed at `position`."""

    def recount(self, connection: Connection[Any]) -> None:
        """Fills the empty counters from the tables."""

    def differences(self, connection: Connection[Any], position: int) -> None:
        """Says in the outbox where the fresh tables (schema `projections_fresh`) differ from those in use."""
