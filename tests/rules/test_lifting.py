"""Who may lift what: every way of opting out against every act that might lift it (DESIGN §4)."""

from datetime import timedelta
from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.identifier import (
    IdentifierReassigned,
    OptedOut,
    ReplyReceived,
    Subscribed,
    SubscriptionConfirmed,
)
from ledger.events.vocabulary import OPT_OUT_METHODS, Consent, ReplyClass
from ledger.rules.policy import Adoption, Policies, Policy
from tests.rules.streams import SCOPE, SENDER, START, asked, event, stream

LIFTED, STANDS = Consent.SUBSCRIBED, Consent.UNSUBSCRIBED
REQUEST_ACT = UUID(int=2)


def subscribed(
    method: str, *, channel: str = "*", double_opt_in: bool = False, override: bool = False
) -> Subscribed:
    return Subscribed(
        channel=channel,
        scope=SCOPE,
        purposes=("cart", "marketing"),
        method=method,
        double_opt_in=double_opt_in,
        override=override,
    )


def reply(reply_class: ReplyClass, sender: str = SENDER) -> ReplyReceived:
    return ReplyReceived(sender=sender, reply_class=reply_class, keywords="test/1")


CONFIRMED = (subscribed("form", double_opt_in=True), SubscriptionConfirmed(request_act_id=REQUEST_ACT))
ANSWERED_YES = (subscribed("form", channel="sms", double_opt_in=True), reply(ReplyClass.YES))
INVITED = (subscribed("import", double_opt_in=True), SubscriptionConfirmed(request_act_id=REQUEST_ACT))
ACTS: dict[str, tuple[Event, ...]] = {
    "form": (subscribed("form"),),
    "checkout": (subscribed("checkout"),),
    "call": (subscribed("call"),),
    "preference_page": (subscribed("preference_page"),),
    "keyword": (subscribed("keyword"),),
    "START": (reply(ReplyClass.START),),
    "confirmed form": CONFIRMED,
    "form answered YES": ANSWERED_YES,
    "confirmed import": INVITED,
    "import": (subscribed("import"),),
    "api": (subscribed("api"),),
    "import with override": (subscribed("import", override=True),),
    "api with override": (subscribed("api", override=True),),
    "unconfirmed form": (subscribed("form", double_opt_in=True),),
    "YES to nothing": (reply(ReplyClass.YES),),
    "HELP": (reply(ReplyClass.HELP),),
    "another text": (reply(ReplyClass.OTHER),),
}
OWN_DEVICE = {"keyword", "START", "confirmed form", "form answered YES", "confirmed import"}
OWN = OWN_DEVICE | {"form", "checkout", "call", "preference_page"}
OVERRIDES = {"import with override", "api with override"}
BY_DEVICE = {"keyword", "carrier", "provider_rejection"}

ON_TEXT: dict[str, set[str]] = {
    "link": OWN | OVERRIDES,
    "one_click": OWN | OVERRIDES,
    "manual": OWN | OVERRIDES,
    "import": OWN | OVERRIDES,
    "preference_page": OWN | OVERRIDES,
    "complaint": OWN,
    "keyword": OWN_DEVICE,
    "carrier": OWN_DEVICE,
    "provider_rejection": OWN_DEVICE,
}
"""Opt-out method → the acts that lift it on a text channel."""
TEXTED = {"START", "form answered YES"}
"""Replies by text: they say nothing about e-mail."""
ON_EMAIL = {method: (OWN | lifted & OVERRIDES) - TEXTED for method, lifted in ON_TEXT.items()}
"""Nothing on e-mail needs the person's own device."""

CASES = [
    pytest.param(channel, method, act, LIFTED if act in lifted[method] else STANDS, id=f"{channel} {method} {act}")
    for channel, lifted in (("sms", ON_TEXT), ("email", ON_EMAIL))
    for method in sorted(OPT_OUT_METHODS)
    for act in ACTS
]


@pytest.mark.parametrize(("channel", "method", "act", "expected"), CASES)
def test_an_opt_out_and_what_comes_after_it(channel: str, method: str, act: str, expected: Consent) -> None:
    opt_out = OptedOut(channel="*", scope=SENDER, method=method)
    assert asked(stream(opt_out, *ACTS[act]), channel=channel).consent is expected


def test_the_table_names_every_method() -> None:
    assert set(ON_TEXT) == OPT_OUT_METHODS


