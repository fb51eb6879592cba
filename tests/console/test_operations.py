"""What operations says: how far Kafka's partitions are read, which processes are there, and what is to be done."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import httpx
import pytest
from kafka import KafkaProducer

from entrypoints.kafka_glance import Glance, KafkaGlance
from entrypoints.operating import Operations, ProcessSeen, operations
from entrypoints.organizations import register
from entrypoints.presence import present
from entrypoints.wiring import Service, migrated, opened
from ledger.acts.act import Rejection
from ledger.errors import MessagesLost
from ledger.store.store import Advance, PartitionKey
from ledger.store.throughput import recorded_since
from tests.api.messages import signup
from tests.api.serving import Served, settings
from tests.conftest import Topics
from tests.console.conftest import PASSWORD


@pytest.fixture
def topic(topics: Topics) -> str:
    return topics("inbound", partitions=2)


@pytest.fixture
def ledger(fresh_database: str, kafka_bootstrap: str, topic: str) -> Iterator[Service]:
    """A ledger of its own that reads one topic."""
    migrated(settings(fresh_database))
    with opened(settings(fresh_database, kafka_bootstrap=kafka_bootstrap, topics=topic)) as ledger:
        register(ledger, "acme", "Acme")
        yield ledger


def looked(ledger: Service, glance: Glance | None = None) -> Operations:
    return operations(ledger, "acme", glance or KafkaGlance(ledger.settings).now())


def test_lag_is_what_kafka_holds_beyond_the_ledgers_position(
    ledger: Service, topic: str, kafka_bootstrap: str
) -> None:
    with closing(KafkaProducer(bootstrap_servers=kafka_bootstrap)) as producer:
        for number in range(5):
            producer.send(topic, b"x", partition=number % 2)
        producer.flush()
    partitions = looked(ledger).partitions
    assert [(one.partition, one.position, one.end, one.behind) for one in partitions] == [
        (0, None, 3, 3),
        (1, None, 2, 2),
    ]
    [first, _] = KafkaGlance(ledger.settings).now().spans
    with ledger.writing.writing() as writing:
        writing.advance(Advance(first.key, None, 2))
    first_seen = looked(ledger).partitions[0]
    assert (first_seen.position, first_seen.behind, first_seen.lost) == (2, 1, False)
    with ledger.writing.writing() as writing:
        writing.advance(Advance(first.key, 2, 99))
    seen = looked(ledger)
    assert seen.partitions[0].lost
    assert any("messages were lost" in one for one in seen.todo)


@pytest.mark.usefixtures("refused_sockets")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # refused sockets
def test_a_broker_that_does_not_answer_is_said_and_not_waited_for_twice(
    ledger: Service, fresh_database: str
) -> None:
    away = settings(fresh_database, kafka_bootstrap="127.0.0.1:1", topics="inbound")
    moments = iter([0.0, 1.0, 30.0, 30.0, 31.0])
    glance = KafkaGlance(away, lambda: next(moments))
    first = glance.now()
    assert first.trouble is not None
    assert glance.now() is first
    seen = looked(ledger, first)
    assert any(one.startswith("Kafka: ") for one in seen.todo)
    assert seen.state == "degraded"
    assert glance.now() is not first


def test_what_was_read_is_shown_while_kafka_is_away(ledger: Service, topic: str) -> None:
    with ledger.writing.writing() as writing:
        writing.advance(Advance(PartitionKey("cluster", topic, "", 0), None, 7))
    [one] = looked(ledger, Glance(trouble="it does not answer")).partitions
    assert (one.topic, one.position, one.end, one.behind) == (topic, 7, None, None)


def test_processes_are_seen_while_they_are_there_and_what_ended_them_after(ledger: Service) -> None:
    def seen() -> dict[str, ProcessSeen]:
        return {one.process: one for one in looked(ledger).processes}

    assert any("No process `project`" in one for one in looked(ledger).todo)
    with present(ledger, "project"):
        assert seen()["project"].state == "running"
        assert not any("No process `project`" in one for one in looked(ledger).todo)
    assert seen()["project"].state == "ended"
    assert seen()["project"].trouble is None
    with pytest.raises(MessagesLost), present(ledger, "consume"):
        raise MessagesLost("inbound/0: messages were lost")
    assert (seen()["consume"].state, seen()["consume"].trouble) == ("ended", "inbound/0: messages were lost")


def test_a_process_that_was_killed_is_missed(ledger: Service) -> None:
    with present(ledger, "publish"):
        with ledger.writing.connection() as connection:
            connection.execute("UPDATE processes SET seen_at = seen_at - interval '5 minutes'")
        [one] = looked(ledger).processes
        assert one.state == "silent"
        assert any("No process `publish`" in said for said in looked(ledger).todo)


def test_the_log_s_growth_is_counted_from_a_moment_on(server: Served, organization: str) -> None:
    caller, ledger = server.caller(organization), server.ledger
    before = ledger.now()
    newest = ledger.overseeing.newest().position
    for number in range(3):
        caller.record(signup(organization, {"kind": "email", "value": f"grown{number}@example.com"}))
    with ledger.overseeing.connection() as connection:
        grown = recorded_since(connection, before)
        assert grown == ledger.overseeing.newest().position - newest > 0
        assert recorded_since(connection, ledger.now() + timedelta(days=1)) == 0
        assert recorded_since(connection, before - timedelta(days=3_650)) == ledger.overseeing.newest().position


def test_rejections_are_counted_by_reason_and_only_ones_own(server: Served, organization: str) -> None:
    def rejected(reason: str, payload: bytes, code: str | None) -> None:
        why = Rejection(reason, "message: wrong", server.ledger.now(), payload, organization=code)
        with server.ledger.writing.writing() as writing:
            writing.reject([why])

    rejected("bad_json", b"{ 1", organization)
    rejected("bad_json", b"{ 2", organization)
    rejected("unknown_type", b"{ 3", f"{organization}-other")
    seen = operations(server.ledger, organization, Glance(trouble="away")).rejections
    assert [(one.reason, one.number) for one in seen if one.own] == [("bad_json", 2)]


def test_the_page_and_its_twins_say_the_same(
    server: Served, organization: str, person: Callable[..., str], browser: httpx.Client
) -> None:
    browser.post("/console/login", data={"email": person("admin"), "password": PASSWORD})
    server.project()
    page = browser.get(f"/console/{organization}/operations")
    assert page.status_code == 200
    assert "What to do" in page.text
    assert "channel_status" in page.text
    said: dict[str, Any] = browser.get(f"/console/{organization}/operations.json").json()
    assert {one["behind"] for one in said["projections"]} == {0}
    assert "projections,channel_status,,0,events" in browser.get(f"/console/{organization}/operations.csv").text
