"""What the diff of two policies lists is what the naive model answers differently under them."""

from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from ledger.events.identifier import (
    Blocked,
    Bounced,
    IdentifierClaimed,
    OptedOut,
    Subscribed,
    SubscriptionConfirmed,
)
from ledger.events.settings import PlatformBlacklisted
from ledger.rules.difference import Difference, differing, touched_by
from ledger.rules.policy import BUILT_IN, Adoption, Policies, Policy
from ledger.rules.status import NO_BEARING
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
            alone = {(change.channel, change.scope, change.purpose) for change in difference.changes(one.events)}
            assert alone == listed, seed  # the platform's listing makes no difference
            unclaimed = [event for event in one.events if event.name not in NO_BEARING]
            if unclaimed and not difference.asks_kind(unclaimed):
                assert difference.changes(unclaimed, one.platform) == found, seed
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
        (change.scope, change.purpose): change
        for change in Difference(BUILT_IN, longer, START + 2 * week).changes(events)
        if change.channel == "sms"
    }
    change = found[(SCOPE, "marketing")]
    assert (change.before.reasons, change.after.reasons) == (("blocked", "never"), ())
    assert (change.before.event, change.before.rule, change.before.policy) == (UUID(int=1), "hold.stands", None)
    assert (change.after.event, change.after.rule, change.after.policy) == (UUID(int=3), "grant.live", "longer")
    assert change.identifier_id == events[0].stream_id
    change = found[(SCOPE, "transactional")]
    assert (change.before.reasons, change.after.reasons) == (("blocked",), ())
    assert (change.after.event, change.after.rule) == (None, None)


def test_the_diff_is_of_the_channels_of_the_identifier_and_knows_the_platforms_list() -> None:
    claimed = IdentifierClaimed(contact_id=UUID(int=9), kind="email")
    stopped = OptedOut(channel="*", scope="acme", method="link")
    bounced = [event(n, Bounced(channel="email", hard=False), START + HOUR * n) for n in (2, 3)]
    events = [event(0, claimed, START), event(1, stopped, START), *bounced]
    fewer = Policies((Adoption(Policy("fewer", bounce_threshold=2)),))
    at = START + 9 * HOUR
    found = list(Difference(BUILT_IN, fewer, at).changes(events))
    assert {change.channel for change in found} == {"email"}
    assert {change.after.deliverability for change in found} == {"bounced"}
    listed = [event(9, PlatformBlacklisted(), START)]
    found = list(Difference(BUILT_IN, fewer, at).changes(events, listed))
    assert {change.before.deliverability for change in found} == {"blacklisted"}
    assert all("bounced" in change.after.reasons for change in found)
    assert all("bounced" not in change.before.reasons for change in found)


def test_the_kind_is_asked_for_where_a_channel_that_no_event_names_may_differ() -> None:
    signed = event(0, Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form"), START)
    signed_for_all = event(0, signed.body.model_copy(update={"channel": "*"}), START)
    stopped = event(1, OptedOut(channel="*", scope="acme", method="link"), START)
    month, at = Policies((Adoption(Policy("month", express_months=1)),)), START + 60 * DAY
    lifetimes = Difference(BUILT_IN, month, at)
    assert not lifetimes.asks_kind([signed, stopped])
    assert lifetimes.asks_kind([signed_for_all])
    transactional = Policy("stops", transactional_stops=frozenset({"link"}), express_months=1)
    stops = Difference(BUILT_IN, Policies((Adoption(transactional),)), at)
    assert not stops.asks_kind([signed])
    for events in ([signed_for_all], [signed, stopped]):
        assert stops.asks_kind(events)
    claimed = event(2, IdentifierClaimed(contact_id=UUID(int=9), kind="phone"), START)
    channels = {change.channel for change in lifetimes.changes([signed_for_all, claimed])}
    assert channels == {"sms", "mms", "whatsapp", "viber", "voice"}


def test_which_streams_an_adoption_can_touch() -> None:
    later = START + HOUR
    longer = Policies((*BUILT_IN.adoptions, Adoption(Policy("longer", request_lifetime=timedelta(days=9)), later)))
    touched = Difference(BUILT_IN, longer, START + 9 * HOUR).touched()
    signed = Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form")
    assert touched.has([event(0, signed, later)])
    assert not touched.has([event(0, signed, later - timedelta(seconds=1))])
    assert not touched.has([event(0, Bounced(channel="sms", hard=False), later)])
    assert touched.has([event(0, Blocked(scope="acme"), START), event(1, signed, later)])
    assert not touched.has([])
    fewer = Policies((*BUILT_IN.adoptions, Adoption(Policy("fewer", bounce_threshold=2), later)))
    touched = Difference(BUILT_IN, fewer, START + 9 * HOUR).touched()
    assert touched.has([event(0, Bounced(channel="sms", hard=False), START)])
    assert not touched.has([event(0, signed, later)])
    assert differing(Policy("a"), Policy("b", bounce_threshold=2, stop_reach="merchant")) == [
        "stop_reach",
        "bounce_threshold",
    ]


def test_an_adoption_touches_what_it_could_judge_anew() -> None:
    touched = touched_by(Adoption(Policy("p"), START + HOUR))
    signed = Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form")
    assert touched.has([event(0, Bounced(channel="sms", hard=False), START)])
    assert touched.has([event(0, OptedOut(channel="sms", scope=SCOPE, method="link"), START)])
    assert touched.has([event(0, signed, START + HOUR)])
    assert not touched.has([event(0, signed, START)])
    assert not touched.has([event(0, Blocked(scope="acme"), START + HOUR)])