@pytest.mark.parametrize("channel", ["sms", "mms", "whatsapp", "viber"])
@pytest.mark.parametrize("method", sorted(BY_DEVICE))
def test_on_every_text_channel_a_form_is_not_enough(channel: str, method: str) -> None:
    events = stream(OptedOut(channel="*", scope=SENDER, method=method), subscribed("form"))
    assert asked(events, channel=channel).consent is STANDS


@pytest.mark.parametrize("method", sorted(BY_DEVICE))
def test_on_a_call_a_form_is_enough(method: str) -> None:
    events = stream(OptedOut(channel="*", scope=SENDER, method=method), subscribed("form"))
    assert asked(events, channel="voice").consent is LIFTED


@pytest.mark.parametrize("act", sorted(OWN | OVERRIDES))
def test_a_general_yes_never_lifts_a_specific_no(act: str) -> None:
    bodies = [
        body.model_copy(update={"sender" if isinstance(body, ReplyReceived) else "scope": "acme/shop"})
        if isinstance(body, ReplyReceived | Subscribed)
        else body
        for body in ACTS[act]
    ]
    events = stream(OptedOut(channel="*", scope=SCOPE, method="link"), *bodies)
    assert asked(events).consent is STANDS
    assert asked(events, scope=f"{SENDER}/sale").consent is LIFTED


@pytest.mark.parametrize("method", sorted(OPT_OUT_METHODS))
@pytest.mark.parametrize("act", sorted(ACTS))
def test_after_the_number_changed_hands(method: str, act: str) -> None:
    """The new holder's own act ends the old holder's opt-outs, a complaint's only as before; bulk ends none."""
    opt_out = OptedOut(channel="*", scope=SENDER, method=method)
    bodies = [
        body.model_copy(update={"request_act_id": UUID(int=3)}) if isinstance(body, SubscriptionConfirmed) else body
        for body in ACTS[act]
    ]
    events = stream(opt_out, IdentifierReassigned(cause="recycled"), *bodies)
    assert asked(events).consent is (LIFTED if act in OWN else STANDS)


@pytest.mark.parametrize("method", sorted(OPT_OUT_METHODS))
def test_a_new_holders_general_yes_ends_an_old_specific_no_but_a_complaints(method: str) -> None:
    opt_out = OptedOut(channel="*", scope=f"{SCOPE}/x", method=method)
    events = stream(opt_out, IdentifierReassigned(cause="recycled"), subscribed("form"))
    assert asked(events, scope=f"{SCOPE}/x").consent is (STANDS if method == "complaint" else LIFTED)


@pytest.mark.parametrize("method", sorted(OPT_OUT_METHODS))
def test_start_for_another_purpose_lifts_what_came_from_the_device_only(method: str) -> None:
    events = stream(subscribed("form"), OptedOut(channel="*", scope=SENDER, method=method), reply(ReplyClass.START))
    expected = LIFTED if method in BY_DEVICE else STANDS
    assert asked(events, purpose="cart").consent is expected


@pytest.mark.parametrize("own_device_only", [frozenset(), frozenset({"link"})])
def test_no_policy_changes_what_start_lifts_for_another_purpose(own_device_only: frozenset[str]) -> None:
    policies = Policies((Adoption(Policy(own_device_only=own_device_only)),))
    for method in ("keyword", "link"):
        opt_out = OptedOut(channel="*", scope=SENDER, method=method)
        events = stream(subscribed("form"), opt_out, reply(ReplyClass.START))
        expected = LIFTED if method == "keyword" else STANDS
        assert asked(events, purpose="cart", policies=policies).consent is expected


def test_who_may_lift_is_judged_by_the_policy_at_the_time_of_the_grant_as_known() -> None:
    noon, learnt = START + timedelta(hours=3), START + timedelta(days=2)
    policies = Policies((Adoption(Policy()), Adoption(Policy(own_device_only=frozenset()), noon, learnt)))
    opt_out = event(0, OptedOut(channel="sms", scope=SENDER, method="keyword"), START)
    before = event(1, subscribed("form"), noon - timedelta(seconds=1))
    after = event(2, subscribed("form"), noon)
    late = noon + timedelta(days=3)
    assert asked([opt_out, before], at=late, policies=policies).consent is STANDS
    assert asked([opt_out, after], at=late, policies=policies).consent is LIFTED
    assert asked([opt_out, after], at=late, policies=policies, known_at=learnt).consent is LIFTED
    assert asked([opt_out, after], at=late, policies=policies, known_at=noon).consent is STANDS
