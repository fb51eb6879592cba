"""Scopes change while a batch is being decided, and within one batch."""

from datetime import timedelta

from ledger.acts.settings import ScopeChange, UnknownScopesRule
from ledger.recording import Recording
from tests.ledgers import store_of, store_on
from tests.recording.test_recording import EMAIL, NOW, Ledger, Slow, act, signup
from tests.store.making import IDS

SHOP = ScopeChange("create", "acme/shop")
LATER = NOW + timedelta(hours=1)


def test_a_scope_retired_between_deciding_and_the_lock_takes_no_grant(fresh_database: str) -> None:
    with store_on(fresh_database) as plain, store_of(Slow, fresh_database) as slow:
        other = Ledger(plain)
        other.record(act(SHOP, "made"))
        slow.meanwhile = lambda: other.record(act(ScopeChange("retire", "acme/shop"), "gone"))
        grants = [act(signup(), 1, LATER), act(signup("form", EMAIL, "email"), 2, LATER)]
        outcomes = Recording(slow, IDS).record(grants)
        assert [(one.result, one.reason) for one in outcomes] == [("refused", "retired_scope")] * 2


def test_a_rule_set_between_deciding_and_the_lock_holds(fresh_database: str) -> None:
    with store_on(fresh_database) as plain, store_of(Slow, fresh_database) as slow:
        other = Ledger(plain)
        slow.meanwhile = lambda: other.record(act(UnknownScopesRule("refuse"), "rule"))
        [outcome] = Recording(slow, IDS).record([act(signup(), 1, LATER)])
        assert (outcome.result, outcome.reason) == ("refused", "unknown_scope")


def test_each_act_of_a_batch_sees_what_those_before_it_made_of_a_scope(fresh_database: str) -> None:
    with store_on(fresh_database) as store:
        became = Ledger(store).record(
            act(signup(), 1, LATER),
            act(SHOP, 2),
            act(ScopeChange("retire", "acme/shop"), 3),
            act(signup(), 4, LATER),
            act(SHOP, 5, LATER),
            act(signup(), 6, LATER),
        )
    assert became == ["recorded", "recorded", "recorded", "refused", "recorded", "recorded"]
