"""The ids an act names are the same, worked out where its message was taken in or when they are asked for."""

import pickle
from collections import Counter
from copy import deepcopy

import consumers.reader  # noqa: F401 - how acts are pickled
from consumers.intake import Message, take
from entrypoints.demo.day import day
from ledger.acts.act import Act
from ledger.acts.consent import OptOut
from ledger.acts.given import Kept
from ledger.acts.identifier import PlatformListing
from ledger.deciding.naming import act_id, digest, givens_of, identifier_id, identifiers, name, subjects
from ledger.ids import Ids
from tests.histories import EMAIL, START, act_of
from tests.store.making import IDS


def _acts() -> list[Act]:
    traffic = [take(Message(one.value or b"", one.headers, START)) for one in day(1, 400, START, fresh=0.5)]
    kept = OptOut(Kept(IDS.identifier("acme", "email", EMAIL.value), "email"), "email", "acme", (), "link")
    by_hand = [act_of(kept, 1, START), act_of(PlatformListing(EMAIL, True), 2, START)]
    return [act for act in traffic if isinstance(act, Act)] + by_hand


def test_worked_out_beforehand_they_are_those_that_would_be_asked_for() -> None:
    kinds = Counter[type]()
    for act in _acts():
        named = deepcopy(act)
        name(IDS, named)
        named = pickle.loads(pickle.dumps(named))
        assert named == act
        assert named.id == act_id(IDS, named) == act_id(IDS, act)
        assert named.digest == digest(IDS, named) == digest(IDS, act)
        assert set(named.subjects or ()) == set(subjects(IDS, named)) == set(subjects(IDS, act))
        assert identifiers(IDS, named) == identifiers(IDS, act)
        for mine, asked in zip(givens_of(named), givens_of(act), strict=True):
            assert mine.id == identifier_id(IDS, act.organization, asked)
            assert asked.id is None
        kinds[type(act.body)] += 1
    assert len(kinds) > 8, kinds


def test_they_are_worked_out_once() -> None:
    [act, *_] = _acts()
    name(IDS, act)
    other = Ids(b"another pepper")
    assert (act_id(other, act), digest(other, act)) == (act.id, act.digest)
    assert identifiers(other, act) == identifiers(IDS, act)
    assert subjects(other, act) == act.subjects
