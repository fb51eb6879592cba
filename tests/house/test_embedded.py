"""The demo's servers keep their data, and end with the process that started them however it ends."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from entrypoints.child import ChildFailed
from entrypoints.embedded import EmbeddedBroker, EmbeddedPostgres, broker_answers

_PARENT = """
import sys
from pathlib import Path
from entrypoints.embedded import EmbeddedBroker, EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])), EmbeddedBroker():
    print("running", flush=True)
    sys.stdin.read()
"""


def test_data_survive_a_restart(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "data") as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    with EmbeddedPostgres(tmp_path / "data") as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_second_server_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with (
        EmbeddedPostgres(tmp_path / "data"),
        pytest.raises(ChildFailed, match=r"postmaster\.pid"),
        EmbeddedPostgres(tmp_path / "data"),
    ):
        pass


def test_the_broker_answers_until_it_is_stopped() -> None:
    with EmbeddedBroker() as broker:
        port = int(broker.bootstrap.rpartition(":")[2])
        assert broker_answers(port)
    assert not broker_answers(port)


@pytest.mark.parametrize("how", ["terminate", "kill", "finish"])
def test_no_process_is_left_behind(tmp_path: Path, how: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "running\n"
        left = psutil.Process(parent.pid).children(recursive=True)
        assert {process.name() for process in left} == {"postgres", "noida-db"}
        if how == "terminate":
            parent.terminate()
        elif how == "kill":
            parent.kill()
    _, alive = psutil.wait_procs(left, timeout=30)
    assert not alive


def test_a_missing_wheel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda *_: None)
    with pytest.raises(ChildFailed, match=r"noida-db is not installed.*contact-ledger\[demo\]"):
        EmbeddedBroker().start()
