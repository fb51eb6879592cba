"""A web process killed while a forecast runs: the forecast goes on to its end, and who asked finds it."""

import subprocess
import sys
from uuid import UUID

import pytest

from entrypoints import forecasting
from entrypoints.organizations import register
from entrypoints.wiring import migrated, opened
from tests.api.serving import settings, wait_until

pytestmark = pytest.mark.timeout(200)


def test_a_forecast_outlives_the_process_that_began_it(fresh_database: str) -> None:
    migrated(settings(fresh_database))
    with opened(settings(fresh_database)) as ledger:
        register(ledger, "acme", "Acme")
        driver = [sys.executable, "-m", "tests.crash.drive_forecast", fresh_database, "acme"]
        killed = subprocess.run(driver, stdout=subprocess.PIPE, text=True, timeout=100, check=False)
        assert killed.returncode == -9
        made = UUID(killed.stdout.split()[0])
        wait_until(lambda: forecasting.get(ledger, "acme", made).state != "running", 120)
        found = forecasting.get(ledger, "acme", made)
        assert found.state == "done"
        assert found.result is not None
        assert [one["statuses"] for one in found.result["moments"]] == [0, 0]
