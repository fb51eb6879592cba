"""What the diff of two policies lists is what the naive model answers differently under them."""

from datetime import datetime
from itertools import product

import pytest

from ledger.rules.difference import Difference
from ledger.rules.policy import BUILT_IN, Policies
from tests.model.making import DAY, SCOPES, History, history
from tests.model.naive import answer
from tests.model.naive_order import Place

CHANNELS = ("sms", "mms", "whatsapp", "voice", "email")
PURPOSES = ("marketing", "cart", "transactional")


def policies_differ(one: History) -> bool:
    return len(one.policies.adoptions) > 1


SEEDS = [seed for seed in range(30_000, 30_400) if policies_differ(history(seed))][:150]


@pytest.mark.parametrize("first", range(0, 150, 10))
def test_ten_histories_from(first: int) -> None:
    for seed in SEEDS[first : first + 10]:
        one = history(seed)
        at = max(event.effective_at for event in one.events) + DAY
        for before, after in ((BUILT_IN, one.policies), (one.policies, BUILT_IN)):
            difference = Difference(before, after, at)
            found = list(difference.changes(one.events, one.platform))
            listed = {(change.channel, change.scope, change.purpose): change for change in found}
            for change in found:
                place = Place(change.channel, change.scope, change.purpose)
                sides = told(one, place, before, at), told(one, place, after, at)
                assert (change.before[:4], change.after[:4]) == sides, seed
                assert sides[0] != sides[1], seed
            for channel, scope, purpose in product(CHANNELS, SCOPES, PURPOSES):
                place = Place(channel, scope, purpose)
                if told(one, place, before, at) != told(one, place, after, at):
                    assert any(standing in listed for standing in standing_for(place)), (seed, place)
            assert difference.touched().has(one.events) or not found, seed


def told(one: History, place: Place, policies: Policies, at: datetime) -> tuple[object, ...]:
    given = answer(one.events, place, at, None, one.platform, policies)
    return given.sendable, given.reasons, given.consent, given.deliverability


def standing_for(place: Place) -> list[tuple[str, str, str]]:
    """The places whose answer stands for this one: its scope or one above, its purpose or `*`."""
    segments = place.scope.split("/")
    scopes = ["/".join(segments[:depth]) for depth in range(1, len(segments) + 1)]
    return list(product((place.channel,), scopes, (place.purpose, "*")))
