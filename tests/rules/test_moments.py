"""Since when, until when, how often: what a status says beside its three axes."""

from datetime import timedelta
from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.identifier import (
    Banned,
    Blacklisted,
    Bounced,
    Complained,
    ConfirmationDeclined,
    Delivered,
    EventReversed,
    IdentifierErased,
    IdentifierReassigned,
    OptedOut,
    Paused,
    ReplyReceived,
    Subscribed,
    SubscriptionConfirmed,
)
from ledger.events.settings import PlatformBlacklisted, PlatformUnblacklisted
from ledger.events.vocabulary import Consent, Deliverability, Hold, ReplyClass
from ledger.rules.policy import Adoption, Policies, Policy
from ledger.rules.status import status
from tests.rules.streams import HOUR, SCOPE, SENDER, START, asked, event, stream

DAY = timedelta(days=1)
FORM = Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form")
REQUEST = FORM.model_copy(update={"double_opt_in": True})
OPT_OUT = OptedOut(channel="sms", scope=SENDER, method="link")


def reply(reply_class: ReplyClass) -> ReplyReceived:
    return ReplyReceived(sender=SENDER, reply_class=reply_class, keywords="test/1")


def test_the_first_and_the_latest_subscribe_date_outlive_an_opt_out() -> None:
    given = asked(stream(FORM, OPT_OUT, FORM, OPT_OUT))
    assert (given.first_subscribed_at, given.latest_subscribed_at) == (START, START + 2 * HOUR)
    assert (given.consent, given.consent_since, given.consent_method) == (
        Consent.UNSUBSCRIBED,
        START + 3 * HOUR,
        "link",
    )
    assert given.consent_event == given.deciding_event == UUID(int=4)


def test_a_new_holder_has_subscribe_dates_of_its_own() -> None:
    given = asked(stream(FORM, IdentifierReassigned(cause="recycled")))
    assert (given.first_subscribed_at, given.latest_subscribed_at) == (None, None)
    given = asked(stream(FORM, IdentifierReassigned(cause="recycled"), FORM))
    assert given.first_subscribed_at == given.latest_subscribed_at == given.consent_since == START + 2 * HOUR


def test_a_grant_given_back_by_start_counts_from_its_own_time() -> None:
    cart = FORM.model_copy(update={"purposes": ("cart",)})
    given = asked(stream(cart, reply(ReplyClass.STOP), reply(ReplyClass.START)), purpose="cart")
    assert (given.consent_since, given.consent_method) == (START, "form")
    assert given.latest_subscribed_at == START + 2 * HOUR


def test_nobody_who_never_subscribed_has_a_subscribe_date() -> None:
    given = asked(stream(OPT_OUT))
    assert (given.first_subscribed_at, given.latest_subscribed_at) == (None, None)


def test_what_had_run_out_by_the_start_is_not_given_back() -> None:
    ending = FORM.model_copy(update={"purposes": ("cart",), "expires_at": START + 2 * HOUR})
    events = stream(ending, reply(ReplyClass.STOP), reply(ReplyClass.START))
    assert asked(events, purpose="cart").consent is Consent.NEVER
    in_time = event(2, events[2].body, START + 1.5 * HOUR)
    given = asked([*events[:2], in_time], purpose="cart", at=START + 1.9 * HOUR)
    assert given.consent is Consent.SUBSCRIBED


@pytest.mark.parametrize("end", [IdentifierErased(), IdentifierReassigned(cause="recycled")], ids=str)
def test_a_start_gives_nothing_back_over_an_end_for_good(end: Event) -> None:
    cart = FORM.model_copy(update={"purposes": ("cart",)})
    events = stream(cart, reply(ReplyClass.STOP), end, reply(ReplyClass.START))
    assert asked(events, purpose="cart").consent is Consent.NEVER


def test_expired_is_since_the_last_end() -> None:
    later, sooner = (FORM.model_copy(update={"expires_at": START + HOUR * hours}) for hours in (3, 2))
    given = asked(stream(later, sooner), at=START + DAY)
    assert (given.consent_since, given.consent_event) == (START + 3 * HOUR, UUID(int=1))


def test_an_opt_out_is_since_the_first_that_stands() -> None:
    given = asked(stream(OPT_OUT, OPT_OUT))
    assert (given.consent_since, given.consent_event) == (START, UUID(int=1))


