"""Every history of the scenarios, end to end: published to Kafka, consumed, projected, asked over HTTP.

A fresh ledger whose clock stands before the first case; each case in an organization of its own; all messages
of all cases in the order in which the ledger learns of them, with its clock set to that moment.
"""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest
from psycopg import Connection
from psycopg_pool import ConnectionPool

from consumers.broker import Broker, Outgoing, Producer
from consumers.consumer import Consumer
from consumers.reader import Reader
from entrypoints.organizations import issue_key
from ledger.acts.act import Act
from ledger.acts.settings import Registration
from ledger.ids import Ids
from ledger.recording import Recording
from ledger.store.connections import LedgerDatastore, pool
from ledger.store.recorder import LedgerRecorder
from ledger.store.store import Store
from projections import channel_status
from projections.channel_status import StatusRow
from projections.registry import PROJECTIONS
from projections.runner import Runner
from projections.stepping import Source
from tests.api.serving import Caller, Served, served
from tests.migrated import new_ledger
from tests.scenarios import FILE, Case, Question, cases
from tests.servers import create_topic

BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """The whole ledger with every case told, and what the table said at each question's moment."""

    cases: list[Case]
    callers: dict[str, Caller]
    table: list[tuple[Case, Question, StatusRow | None]]


@dataclass
class Teller:
    """Tells all cases in the order of learning, with the ledger's clock set, and asks the table on the way."""

    topic: str
    moment: list[datetime]
    producer: Producer
    consumer: Consumer
    runner: Runner
    ids: Ids
    projecting: ConnectionPool[Connection[Any]]

    def tell(self, everything: list[Case]) -> list[tuple[Case, Question, StatusRow | None]]:
        learnt: dict[datetime, list[dict[str, Any]]] = {}
        asked: dict[datetime, list[tuple[Case, Question]]] = {}
        for case in everything:
            for at, message in case.messages:
                learnt.setdefault(at, []).append(message)
            for question in case.questions:
                if question.known_at is None and (not case.messages or question.at >= case.messages[-1][0]):
                    asked.setdefault(question.at, []).append((case, question))
        found = []
        for at in sorted({*learnt, *asked}):
            self.moment[0] = at
            self._publish(learnt.get(at, []))
            found += [(case, question, self._row(case, question)) for case, question in self._standing(at, asked)]
        return found

    def _publish(self, messages: list[dict[str, Any]]) -> None:
        self.producer.publish(
            Outgoing(self.topic, message["data"]["organization"].encode(), orjson.dumps(message))
            for message in messages
        )
        waiting = len(messages)
        while waiting:
            waiting -= self.consumer.take_polls(threading.Event())

    def _standing(
        self, at: datetime, asked: dict[datetime, list[tuple[Case, Question]]]
    ) -> list[tuple[Case, Question]]:
        """The questions of this moment, once everything is projected and swept to it."""
        if at not in asked:
            return []
        while self.runner.step():
            pass
        self.runner.sweep(at)
        assert not self.runner.stopped
        return asked[at]

    def _row(self, case: Case, question: Question) -> StatusRow | None:
        identifier = self.ids.identifier(question.scope.split("/")[0], case.kind, case.value)
        with self.projecting.connection() as connection:
            rows = channel_status.of_identifier(connection, identifier)
        wanted = (question.channel, question.scope, question.purpose)
        return next((row for row in rows if (row.channel, row.scope, row.purpose) == wanted), None)


@pytest.fixture(scope="module")
def world(database_url: str, kafka_bootstrap: str) -> Iterator[World]:
    topic = f"scenarios-{uuid4().hex[:12]}"
    create_topic(kafka_bootstrap, topic, 4, {})
    moment = [BEFORE_ALL]
    with (
        new_ledger(database_url) as url,
        served(url) as running,
        closing(LedgerDatastore(url)) as datastore,
        closing(pool(url, "ledger_projector")) as projecting,
        closing(Producer(kafka_bootstrap)) as producer,
    ):
        ids = running.ledger.ids
        store = Store(LedgerRecorder(datastore), ids, running.ledger.keyring, lambda: moment[0])
        everything = [case.moved_to(f"case-{number}") for number, case in enumerate(cases())]
        callers = _registered(running, store, everything)
        with closing(Broker(kafka_bootstrap, [topic], store.positions, lambda: moment[0])) as broker:
            consumer = Consumer(Reader(broker), Recording(store, ids))
            runner = Runner(PROJECTIONS.values(), Source(running.ledger.reading, projecting.connection))
            teller = Teller(topic, moment, producer, consumer, runner, ids, projecting)
            yield World(everything, callers, teller.tell(everything))


def _registered(running: Served, store: Store, everything: list[Case]) -> dict[str, Caller]:
    """Each case's organization, registered before all and with a key to ask with."""
    recording = Recording(store, running.ledger.ids)
    ledger = replace(running.ledger, recording=recording, now=lambda: BEFORE_ALL)
    acts = [
        Act(f"case-{number}", "test", "register", "registration", BEFORE_ALL, b"", Registration("case"), BEFORE_ALL)
        for number in range(len(everything))
    ]
    recording.record(acts)
    return {
        act.organization: running.with_key(act.organization, issue_key(ledger, act.organization, "service"))
        for act in acts
    }


NAMES = [case.name for case in cases()]
here = pytest.mark.skipif(not FILE.exists(), reason="shared/scenarios.json does not lie beside this checkout")


@here
@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_sendable_over_http_answers(world: World, number: int) -> None:
    case = world.cases[number]
    for question in case.questions:
        body: dict[str, Any] = {
            "channel": question.channel,
            "scope": question.scope,
            "purpose": question.purpose,
            "at": question.at.isoformat(),
            "identifiers": [{"kind": case.kind, "value": case.value}],
        }
        if question.known_at is not None:
            body["known_at"] = question.known_at.isoformat()
        answer = world.callers[f"case-{number}"].post("sendable", body)
        assert answer.status_code == 200, answer.text
        [found] = answer.json()["answers"]
        assert {name: found[name] for name in question.expect} == question.expect


@here
def test_channel_status_answers_what_a_table_can_answer(world: World) -> None:
    """What has no `known_at` and is asked for a moment not before its case's last message, in order of moments."""
    rows = [(case, question, row) for case, question, row in world.table if row is not None]
    for case, question, row in rows:
        assert {name: getattr(row, name) for name in question.expect} == question.expect, case.name
    assert len(rows) > 50
