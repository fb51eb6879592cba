"""What the diff of two policies lists is what the naive model answers differently under them."""

from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from ledger.events.identifier import Blocked, Subscribed, SubscriptionConfirmed
from ledger.rules.difference import Difference
from ledger.rules.policy import BUILT_IN, Adoption, Policies, Policy
from tests.model.making import DAY, SCOPES, History, history
from tests.model.naive import answer
from tests.model.naive_order import Place
from tests.rules.streams import HOUR, SCOPE, START, event

PLACES = [
    Place(channel, scope, purpose)
    for channel in ("sms", "whatsapp", "email")
    for scope in SCOPES
    for purpose in ("marketing", "cart", "transactional")
]


def policies_differ(one: History) -> bool:
    return len(one.policies.adoptions) > 1


SEEDS = [seed for seed in range(30_000, 30_400) if policies_differ(history(seed))][:150]


@pytest.mark.parametrize("first", range(0, 150, 10))
def test_ten_histories_from(first: int) -> None:
    for seed in SEEDS[first : first + 10]:
        one = history(seed)
        at = max(event.effective_at for event in one.events) + DAY
        sides = (BUILT_IN, one.policies)
        answers = {place: tuple(told(one, place, side, at) for side in sides) for place in PLACES}
        for before, after in ((0, 1), (1, 0)):
            difference = Difference(sides[before], sides[after], at)
            found = list(difference.changes(one.events, one.platform))
            listed = {(change.channel, change.scope, change.purpose) for change in found}
            for change in found:
                place = Place(change.channel, change.scope, change.purpose)
                expected = told(one, place, sides[before], at), told(one, place, sides[after], at)
                assert (change.before[:4], change.after[:4]) == expected, seed
                assert expected[0] != expected[1], seed
            for place, (one_side, other_side) in answers.items():
                if one_side != other_side:
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


def test_a_longer_lived_request_ends_the_block_of_a_deletion() -> None:
    """Everything that could be sent is listed then, transactional messages too."""
    week = timedelta(days=7)
    signed = Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form", double_opt_in=True)
    events = [
        event(0, Blocked(scope="acme", cause="contact_deleted"), START),
        event(1, signed, START + HOUR),
        event(2, SubscriptionConfirmed(request_act_id=UUID(int=2)), START + week + HOUR),
    ]
    longer = Policies((Adoption(Policy("longer", request_lifetime=2 * week)),))
    found = {
        (change.scope, change.purpose): (change.before.reasons, change.after.reasons)
        for change in Difference(BUILT_IN, longer, START + 2 * week).changes(events)
        if change.channel == "sms"
    }
    assert found[(SCOPE, "marketing")] == (("blocked", "never"), ())
    assert found[(SCOPE, "transactional")] == (("blocked",), ())
