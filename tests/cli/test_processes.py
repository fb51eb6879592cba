"""The processes as an operator runs them: started, fed, told to stop, and what is left then."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import httpx
import psutil
import pytest
from kafka.admin import KafkaAdminClient
from structlog.testing import capture_logs

from consumers.broker import missing_topics
from consumers.intake import Message, take
from consumers.publisher import STATUS, TOPICS
from entrypoints.api.server import listening
from entrypoints.embedded import free_port
from entrypoints.links import Links, UnsubscribeLink
from entrypoints.wiring import Service
from entrypoints.workers import fenced_producer
from ledger.acts.act import Act
from ledger.events.identifier import OptedOut
from tests.api.messages import opt_out, signup
from tests.api.serving import settings as settings_of
from tests.api.serving import wait_until
from tests.cli.conftest import Run
from tests.conftest import Topics
from tests.servers import Kafka

Start = Callable[..., subprocess.Popen[bytes]]
_STRUCTURED = b"application/cloudevents+json"


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts `contact-ledger` with these arguments; whatever is still there at the end is killed."""
    started: list[psutil.Process] = []

    def start_one(*arguments: str, cwd: Path | None = None, **more: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"{arguments[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "entrypoints", *arguments],
                env={**os.environ, **environment, **more},
                cwd=cwd,
                stderr=log,
            )
        started.append(psutil.Process(process.pid))
        return process

    yield start_one
    for process in started:
        if process.is_running():
            for child in (*process.children(recursive=True), process):
                child.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_run_takes_messages_to_answers_and_leaves_nothing_behind(
    start: Start, run: Run, organization: str, ledger: Service, kafka_bootstrap: str, topics: Topics, tmp_path: Path
) -> None:
    port = str(free_port())
    kafka = {"LEDGER_KAFKA_BOOTSTRAP": kafka_bootstrap, "LEDGER_TOPICS": topics("inbound")}
    tree = start("run", LEDGER_HTTP_PORT=port, LEDGER_GROUP=f"group-{port}", **kafka)
    wait_until(lambda: _answers(f"http://127.0.0.1:{port}/readyz"), 90)
    lines = [json.dumps(message) for message in (signup(organization), opt_out(organization))]
    (tmp_path / "messages.jsonl").write_text("\n".join(lines))
    assert start("send", str(tmp_path / "messages.jsonl"), **kafka).wait(60) == 0
    key = ledger.ids.identifier(organization, "email", "ann@example.com")
    wait_until(lambda: len(ledger.reading.read([key])[key]) == 3, 60)
    wait_until(lambda: "unsubscriber" in run("contacts", "-o", organization).stdout, 60)
    assert len(psutil.Process(tree.pid).children()) == 4
    children = psutil.Process(tree.pid).children(recursive=True)
    tree.send_signal(signal.SIGTERM)
    assert tree.wait(60) == 0
    wait_until(lambda: not any(child.is_running() for child in children), 15)
    assert "ann@" not in (tmp_path / "run.log").read_text()


def test_a_message_is_not_sent_to_a_topic_that_nobody_reads(
    start: Start, kafka_bootstrap: str, topics: Topics, tmp_path: Path
) -> None:
    there, meant = topics("inbound"), f"{topics('inbound')}-mistyped"
    kafka = {"LEDGER_KAFKA_BOOTSTRAP": kafka_bootstrap, "LEDGER_TOPICS": there, "COLUMNS": "200"}
    (tmp_path / "messages.jsonl").write_text(json.dumps(opt_out("acme")))
    sent = ("send", str(tmp_path / "messages.jsonl"), "--topic")
    assert start(*sent, meant, **kafka).wait(60) == 2
    assert there in (tmp_path / "send.log").read_text()
    assert missing_topics(kafka_bootstrap, [meant]) == [meant]
    assert start(*sent, topics("inbound"), **kafka).wait(60) == 0


def test_a_topic_that_was_deleted_is_made_again_by_whoever_goes_on_publishing(
    database: str, private_kafka: Kafka
) -> None:
    kafka = private_kafka.bootstrap
    settings = settings_of(database).model_copy(update={"kafka_bootstrap": kafka})
    fenced_producer(settings, "test").close()
    with closing(KafkaAdminClient(bootstrap_servers=kafka)) as admin:
        admin.delete_topics([STATUS])
    wait_until(lambda: missing_topics(kafka, TOPICS) == [STATUS], 30)
    with capture_logs() as logs:
        fenced_producer(settings, "test").close()
    assert missing_topics(kafka, TOPICS) == []
    assert [log["topic"] for log in logs if log["log_level"] == "warning"] == [STATUS]


