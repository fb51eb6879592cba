"""Only adopting a policy changes a status without an event, and the diff listed it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act, Body
from ledger.acts.consent import OptOut, Override, Reply, SignUp, Subscription
from ledger.acts.identifier import Receipt
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import PURPOSES, Basis
from ledger.rules.difference import Change, Difference
from ledger.rules.parameters import Parameters, policy_of
from ledger.rules.policy import ALWAYS, Adoption, Policies, Policy
from ledger.rules.status import NO_BEARING, Status, judge
from ledger.rules.timeline import timeline
from tests.histories import CHANNELS, PHONE, SCOPES, START, act_of, histories
from tests.memory_log import IDS, MemoryLog
from tests.policies import histories_of_policies, one_parameter_apart

HOUR = timedelta(hours=1)
BELOW = "acme/shop/55512/vip"
moments = st.integers(-20, 60).map(lambda hours: START + timedelta(hours=hours))
later = (st.integers(40, 240) | st.integers(40, 2400)).map(lambda hours: START + timedelta(hours=hours))
Place = tuple[str, str, str]
PLACES = [(c, s, p) for c in CHANNELS for s in (*SCOPES, "acme/shop/other") for p in PURPOSES]


def recorded(history: list[Act]) -> list[Recorded]:
    """The phone's events, each learnt an hour after it happened."""
    log = MemoryLog()
    log.register("acme", START - 24 * HOUR)
    for act in history:
        log.record(act, (act.occurred_at or act.received_at) + HOUR)
    return log.streams.get(IDS.identifier("acme", PHONE.kind, PHONE.value), [])


def said(judged: Status) -> tuple[object, ...]:
    return judged.sendable, judged.reasons, judged.consent, judged.deliverability


def standing_for(listed: dict[Place, Change], place: Place) -> list[Place]:
    """The listed places that may stand for this one: its scope or one above, its purpose or `*`."""
    channel, scope, purpose = place
    segments = scope.split("/")
    scopes = ["/".join(segments[:depth]) for depth in range(1, len(segments) + 1)]
    return [(channel, one, p) for one in scopes for p in (purpose, "*") if (channel, one, p) in listed]


pairs = st.tuples(histories_of_policies(moments), histories_of_policies(moments)) | one_parameter_apart(moments)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(histories(), pairs, later)
def test_the_diff_is_the_set_of_statuses_that_differ(
    history: list[Act], pair: tuple[Policies, Policies], at: datetime
) -> None:
    """What is asked anywhere differs only where the diff lists its place, or the one that stands for it; and
    looking only at streams that the difference can touch hides none, nor does leaving out claims not asked for.
    """
    events = recorded(history)
    difference = Difference(*pair, at)
    found = difference.changes(events) if events else []
    listed = {(change.channel, change.scope, change.purpose): change for change in found}
    line = timeline(events, at=at)
    for place in PLACES:
        channel, scope, purpose = place
        one, other = (
            judge(line, channel=channel, scope=scope, purpose=purpose, policies=policies, explained=False)
            for policies in pair
        )
        if said(one) != said(other):
            assert standing_for(listed, place), place
        if place in listed:
            assert (listed[place].before[:4], listed[place].after[:4]) == (said(one), said(other))
            assert said(one) != said(other)
    if listed:
        assert difference.touched().has(events)
    unclaimed = [event for event in events if event.name not in NO_BEARING]
    if unclaimed and not difference.asks_kind(unclaimed):
        assert difference.changes(unclaimed) == found


def signup(method: str = "form", *, basis: Basis | None = None, double_opt_in: bool = False) -> SignUp:
    override = Override("operator-7", "signed form") if method == "import" else None
    wanted = Subscription("sms", "acme", ("marketing",), double_opt_in, basis=basis)
    return SignUp((PHONE,), (wanted,), method, override=override)


STOP = Reply(PHONE, "acme/shop/55512", "STOP")
LINK = OptOut(PHONE, "sms", "acme", (), "link")
SOFT = Receipt(PHONE, "sms", "soft_bounce")
DECISIVE: dict[str, tuple[Any, Any, list[Body]]] = {
    "request_lifetime_days": (1, 100, [signup(double_opt_in=True)]),
    "stop_reach": ("sender", "organization", [signup(), STOP]),
    "express_months": (None, 1, [signup()]),
    "inquiry_months": (None, 1, [signup(basis="inquiry")]),
    "purchase_months": (None, 1, [signup(basis="purchase")]),
    "phone_months": (None, 1, [signup()]),
    "bounce_threshold": (1, 2, [signup(), SOFT]),
    "soft_bounces": ("counted", "never", [signup(), SOFT, SOFT, SOFT]),
    "soft_bounce_threshold": (1, 2, [signup(), SOFT]),
    "bulk_never_lifts": ([], ["link"], [LINK, signup("import")]),
    "own_device_only": ([], ["link"], [LINK, signup()]),
    "transactional_stops": ([], ["link"], [LINK]),
}
"""Parameter → two values and the shortest history to which they make a difference, sixty days later."""


def test_every_parameter_has_such_a_history() -> None:
    assert {*DECISIVE, "jurisdiction", "quiet_hours"} == Parameters.model_fields.keys()


@pytest.mark.parametrize("name", DECISIVE)
def test_the_difference_one_parameter_makes_is_listed_and_looked_for(name: str) -> None:
    one, other, bodies = DECISIVE[name]
    written = {"soft_bounces": "separate"} if name == "soft_bounce_threshold" else {}
    floor = sorted(Policy().bulk_never_lifts) if name == "bulk_never_lifts" else []
    sides = [
        policy_of("p/1", {**written, name: floor + value if isinstance(value, list) else value})
        for value in (one, other)
    ]
    events = recorded([act_of(body, n, START + n * HOUR) for n, body in enumerate(bodies)])
    for begin in (ALWAYS, START - HOUR):
        before, after = (Policies((Adoption(side, at),)) for side, at in zip(sides, (ALWAYS, begin), strict=True))
        difference = Difference(before, Policies((*before.adoptions, *after.adoptions)), START + 60 * 24 * HOUR)
        assert list(difference.changes(events))
        assert difference.touched().has(events)
    late = Policies((*before.adoptions, Adoption(sides[1], START + 50 * HOUR)))
    difference = Difference(before, late, START + 60 * 24 * HOUR)
    shaping = name not in ("bounce_threshold", "soft_bounces", "soft_bounce_threshold", "transactional_stops")
    assert bool(list(difference.changes(events))) is not shaping