def test_a_stop_and_a_confirmed_request_say_how() -> None:
    assert asked(stream(reply(ReplyClass.STOP))).consent_method == "keyword"
    started = asked(stream(OPT_OUT, reply(ReplyClass.START)))
    assert (started.consent_method, started.consent_since) == ("keyword", START + HOUR)
    assert asked(stream(REQUEST, reply(ReplyClass.YES))).consent_method == "keyword"
    confirmed = asked(stream(REQUEST, SubscriptionConfirmed(request_act_id=UUID(int=1))))
    assert (confirmed.consent_method, confirmed.consent_since) == ("confirmation", START + HOUR)


def test_a_request_changes_when_it_runs_out_and_a_declined_one_never() -> None:
    pending = asked(stream(REQUEST))
    assert (pending.consent_since, pending.consent_method) == (START, "form")
    assert pending.changes_at == START + 7 * DAY
    assert asked(stream(REQUEST), at=START + 7 * DAY).consent is Consent.NEVER
    declined = asked(stream(REQUEST, ConfirmationDeclined(request_act_id=UUID(int=1))))
    assert (declined.consent_since, declined.consent_method) == (START + HOUR, "form")
    assert declined.changes_at is None
    late = asked(stream(REQUEST, ConfirmationDeclined(request_act_id=UUID(int=1))), at=START + 30 * DAY)
    assert late.consent is Consent.DECLINED


def test_a_decline_after_the_request_ran_out_declines_nothing() -> None:
    declined = event(1, ConfirmationDeclined(request_act_id=UUID(int=1)), START + 7 * DAY)
    assert asked([event(0, REQUEST, START), declined]).consent is Consent.NEVER


def test_the_latest_open_request_decides_between_pending_and_declined() -> None:
    declined = ConfirmationDeclined(request_act_id=UUID(int=1))
    assert asked(stream(REQUEST, declined, REQUEST)).consent is Consent.PENDING
    assert asked(stream(REQUEST, declined, REQUEST), at=START + 20 * DAY).consent is Consent.DECLINED


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_consent_ends_at_its_end(seconds: int) -> None:
    end = START + DAY
    given = asked(stream(FORM.model_copy(update={"expires_at": end})), at=end + timedelta(seconds=seconds))
    assert given.consent is (Consent.SUBSCRIBED if seconds < 0 else Consent.EXPIRED)
    assert given.changes_at == (end if seconds < 0 else None)
    assert given.consent_since == (START if seconds < 0 else end)


def test_the_next_change_is_the_nearest_of_all() -> None:
    ending = FORM.model_copy(update={"expires_at": START + 3 * DAY})
    given = asked(stream(ending, Paused(scope="acme", until=START + 2 * DAY)))
    assert (given.changes_at, given.hold, given.hold_until) == (START + 2 * DAY, Hold.PAUSED, START + 2 * DAY)
    assert (given.hold_since, given.hold_event) == (START + HOUR, UUID(int=2))
    assert asked(stream(ending, Banned(scope="acme"))).changes_at == START + 3 * DAY


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_pause_ends_at_its_end(seconds: int) -> None:
    events = stream(Paused(scope="acme", until=START + DAY))
    given = asked(events, at=START + DAY + timedelta(seconds=seconds))
    assert given.hold is (Hold.PAUSED if seconds < 0 else Hold.NONE)
    assert (given.hold_since, given.hold_until) == ((START, START + DAY) if seconds < 0 else (None, None))


def test_a_ban_and_a_block_have_no_end() -> None:
    given = asked(stream(Banned(scope="acme")))
    assert (given.hold_since, given.hold_until, given.hold_event) == (START, None, UUID(int=1))


def test_soft_bounces_are_counted_apart_and_bounced_is_since_the_one_that_filled_the_threshold() -> None:
    soft, hard = Bounced(channel="sms", hard=False), Bounced(channel="sms", hard=True)
    given = asked(stream(soft, soft))
    assert (given.deliverability, given.soft_bounces) == (Deliverability.ACTIVE, 2)
    assert (given.deliverability_event, given.deliverability_since) == (None, None)
    given = asked(stream(soft, soft, soft, soft, hard))
    assert (given.soft_bounces, given.deliverability_since, given.deliverability_event) == (
        4,
        START + 2 * HOUR,
        UUID(int=3),
    )
    given = asked(stream(soft, hard, soft, soft))
    assert (given.soft_bounces, given.deliverability_since) == (3, START + HOUR)
    given = asked([event(9, hard, START), event(0, soft, START + HOUR), event(1, soft, START + 2 * HOUR)])
    assert (given.deliverability_since, given.deliverability_event) == (START, UUID(int=10))
    given = asked(stream(hard, Delivered(channel="sms"), soft))
    assert (given.deliverability, given.soft_bounces) == (Deliverability.ACTIVE, 1)