def test_when_one_process_of_the_tree_dies_all_stop_and_it_is_said_which(
    start: Start, kafka_bootstrap: str, topics: Topics, tmp_path: Path
) -> None:
    (tmp_path / "entrypoints.py").write_text("raise SystemExit('code of the folder that it was started in')")
    tree = start(
        "run",
        cwd=tmp_path,
        LEDGER_HTTP_PORT=str(free_port()),
        LEDGER_KAFKA_BOOTSTRAP=kafka_bootstrap,
        LEDGER_TOPICS=topics("inbound"),
    )
    wait_until(lambda: len(psutil.Process(tree.pid).children()) == 4, 60)
    children = psutil.Process(tree.pid).children()
    (projector,) = [child for child in children if child.cmdline()[-1] == "project"]
    projector.kill()
    assert tree.wait(60) == 1
    assert not any(child.is_running() for child in children)
    assert "project ended" in (tmp_path / "run.log").read_text()


def test_a_worker_answers_probes_where_a_port_is_set_and_stops_cleanly(start: Start) -> None:
    port = str(free_port())
    worker = start("project", LEDGER_PROBE_PORT=port)
    wait_until(lambda: _answers(f"http://127.0.0.1:{port}/livez"), 60)
    assert httpx.get(f"http://127.0.0.1:{port}/readyz").json()["state"] in ("ready", "degraded")
    assert "ledger_log_position" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert httpx.get(f"http://127.0.0.1:{port}/nothing").status_code == 404
    worker.terminate()
    assert worker.wait(60) == 0


def test_without_settings_nothing_starts(start: Start) -> None:
    commands = ("consume", "serve", "run")
    started = [start(command, LEDGER_PEPPER="") for command in commands]
    assert [process.wait(90) for process in started] == [1] * len(commands)


def test_a_port_that_is_taken_is_refused_with_the_setting_named(start: Start, tmp_path: Path) -> None:
    with listening("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        assert start("serve", LEDGER_HTTP_PORT=port).wait(90) == 1
        assert start("project", LEDGER_PROBE_PORT=port).wait(90) == 1
    assert "LEDGER_HTTP_PORT" in (tmp_path / "serve.log").read_text()
    assert "LEDGER_PROBE_PORT" in (tmp_path / "project.log").read_text()


def test_answers_are_sent_without_waiting_for_more() -> None:
    with (
        listening("127.0.0.1", 0) as bound,
        socket.create_connection(bound.getsockname()),
        bound.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_unsubscribe_service_answers_links_and_nothing_else(
    start: Start, organization: str, ledger: Service, environment: dict[str, str], tmp_path: Path
) -> None:
    message = Message(json.dumps(signup(organization)).encode(), (("content-type", _STRUCTURED),), ledger.now())
    act = take(message)
    assert isinstance(act, Act)
    ledger.recording.record([act])
    key = ledger.ids.identifier(organization, "email", "ann@example.com")
    link = UnsubscribeLink(key, UUID(int=1), "email", f"{organization}/shop", ledger.now())
    token = Links(ledger.settings.link_secrets).signed(link)
    port, probes = str(free_port()), str(free_port())
    keys = f"{base64.b64encode(b'n' * 32).decode()},{environment['LEDGER_LINK_KEYS']}"
    service = start("unsubscribe-service", LEDGER_HTTP_PORT=port, LEDGER_PROBE_PORT=probes, LEDGER_LINK_KEYS=keys)
    wait_until(lambda: _answers(f"http://127.0.0.1:{probes}/readyz"), 60)
    at = f"http://127.0.0.1:{port}"
    assert httpx.get(f"{at}/u/{token}").status_code == 200
    for hidden in ("/v1/organizations/acme/contacts", "/openapi.json", "/metrics", "/readyz", f"/u/{token}/"):
        assert httpx.get(at + hidden).status_code == 404, hidden
    assert httpx.post(f"{at}/u/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    service.send_signal(signal.SIGTERM)
    assert service.wait(30) in (0, -signal.SIGTERM)
    assert isinstance(ledger.reading.read([key])[key][-1].body, OptedOut)
    logged = (tmp_path / "unsubscribe-service.log").read_text()
    assert "/u/{token}" in logged
    assert token[:20] not in logged


def test_the_unsubscribe_service_does_not_start_without_keys(start: Start, tmp_path: Path) -> None:
    assert start("unsubscribe-service", LEDGER_LINK_KEYS=" ").wait(60) == 1
    assert "LEDGER_LINK_KEYS" in (tmp_path / "unsubscribe-service.log").read_text()
