"""Only adopting a policy changes a status without an event, and the diff listed it (issue: policy as data)."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.acts import Act
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import PURPOSES
from ledger.rules.difference import changes, touched
from ledger.rules.policy import Policies
from ledger.rules.status import Status, status
from tests.histories import CHANNELS, PHONE, SCOPES, START, histories
from tests.memory_log import IDS, MemoryLog
from tests.policies import histories_of_policies

moments = st.integers(-20, 60).map(lambda hours: START + timedelta(hours=hours))
later = st.integers(0, 100).map(lambda days: START + timedelta(days=days))


def recorded(history: list[Act]) -> list[Recorded]:
    """The phone's events, each learnt an hour after it happened."""
    log = MemoryLog()
    log.register("acme", START - timedelta(days=1))
    for act in sorted(history, key=lambda act: act.occurred_at or act.received_at):
        log.record(act, (act.occurred_at or act.received_at) + timedelta(hours=1))
    return log.streams.get(IDS.identifier("acme", PHONE.kind, PHONE.value), [])


def said(judged: Status) -> tuple[object, ...]:
    return judged.sendable, judged.reasons, judged.consent, judged.deliverability


PLACES = [(c, s, p) for c in CHANNELS for s in (*SCOPES, "acme/shop/55512/vip/x") for p in PURPOSES]


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    history=histories(),
    before=histories_of_policies(moments),
    after=histories_of_policies(moments),
    at=later,
)
def test_the_diff_is_the_set_of_statuses_that_differ(
    history: list[Act], before: Policies, after: Policies, at: object
) -> None:
    """Asked anywhere, a status differs only where the diff names the place or, further up, the one it stands for."""
    events = recorded(history)
    moment = max([at, *[e.effective_at for e in events]])  # type: ignore[type-var]
    listed = {
        (c.channel, c.scope, c.purpose): c
        for c in (changes(events, before, after, at=moment) if events else ())  # type: ignore[arg-type]
    }
    for channel, scope, purpose in PLACES:
        one, other = (
            status(events, channel=channel, scope=scope, purpose=purpose, at=moment, policies=policies)  # type: ignore[arg-type]
            for policies in (before, after)
        )
        above = ["/".join(scope.split("/")[:depth]) for depth in range(len(scope.split("/")), 0, -1)]
        found = [listed[channel, s, purpose] for s in above if (channel, s, purpose) in listed]
        if said(one) != said(other):
            assert found, (channel, scope, purpose, said(one), said(other))
        if scope in above[:1] and (channel, scope, purpose) in listed:
            change = listed[channel, scope, purpose]
            assert (change.before[:4], change.after[:4]) == (said(one), said(other))
    if listed:
        assert touched(before, after, moment).has(events)  # type: ignore[arg-type]
