"""In one second the restrictive one wins, whatever the ids; and other meetings that chance seldom makes."""

from datetime import timedelta
from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.identifier import (
    Banned,
    Bounced,
    ConfirmationDeclined,
    Delivered,
    EventReversed,
    OptedOut,
    ReplyReceived,
    Subscribed,
    SubscriptionConfirmed,
    Unbanned,
)
from ledger.events.vocabulary import Consent, ReplyClass
from tests.rules.streams import HOUR, SCOPE, SENDER, START, asked, event, stream

FORM = Subscribed(channel="sms", scope=SCOPE, purposes=("cart", "marketing"), method="form")
REQUEST = FORM.model_copy(update={"double_opt_in": True})
OPT_OUT = OptedOut(channel="sms", scope=SENDER, method="link")


def reply(reply_class: ReplyClass) -> ReplyReceived:
    return ReplyReceived(sender=SENDER, reply_class=reply_class, keywords="test/1")


@pytest.mark.parametrize(
    ("one", "other", "consent"),
    [
        (FORM, OPT_OUT, Consent.UNSUBSCRIBED),
        (FORM, reply(ReplyClass.STOP), Consent.UNSUBSCRIBED),
        (reply(ReplyClass.START), reply(ReplyClass.STOP), Consent.UNSUBSCRIBED),
        (reply(ReplyClass.START), OPT_OUT, Consent.UNSUBSCRIBED),
        (REQUEST, reply(ReplyClass.STOP), Consent.UNSUBSCRIBED),
        (REQUEST, reply(ReplyClass.YES), Consent.SUBSCRIBED),
        (REQUEST, reply(ReplyClass.OTHER), Consent.DECLINED),
        (REQUEST, SubscriptionConfirmed(request_act_id=UUID(int=1)), Consent.SUBSCRIBED),
        (REQUEST, ConfirmationDeclined(request_act_id=UUID(int=1)), Consent.DECLINED),
    ],
    ids=str,
)
def test_in_one_second(one: Event, other: Event, consent: Consent) -> None:
    for last in (1, 8):  # the other's id after the first's and, by the request's act, before none
        events = [event(0, one, START), event(last, other, START)]
        assert asked(events).consent is consent
    if one is not REQUEST:
        assert asked([event(8, one, START), event(1, other, START)]).consent is consent


@pytest.mark.parametrize("numbers", [(1, 2), (2, 1)])
def test_a_hold_and_a_bounce_outrank_what_lifts_them(numbers: tuple[int, int]) -> None:
    first, second = numbers
    banned = [event(first, Banned(scope="acme"), START), event(second, Unbanned(scope="acme"), START)]
    assert asked(banned).hold == "banned"
    bounced = [
        event(first, Bounced(channel="sms", hard=True), START),
        event(second, Delivered(channel="sms"), START),
    ]
    assert asked(bounced).deliverability == "bounced"


def test_a_yes_confirms_before_a_text_in_the_same_second_declines() -> None:
    for yes, other in ((1, 2), (2, 1)):
        events = [
            event(0, REQUEST, START),
            event(yes, reply(ReplyClass.YES), START + HOUR),
            event(other, reply(ReplyClass.OTHER), START + HOUR),
        ]
        assert asked(events).consent is Consent.SUBSCRIBED


def test_a_start_gives_nothing_back_while_another_opt_out_stands() -> None:
    soon = FORM.model_copy(update={"expires_at": START + 6 * HOUR})
    events = stream(
        FORM,
        reply(ReplyClass.STOP),
        OptedOut(channel="sms", scope=SCOPE, method="link"),
        reply(ReplyClass.START),
        soon,
    )
    assert asked(events, purpose="cart", at=START + 5 * HOUR).consent is Consent.SUBSCRIBED
    assert asked(events, purpose="cart", at=START + 7 * HOUR).consent is Consent.EXPIRED


def test_a_request_ended_by_an_opt_out_is_confirmed_by_nothing() -> None:
    confirmed = SubscriptionConfirmed(request_act_id=UUID(int=1))
    assert asked(stream(REQUEST, OPT_OUT, confirmed)).consent is Consent.UNSUBSCRIBED
    lifted = stream(REQUEST, OPT_OUT, FORM.model_copy(update={"expires_at": START + 3 * HOUR}), confirmed)
    assert asked(lifted, at=START + 4 * HOUR).consent is Consent.EXPIRED


def test_a_reversed_reversal_reverses_nothing_and_one_of_two_is_enough() -> None:
    reversal, again = EventReversed(reversed_event_id=UUID(int=2)), EventReversed(reversed_event_id=UUID(int=3))
    assert asked(stream(FORM, OPT_OUT, reversal)).consent is Consent.SUBSCRIBED
    assert asked(stream(FORM, OPT_OUT, reversal, again)).consent is Consent.UNSUBSCRIBED
    assert asked(stream(FORM, OPT_OUT, reversal, again, reversal)).consent is Consent.SUBSCRIBED
    third = EventReversed(reversed_event_id=UUID(int=4))
    assert asked(stream(FORM, OPT_OUT, reversal, again, third)).consent is Consent.SUBSCRIBED


def test_an_opt_out_ends_the_request_of_the_same_second() -> None:
    late = SubscriptionConfirmed(request_act_id=UUID(int=2))
    events = [event(1, REQUEST, START), event(0, OPT_OUT, START), event(3, late, START + timedelta(hours=1))]
    assert asked(events).consent is Consent.UNSUBSCRIBED