def test_the_threshold_is_that_of_the_moment_asked_for() -> None:
    change = START + DAY
    policies = Policies((Adoption(Policy()), Adoption(Policy(version="two", bounce_threshold=2), change, change)))
    events = stream(Bounced(channel="sms", hard=False), Bounced(channel="sms", hard=False))
    before = asked(events, at=change - timedelta(seconds=1), policies=policies)
    after = asked(events, at=change, policies=policies)
    unknown = asked(events, at=change, policies=policies, known_at=change - timedelta(seconds=1))
    assert [given.deliverability for given in (before, after, unknown)] == ["active", "bounced", "active"]
    assert [given.policy for given in (before, after, unknown)] == ["built-in/1", "two", "built-in/1"]


def test_complained_outranks_blacklisted_outranks_bounced() -> None:
    hard = Bounced(channel="sms", hard=True)
    given = asked(stream(hard, Blacklisted(), Complained(channel="sms")))
    assert (given.deliverability, given.deliverability_since) == (Deliverability.COMPLAINED, START + 2 * HOUR)
    assert given.reasons == ("complained", "blacklisted", "bounced", "never")
    given = asked(stream(hard, Blacklisted()))
    assert (given.deliverability, given.deliverability_event) == (Deliverability.BLACKLISTED, UUID(int=2))
    assert given.deliverability_since == START + HOUR


def test_the_platforms_list_counts_until_taken_off_and_no_organization_takes_it_off() -> None:
    def listed(*bodies: PlatformBlacklisted | PlatformUnblacklisted, at: timedelta = DAY) -> str:
        since = START + HOUR * (len(bodies) - 1)
        platform = [event(10 + n, body, START + HOUR * n) for n, body in enumerate(bodies)]
        given = status([], channel="email", scope=SCOPE, purpose="transactional", at=START + at, platform=platform)
        assert given.deliverability_since == (since if given.deliverability == "blacklisted" else None)
        return given.deliverability

    assert listed(PlatformBlacklisted()) == "blacklisted"
    assert listed(PlatformBlacklisted(), at=-HOUR) == "active"
    assert listed(PlatformBlacklisted(), PlatformUnblacklisted()) == "active"


def test_a_transactional_message_is_stopped_by_the_opt_out_that_is_named() -> None:
    given = asked(stream(FORM, reply(ReplyClass.STOP)), purpose="transactional")
    assert (given.reasons, given.deciding_event) == (("unsubscribed",), UUID(int=2))


def test_erasure_names_its_event_and_goes_first() -> None:
    given = asked(stream(OPT_OUT, IdentifierErased()))
    assert (given.erased_event, given.deciding_event) == (UUID(int=2), UUID(int=2))
    assert given.reasons == ("erased", "unsubscribed")


def test_a_reversal_counts_for_every_moment_but_only_once_known() -> None:
    events = stream(FORM, OPT_OUT, EventReversed(reversed_event_id=UUID(int=2)))
    moment = START + HOUR
    assert asked(events, at=moment).consent is Consent.SUBSCRIBED
    assert asked(events, at=moment, known_at=START + HOUR).consent is Consent.UNSUBSCRIBED
    assert asked(events, at=moment, known_at=START + 2 * HOUR).consent is Consent.SUBSCRIBED


def test_what_comes_later_than_asked_is_said_last() -> None:
    given = asked(stream(FORM, OPT_OUT), at=START)
    assert given.consent is Consent.SUBSCRIBED
    assert [(v.event_id.int, v.effect, v.rule) for v in given.verdicts] == [
        (1, "decisive", "grant.live"),
        (2, "void", "later_than_asked"),
    ]


def test_a_status_says_what_it_was_asked() -> None:
    given = asked(stream(FORM), at=START + DAY)
    assert (given.channel, given.scope, given.purpose, given.at) == ("sms", SCOPE, "marketing", START + DAY)


@pytest.mark.parametrize(("seconds", "consent"), [(-1, Consent.SUBSCRIBED), (0, Consent.NEVER), (1, Consent.NEVER)])
def test_a_confirmation_at_the_end_of_the_request_is_too_late(seconds: int, consent: Consent) -> None:
    for answer in (SubscriptionConfirmed(request_act_id=UUID(int=1)), reply(ReplyClass.YES)):
        at = START + 7 * DAY + timedelta(seconds=seconds)
        assert asked([event(0, REQUEST, START), event(1, answer, at)]).consent is consent
