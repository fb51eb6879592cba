"""What is said of an act before it is made is what comes of it: where nothing would change, nothing does."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act
from ledger.acts.consent import SignUp, Subscription
from ledger.by_hand import ACTIONS, by_hand
from ledger.events.body import Event
from ledger.events.identifier import Banned, Blacklisted, Bounced, Complained, IdentifierClaimed, OptedOut, Paused
from ledger.events.vocabulary import CHANNELS_OF, PURPOSES
from ledger.rules.changing import changes
from ledger.rules.status import reasons
from ledger.rules.timeline import timeline
from tests.histories import LEARNT, ORGANIZATION, PHONE, SCOPES, START, act_of, histories
from tests.memory_log import IDS, MemoryLog
from tests.rules.streams import HOUR, SCOPE, SENDER, STREAM, stream

AFTERWARDS = START + timedelta(days=10)
PLACES = tuple(product(CHANNELS_OF["phone"], SCOPES, PURPOSES))
KEY = IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value)


@settings(max_examples=300)
@given(
    before=histories(longest=8),
    action=st.sampled_from(ACTIONS),
    scope=st.sampled_from(SCOPES),
    channel=st.sampled_from(["*", "sms", "whatsapp"]),
)
def test_where_nothing_would_change_nothing_does(before: list[Act], action: str, scope: str, channel: str) -> None:
    log = MemoryLog()
    log.register(ORGANIZATION, START)
    for act in [act_of(SignUp((PHONE,), (Subscription("sms", "acme", ("cart",)),), "form"), 99, START), *before]:
        log.record(act, LEARNT)
    line = timeline(log.streams[KEY], at=LEARNT)
    if changes(line, "phone", action, scope, channel=channel):
        return
    was = standing(log)
    log.record(act_of(by_hand(action, PHONE, scope, "why", channel=channel), 200, AFTERWARDS), LEARNT)
    assert standing(log) == was


def standing(log: MemoryLog) -> list[tuple[str, ...]]:
    """Every failing reason of the phone at every place, in order of the places."""
    line = timeline(log.streams[KEY], at=LEARNT)
    return [reasons(line, channel=channel, scope=scope, purpose=purpose) for channel, scope, purpose in PLACES]


CLAIMED = IdentifierClaimed(contact_id=STREAM, kind="phone")
NOT_ON_SMS = OptedOut(channel="sms", scope=SENDER, method="link")


@pytest.mark.parametrize(
    ("bodies", "action", "scope", "channel", "would"),
    [
        ((), "unsubscribe", SENDER, "sms", True),
        ((NOT_ON_SMS,), "unsubscribe", SENDER, "sms", False),
        ((NOT_ON_SMS,), "unsubscribe", SCOPE, "sms", False),
        ((NOT_ON_SMS,), "unsubscribe", "acme", "sms", True),
        ((NOT_ON_SMS,), "unsubscribe", SENDER, "*", True),
        ((NOT_ON_SMS.model_copy(update={"channel": "*"}),), "unsubscribe", SENDER, "*", False),
        ((NOT_ON_SMS.model_copy(update={"purposes": ("marketing",)}),), "unsubscribe", SENDER, "sms", True),
        ((), "pause", SENDER, "*", True),
        ((Paused(scope=SENDER),), "pause", SCOPE, "*", False),
        ((Paused(scope=SENDER),), "pause", "acme", "*", True),
        ((Paused(scope=SENDER),), "ban", SENDER, "*", True),
        ((Paused(scope=SENDER),), "resume", "acme", "*", True),
        ((Paused(scope=SENDER),), "resume", SCOPE, "*", False),
        ((Paused(scope=SENDER),), "unban", "acme", "*", False),
        ((Banned(scope=SENDER),), "unban", SENDER, "*", True),
        ((), "blacklist", "acme", "*", True),
        ((Blacklisted(),), "blacklist", "acme", "*", False),
        ((Blacklisted(),), "unblacklist", "acme", "*", True),
        ((), "unblacklist", "acme", "*", False),
        ((Complained(channel="sms"),), "withdraw_complaint", "acme", "*", True),
        ((Complained(channel="sms"),), "reactivate", "acme", "*", False),
        ((Bounced(channel="sms", hard=True),), "reactivate", "acme", "*", True),
    ],
)
def test_each_act_is_told_whether_it_changes_anything(
    bodies: tuple[Event, ...], action: str, scope: str, channel: str, would: bool
) -> None:
    events = stream(CLAIMED, *bodies)
    line = timeline(events, at=events[-1].effective_at + HOUR)
    assert changes(line, "phone", action, scope, channel=channel) is would
