"""What every projection is: tables of its own, a pure fold, and one merge in the projection's transaction."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from psycopg import Connection

from projections.portion import Portion
from projections.tables import Rows, Table, merge


class Projection(ABC):
    """Its tables belong to it alone and are functions of the log up to a position, judged at a moment."""

    name: ClassVar[str]
    """As in `watermarks`; also what `rebuild` and `checksum` are asked for."""
    tables: ClassVar[tuple[Table, ...]]
    counters: ClassVar[tuple[str, ...]] = ()
    """Tables counted from those: kept up by `merge`, filled by RECOUNT."""
    scanned: ClassVar[tuple[str, ...] | None] = None
    """Stored names of the events a rebuild scans; None: all."""
    DUE: ClassVar[str | None] = None
    """Subjects whose rows time alone has changed by a moment (`changes_at` is the column that says so)."""
    CROWD: ClassVar[str | None] = None
    """The moment by which more than so many rows are due: (moment, so many)."""
    LISTED: ClassVar[str | None] = None
    """Subjects with rows that listings of the platform speak of."""
    RECOUNT: ClassVar[str | None] = None
    """Fills the empty counters from the tables."""
    DIFFERENT: ClassVar[str | None] = None
    """Says in the outbox, at a position, where the fresh tables of a rebuild differ from those in use."""

    @abstractmethod
    def fold(self, portion: Portion, also: Collection[UUID]) -> Rows:
        """Rows of the subjects that its events touch, and of the subjects in `also`: all that those have."""

    def merge(self, connection: Connection[Any], position: int) -> None:
        """Merges the staged rows, keeps the counters, and says in the outbox what changed at `position`."""
        for table in self.tables:
            merge(connection, table)

    def reached(self, connection: Connection[Any], position: int) -> None:  # noqa: B027 - most have nothing to say
        """Says what follows from having come to `position`, be there rows or not."""

    def also(self, connection: Connection[Any], portion: Portion) -> set[UUID]:
        """Subjects to fold beside those the portion's events are about: by time, or by the platform's lists."""
        subjects: set[UUID] = set()
        if self.DUE is not None:
            subjects.update(row[0] for row in connection.execute(self.DUE, (portion.at,)))
        listings = portion.platform_listings()
        if self.LISTED is not None and listings:
            subjects.update(row[0] for row in connection.execute(self.LISTED, (list(listings),)))
        return subjects

    def crowd(self, connection: Connection[Any], at: datetime, most: int) -> datetime | None:
        """The moment up to `at` by which more than `most` rows are due; None where they are not so many."""
        if self.CROWD is None:
            return None
        row = connection.execute(self.CROWD, (at, most)).fetchone()
        return row[0] if row is not None else None
