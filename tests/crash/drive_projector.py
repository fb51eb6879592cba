"""Projects the whole log, unless it is struck down: `drive_projector DATABASE POINT NTH SIGNAL`.

Points: read (a step is folded or about to be, nothing is written), written (its transaction is open), committed.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from ledger.store.connections import pool
from projections.registry import PROJECTIONS
from projections.runner import catch_up
from projections.stepping import Connect, Source
from tests.consumers.outbound import projector_store
from tests.crash.dying import Fate

BATCH = 10
"""Events of a step: few, so that there are many points to be struck at."""


def mortal(connect: Connect, fate: Fate) -> Connect:
    """Connections whose transactions may be struck, told apart by whether they have written."""

    @contextmanager
    def connected() -> Iterator[Connection[Any]]:
        with connect() as connection:
            yield connection
            row = connection.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()
            wrote = row is not None and row[0] is not None
            if wrote:
                fate.meet("written")
        fate.meet("committed" if wrote else "read")

    return connected


def main(database: str, point: str, nth: str, how: str) -> None:
    fate = Fate(point, int(nth), signal.Signals[how])
    with projector_store(database) as store, pool(database, "ledger_projector") as connections:
        catch_up(Source(store, mortal(connections.connection, fate)), list(PROJECTIONS.values()), batch=BATCH)


if __name__ == "__main__":
    main(*sys.argv[1:])
