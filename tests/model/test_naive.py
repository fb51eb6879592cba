"""The naive model gives the answers of the scenarios: it was written for what is asked, not for what is built."""

from datetime import UTC, datetime

import orjson
import pytest

from consumers.intake import Message, take
from ledger.acts.act import Act
from tests.memory_log import IDS, MemoryLog
from tests.model.naive import answer
from tests.model.naive_order import Place
from tests.scenarios import Case, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_naive_model_gives_the_answers_of(case: Case) -> None:
    log = MemoryLog()
    log.register("acme", datetime(2026, 1, 1, tzinfo=UTC))
    for learnt_at, message in case.messages:
        act = take(Message(orjson.dumps(message), (), learnt_at))
        assert isinstance(act, Act)
        log.record(act, learnt_at)
    events = log.streams.get(IDS.identifier("acme", case.kind, case.value), [])
    for question in case.questions:
        place = Place(question.channel, question.scope, question.purpose)
        given = answer(events, place, question.at, question.known_at)
        assert {
            "consent": given.consent,
            "hold": given.hold,
            "deliverability": given.deliverability,
            "sendable": given.sendable,
        } == question.expect
