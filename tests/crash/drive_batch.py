"""Brings bulk actions on, unless it is struck down: `drive_batch DATABASE POINT NTH SIGNAL`.

Points: those of `MortalStore`.
"""

import signal
import sys
from dataclasses import replace

from entrypoints.batches import running
from ledger.recording import Recording
from tests.bulk.crowd import Crowd, crowd_on
from tests.crash.dying import Fate, MortalStore

PORTION = 4
"""People acted on at once: few, so that there are many points to be struck at."""


def main(database: str, point: str, nth: str, how: str) -> None:
    running.PORTION = PORTION
    with crowd_on(database) as crowd:
        ledger = crowd.ledger
        store = MortalStore(ledger.writing.recorder, ledger.ids, ledger.keyring)
        store.fate = Fate(point, int(nth), signal.Signals[how])
        Crowd(replace(ledger, writing=store, recording=Recording(store, ledger.ids))).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
