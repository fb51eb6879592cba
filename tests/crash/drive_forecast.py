"""Begins a forecast as the web process does, and is killed at once: `drive_forecast DATABASE ORGANIZATION`."""

import os
import signal
import sys

from entrypoints import forecasting
from entrypoints.wiring import opened
from tests.api.serving import settings


def main(database: str, organization: str) -> None:
    question = {"before": "current", "after": "us", "document": None, "adopt": True, "always": False, "at": None}
    with opened(settings(database)) as ledger:
        made = forecasting.begin(ledger, organization, "policy", question, asked_by="person/x")
        sys.stdout.write(f"{made}\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
