"""What only the person's own fresh grant does: it opens an erased stream and ends the block of a deletion."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.identifier import (
    Blocked,
    Bounced,
    IdentifierErased,
    OptedOut,
    Paused,
    ReplyReceived,
    ReplyReclassified,
    Subscribed,
    SubscriptionConfirmed,
    Unblocked,
)
from ledger.events.vocabulary import Consent, Hold, ReplyClass
from ledger.rules.policy import Adoption, Policies, Policy
from ledger.rules.status import reasons
from ledger.rules.timeline import timeline
from tests.rules.streams import SCOPE, SENDER, START, asked, event, stream

DELETED = Blocked(scope="acme", cause="contact_deleted")
SIGNED = Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form")
ASKED = SIGNED.model_copy(update={"double_opt_in": True})
IMPORTED = SIGNED.model_copy(update={"method": "import"})
WEEK = timedelta(days=7)


def reply(reply_class: ReplyClass, sender: str = SENDER) -> ReplyReceived:
    return ReplyReceived(sender=sender, reply_class=reply_class, keywords="test/1")


@pytest.mark.parametrize(
    ("bodies", "hold"),
    [
        ((SIGNED,), Hold.NONE),
        ((reply(ReplyClass.START),), Hold.NONE),
        ((ASKED, SubscriptionConfirmed(request_act_id=UUID(int=2))), Hold.NONE),
        ((ASKED, reply(ReplyClass.YES)), Hold.NONE),
        ((ASKED,), Hold.BLOCKED),
        ((IMPORTED,), Hold.BLOCKED),
        ((reply(ReplyClass.YES),), Hold.BLOCKED),
        ((reply(ReplyClass.OTHER),), Hold.BLOCKED),
        ((ASKED, reply(ReplyClass.YES, "acme/outlet/777")), Hold.BLOCKED),
        ((ASKED.model_copy(update={"channel": "whatsapp"}), reply(ReplyClass.YES)), Hold.BLOCKED),
        ((ASKED, SubscriptionConfirmed(request_act_id=UUID(int=9))), Hold.BLOCKED),
    ],
    ids=str,
)
def test_a_deleted_contacts_block_ends_by(bodies: tuple[Event, ...], hold: Hold) -> None:
    assert asked(stream(DELETED, *bodies)).hold is hold


@pytest.mark.parametrize(
    ("placed", "lifted", "hold"),
    [
        ("contact_deleted", "contact_restored", Hold.NONE),
        ("contact_deleted", "act", Hold.NONE),
        ("act", "act", Hold.NONE),
        ("act", "contact_restored", Hold.BLOCKED),
    ],
)
def test_restoring_a_contact_lifts_only_what_its_deletion_placed(placed: Any, lifted: Any, hold: Hold) -> None:
    events = stream(Blocked(scope="acme", cause=placed), Unblocked(scope="acme", cause=lifted))
    assert asked(events).hold is hold


def test_an_own_grant_lifts_no_other_block_and_no_pause() -> None:
    assert asked(stream(Blocked(scope="acme"), SIGNED)).hold is Hold.BLOCKED
    assert asked(stream(Paused(scope="acme"), SIGNED)).hold is Hold.PAUSED


@pytest.mark.parametrize("answer", [reply(ReplyClass.YES), SubscriptionConfirmed(request_act_id=UUID(int=2))])
def test_an_answer_to_a_request_that_ran_out_ends_no_block(answer: Event) -> None:
    deleted, request = event(0, DELETED, START), event(1, ASKED, START)
    in_time = event(2, answer, START + WEEK - timedelta(seconds=1))
    too_late = event(2, answer, START + WEEK)
    assert asked([deleted, request, in_time]).hold is Hold.NONE
    assert asked([deleted, request, too_late]).hold is Hold.BLOCKED
    longer = Policies((Adoption(Policy(request_lifetime=WEEK * 2)),))
    assert asked([deleted, request, too_late], policies=longer).hold is Hold.NONE
    line = timeline([deleted, request, too_late], at=START + 2 * WEEK)
    assert reasons(line, channel="sms", scope=SCOPE, purpose="transactional") == ("blocked",)
    assert reasons(line, channel="sms", scope=SCOPE, purpose="transactional", policies=longer) == ()


def test_an_answer_in_the_second_of_its_request_ends_the_block() -> None:
    answer = SubscriptionConfirmed(request_act_id=UUID(int=2))
    assert (
        asked([event(0, DELETED, START - WEEK), event(1, ASKED, START), event(2, answer, START)]).hold is Hold.NONE
    )


def test_a_requests_life_is_by_the_policy_known() -> None:
    longer = Policies(
        (Adoption(Policy()), Adoption(Policy("l", request_lifetime=WEEK * 2), START, START + WEEK * 3))
    )
    answer = SubscriptionConfirmed(request_act_id=UUID(int=2))
    events = [event(0, DELETED, START), event(1, ASKED, START), event(2, answer, START + WEEK)]
    assert asked(events, policies=longer).hold is Hold.NONE
    assert asked(events, policies=longer, known_at=START + WEEK * 2).hold is Hold.BLOCKED


def test_an_answer_before_its_request_ends_no_block() -> None:
    confirmed = SubscriptionConfirmed(request_act_id=UUID(int=3))
    assert asked(stream(DELETED, confirmed, ASKED)).hold is Hold.BLOCKED


@pytest.mark.parametrize("channel", ["sms", "mms", "whatsapp", "viber", "voice", "*"])
@pytest.mark.parametrize(
    "body", [reply(ReplyClass.START), reply(ReplyClass.START, "acme/outlet/777"), ASKED, SIGNED]
)
def test_an_erased_stream_is_open_on_every_channel_once_the_person_opens_it(channel: str, body: Event) -> None:
    assert asked(stream(IdentifierErased()), channel=channel).erased
    assert not asked(stream(IdentifierErased(), body), channel=channel).erased


@pytest.mark.parametrize(
    "body", [IMPORTED, reply(ReplyClass.YES), reply(ReplyClass.STOP), Bounced(channel="sms", hard=True)]
)
def test_nothing_else_opens_an_erased_stream(body: Event) -> None:
    assert "erased" in asked(stream(IdentifierErased(), body)).reasons


def test_a_grant_on_the_persons_behalf_while_erased_is_void_for_good() -> None:
    events = stream(IdentifierErased(), IMPORTED, SIGNED.model_copy(update={"scope": "acme/outlet"}))
    assert asked(events).consent is Consent.NEVER
    assert asked(events, scope="acme/outlet").consent is Consent.SUBSCRIBED


def test_a_text_read_anew_as_start_opens_and_unblocks() -> None:
    reread = ReplyReclassified(reply_event_id=UUID(int=2), reply_class=ReplyClass.START, keywords="test/2")
    assert not asked(stream(IdentifierErased(), reply(ReplyClass.OTHER), reread), channel="voice").erased
    assert asked(stream(DELETED, reply(ReplyClass.OTHER), reread)).hold is Hold.NONE


def test_opt_outs_and_bounces_outlive_erasure() -> None:
    events = stream(
        OptedOut(channel="sms", scope=SENDER, method="keyword"),
        Bounced(channel="sms", hard=True),
        IdentifierErased(),
    )
    assert asked(events).reasons == ("erased", "unsubscribed", "bounced")
