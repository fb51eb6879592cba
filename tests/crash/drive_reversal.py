"""Takes a listed burst back, unless it is struck down: `drive_reversal DATABASE DIGEST POINT NTH SIGNAL`.

Points: those of `MortalStore`.
"""

import signal
import sys
from datetime import UTC, datetime

from ledger import reversing
from tests.bulk.scene import MINUTES, Scene
from tests.crash.dying import Fate, MortalStore
from tests.ledgers import store_of

BATCH = 4
"""Acts recorded at once: few, so that there are many points to be struck at."""


def main(database: str, digest: str, point: str, nth: str, how: str) -> None:
    reversing.PORTION = BATCH
    with store_of(MortalStore, database) as store:
        store.fate = Fate(point, int(nth), signal.Signals[how])
        Scene(store, lambda: datetime.now(UTC)).approve(MINUTES, digest)


if __name__ == "__main__":
    main(*sys.argv[1:])
