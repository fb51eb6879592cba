"""Ten thousand generated histories keep every promise; `make soak` walks more of them."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.events.identifier import IDENTIFIER_EVENTS
from ledger.events.vocabulary import Consent, Deliverability, Hold
from ledger.rules import consent
from ledger.rules.status import SEVERITY, status
from tests.model import soak
from tests.model.checking import described, differences, shrunk
from tests.model.making import History, history
from tests.model.soak import broken, main

PORTION = 50


@pytest.mark.parametrize("first", range(0, 10_000, PORTION))
def test_fifty_histories_from(first: int) -> None:
    seeds = broken(first, PORTION)
    assert not seeds, described(shrunk(history(seeds[0])))


def test_a_number_always_makes_the_same_history() -> None:
    assert history(4711) == history(4711)
    assert history(4711) != history(4712)


def test_the_histories_hold_every_event_and_every_answer() -> None:
    """Guards the soak against proving nothing: what is never generated is never checked."""
    made: set[type] = set()
    answers: Counter[object] = Counter()
    for seed in range(2_000):
        one = history(seed)
        made |= {type(event.body) for event in one.events}
        answers.update(_answers(one))
    assert made == set(IDENTIFIER_EVENTS)
    wanted = {*Consent, *Deliverability, *Hold, *SEVERITY, "sendable", "not sendable", "reversed"}
    assert {answer for answer in wanted if answers[answer] < 20} == set()


def _answers(one: History) -> list[object]:
    answers: list[object] = []
    for question in one.questions:
        place = question.place
        given = status(
            one.events,
            channel=place.channel,
            scope=place.scope,
            purpose=place.purpose,
            at=question.at,
            known_at=question.known_at,
            platform=one.platform,
            policies=one.policies,
        )
        answers += [given.consent, given.deliverability, given.hold, *given.reasons]
        answers.append("sendable" if given.sendable else "not sendable")
        answers += [verdict.effect for verdict in given.verdicts]
    return answers


def test_a_broken_rule_is_found_and_its_history_shrunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent, "lifts", lambda *_: True)
    seeds = broken(0, 200)
    assert seeds
    small = shrunk(history(seeds[0]))
    assert 1 <= len(small.events) <= 4
    wrong = list(differences(small))
    assert wrong
    assert wrong[0] in described(small)


def test_the_soak_ends_with_a_line_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["3", "--seed", "7", "--processes", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == '{"histories": 3, "counterexamples": 0}'


def test_a_soak_that_finds_something_fails_and_says_how_to_make_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(consent, "lifts", lambda *_: True)
    monkeypatch.setattr(soak, "ProcessPoolExecutor", ThreadPoolExecutor)
    seed = broken(0, 200)[0]
    assert main(["1", "--seed", str(seed)]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == '{"histories": 1, "counterexamples": 1}'
    assert f"seed {seed}" in said.err
