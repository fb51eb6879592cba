"""Every history of the scenarios gives its answers in the pure rules."""

from datetime import UTC, datetime

import orjson
import pytest

from consumers.intake import Message, take
from ledger.acts.act import Act
from ledger.rules.status import status
from tests.memory_log import IDS, MemoryLog
from tests.scenarios import FILE, Case, cases

CASES = cases()
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.skipif(not FILE.exists(), reason="shared/scenarios.json does not lie beside this checkout")
def test_all_the_histories_are_here() -> None:
    assert len(CASES) == 118
    assert sum(len(case.questions) for case in CASES) == 162


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_rules_give_the_answers_of(case: Case) -> None:
    log = MemoryLog()
    log.register("acme", BEFORE_ALL)
    for learnt_at, message in case.messages:
        act = take(Message(orjson.dumps(message), (), learnt_at))
        assert isinstance(act, Act)
        log.record(act, learnt_at)
    events = log.streams.get(IDS.identifier("acme", case.kind, case.value), [])
    for question in case.questions:
        answer = status(
            events,
            channel=question.channel,
            scope=question.scope,
            purpose=question.purpose,
            at=question.at,
            known_at=question.known_at,
        )
        assert {
            "consent": answer.consent,
            "hold": answer.hold,
            "deliverability": answer.deliverability,
            "sendable": answer.sendable,
        } == question.expect
