"""Only adopting a policy changes a status without an event, and the diff listed it."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.acts import Act
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import PURPOSES
from ledger.rules.difference import Change, Difference
from ledger.rules.policy import Policies
from ledger.rules.status import Status, status
from tests.histories import CHANNELS, PHONE, SCOPES, START, histories
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


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    histories(),
    histories_of_policies(moments),
    histories_of_policies(moments),
    later,
)
def test_the_diff_is_the_set_of_statuses_that_differ(
    history: list[Act], before: Policies, after: Policies, at: datetime
) -> None:
    """What is asked anywhere differs only where the diff lists its place, or the one that stands for it."""
    events = recorded(history)
    found = list(Difference(before, after, at).changes(events)) if events else []
    listed = {(change.channel, change.scope, change.purpose): change for change in found}
    for place in PLACES:
        channel, scope, purpose = place
        one, other = (
            status(events, channel=channel, scope=scope, purpose=purpose, at=at, policies=policies)
            for policies in (before, after)
        )
        if said(one) != said(other):
            assert standing_for(listed, place), place
        if place in listed:
            assert (listed[place].before[:4], listed[place].after[:4]) == (said(one), said(other))
            assert said(one) != said(other)


@settings(max_examples=1500, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(histories(), one_parameter_apart(moments), later)
def test_looking_only_at_streams_that_a_difference_can_touch_hides_no_change(
    history: list[Act], policies: tuple[Policies, Policies], at: datetime
) -> None:
    events = recorded(history)
    difference = Difference(*policies, at)
    if events and any(difference.changes(events)):
        assert difference.touched().has(events)
