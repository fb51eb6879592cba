"""Nothing restrictive is lost: an opted-out address stays so until a later explicit consent (DESIGN §1)."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.rules.status import status
from tests.histories import (
    LEARNT,
    ORGANIZATION,
    PHONE,
    SCOPES,
    START,
    act_of,
    changes,
    histories,
    holds,
    moments,
    opt_outs,
    reassignments,
    receipts,
    replies,
    signups,
)
from tests.memory_log import IDS, MemoryLog

AFTERWARDS = START + timedelta(days=10)
NOT_CONSENT = st.one_of(
    signups(st.sampled_from(["import", "api"])).filter(lambda signup: signup.override is None),
    opt_outs,
    replies.filter(lambda reply: reply.text not in ("START", "Y")),
    receipts,
    holds,
    changes,
    reassignments,
)


@settings(max_examples=300)
@given(
    before=histories(longest=8),
    opt_out=opt_outs,
    after=st.lists(st.tuples(NOT_CONSENT, moments), max_size=8),
    scope=st.sampled_from(SCOPES),
    data=st.data(),
)
def test_no_bulk_grant_bounce_hold_or_reassignment_makes_an_opted_out_address_sendable(
    before: list[Act],
    opt_out: OptOut,
    after: list[tuple[object, object]],
    scope: str,
    data: st.DataObject,
) -> None:
    stopped = act_of(opt_out, 100, AFTERWARDS)
    later = [
        act_of(body, 200 + number, AFTERWARDS + (at - START))  # type: ignore[arg-type, operator]
        for number, (body, at) in enumerate(after)
    ]
    log = MemoryLog()
    log.register(ORGANIZATION, START)
    for act in data.draw(st.permutations([*before, stopped, *later])):
        log.record(act, LEARNT)
    events = log.streams[IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value)]
    channel = "sms" if opt_out.channel == "*" else opt_out.channel
    purpose = opt_out.purposes[0] if opt_out.purposes else "marketing"
    asked = status(events, channel=channel, scope=opt_out.scope, purpose=purpose, at=LEARNT)
    assert not asked.sendable
    assert "unsubscribed" in asked.reasons
    below = status(events, channel=channel, scope=f"{opt_out.scope}/x", purpose=purpose, at=LEARNT)
    assert not below.sendable


def test_the_generator_does_make_sendable_addresses() -> None:
    """Guards the property above against proving nothing: without the opt-out such a history is sendable."""
    log = MemoryLog()
    log.register(ORGANIZATION, START)
    signup = SignUp((PHONE,), (Subscription("sms", "acme", ("marketing",)),), "form")
    log.record(act_of(signup, 1, START), LEARNT)
    events = log.streams[IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value)]
    assert status(events, channel="sms", scope="acme/shop", purpose="marketing", at=LEARNT).sendable
