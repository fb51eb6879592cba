"""How a reply stands: its latest reading, and whether anything is still to be done about it."""

from datetime import timedelta
from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.identifier import (
    EventReversed,
    IdentifierErased,
    OptedOut,
    ReplyReceived,
    ReplyReclassified,
    Subscribed,
)
from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.rules.policy import Adoption, Policies, Policy
from ledger.rules.replies import ReadReply, read_anew, read_replies, reading_of
from ledger.rules.timeline import timeline
from tests.rules.streams import HOUR, SCOPE, SENDER, START, asked, event, stream

FORM = Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form")
OTHER_LIST = FORM.model_copy(update={"scope": f"{SENDER}/sale"})
REQUEST = FORM.model_copy(update={"double_opt_in": True, "scope": SENDER})


def reply(reply_class: ReplyClass, sender: str = SENDER, confidence: Confidence | None = None) -> ReplyReceived:
    return ReplyReceived(sender=sender, reply_class=reply_class, keywords="test/1", confidence=confidence)


UNCLEAR = reply(ReplyClass.OTHER)


def reread(reply_class: ReplyClass, number: int = 2, confidence: Confidence | None = None) -> ReplyReclassified:
    return ReplyReclassified(
        reply_event_id=UUID(int=number),
        reply_class=reply_class,
        keywords="test/2",
        confidence=confidence,
        matched="enough" if confidence is Confidence.PHRASE else None,
    )


def read(*bodies: Event, policies: Policies | None = None) -> list[ReadReply]:
    events = stream(*bodies)
    line = timeline(events, at=START + timedelta(days=1))
    return read_replies(events, line, policies) if policies else read_replies(events, line)


STOPPED = OptedOut(channel="sms", scope=SENDER, method="link")


@pytest.mark.parametrize(
    ("bodies", "state"),
    [
        ((FORM, UNCLEAR), "open"),
        ((FORM, reply(ReplyClass.STOP)), "read"),
        ((STOPPED, UNCLEAR), "read"),
        ((FORM.model_copy(update={"channel": "voice"}), UNCLEAR), "read"),
        ((FORM.model_copy(update={"channel": "mms"}), UNCLEAR), "open"),
        ((FORM, reply(ReplyClass.OTHER, "acme/outlet/777")), "read"),
        ((FORM, reply(ReplyClass.OTHER, "acme")), "open"),
        ((FORM, UNCLEAR, STOPPED), "moot"),
        ((FORM, UNCLEAR, IdentifierErased()), "moot"),
        ((FORM, UNCLEAR, OptedOut(channel="sms", scope="acme/outlet", method="link")), "open"),
        ((FORM, UNCLEAR, EventReversed(reversed_event_id=UUID(int=2))), "reversed"),
        ((FORM, UNCLEAR, reread(ReplyClass.STOP)), "read"),
        ((FORM, UNCLEAR, reread(ReplyClass.OTHER)), "open"),
        ((FORM, UNCLEAR, reread(ReplyClass.OTHER, confidence=Confidence.PERSON)), "seen"),
        ((FORM, UNCLEAR, STOPPED, reread(ReplyClass.OTHER, confidence=Confidence.PERSON)), "seen"),
        ((STOPPED, UNCLEAR, reread(ReplyClass.OTHER, confidence=Confidence.PERSON)), "read"),
        ((REQUEST, UNCLEAR), "read"),
        ((FORM, UNCLEAR, reread(ReplyClass.STOP), EventReversed(reversed_event_id=UUID(int=3))), "open"),
    ],
)
def test_whether_it_waits(bodies: tuple[Event, ...], state: str) -> None:
    assert [one.state for one in read(*bodies)] == [state]


def test_it_waits_while_one_of_the_lists_it_came_from_is_left() -> None:
    stopped = OptedOut(channel="sms", scope=SCOPE, method="link")
    assert [one.state for one in read(FORM, UNCLEAR, stopped)] == ["moot"]
    assert [one.state for one in read(OTHER_LIST, FORM, UNCLEAR, stopped)] == ["open"]


def test_a_reply_that_declined_one_request_is_read_though_another_list_is_subscribed() -> None:
    assert [one.state for one in read(FORM, OTHER_LIST.model_copy(update={"double_opt_in": True}), UNCLEAR)] == [
        "read"
    ]


def test_what_it_was_read_as_by_what_and_when() -> None:
    (one,) = read(FORM, UNCLEAR, reread(ReplyClass.STOP, confidence=Confidence.PHRASE))
    assert (one.event.event_id, one.sender, one.reply_class) == (UUID(int=2), SENDER, ReplyClass.STOP)
    assert (one.confidence, one.matched, one.keywords) == (Confidence.PHRASE, "enough", "test/2")
    assert (one.read_by, one.read_at) == (UUID(int=3), START + 2 * HOUR)
    (one,) = read(reply(ReplyClass.STOP))
    assert (one.confidence, one.matched, one.keywords) == (Confidence.EXACT, None, "test/1")
    assert (one.read_by, one.read_at) == (UUID(int=1), START)
    assert read(UNCLEAR)[0].confidence is Confidence.NONE
    assert read(FORM, STOPPED) == []


def test_of_several_readings_the_latest_standing_one_counts() -> None:
    readings = [
        event(5, reread(ReplyClass.YES, 1), START + HOUR),
        event(3, reread(ReplyClass.STOP, 1), START + 2 * HOUR),
    ]
    others = [event(8, reread(ReplyClass.HELP, 9), START + 9 * HOUR)]
    first = event(0, UNCLEAR, START)
    assert reading_of(first, [*readings, *others]).reply_class is ReplyClass.STOP
    assert reading_of(first, [*readings, *others], [UUID(int=4)]).reply_class is ReplyClass.YES
    assert reading_of(first, others).event == first
    tied = [event(5, reread(ReplyClass.YES, 1), START), event(3, reread(ReplyClass.STOP, 1), START)]
    assert reading_of(first, tied).reply_class is reading_of(first, tied[::-1]).reply_class is ReplyClass.YES


def test_policy_says_whether_the_number_was_subscribed() -> None:
    short = Policies((Adoption(Policy("short", stop_reach="organization")),))
    stopped_elsewhere = reply(ReplyClass.STOP, "acme/outlet/777")
    assert [one.state for one in read(FORM, stopped_elsewhere, UNCLEAR)] == ["read", "open"]
    assert [one.state for one in read(FORM, stopped_elsewhere, UNCLEAR, policies=short)] == ["read", "read"]


def test_a_reading_tried_out_changes_what_is_answered() -> None:
    first = event(1, UNCLEAR, START + HOUR)
    tried = read_anew(first, ReplyClass.STOP, START + 9 * HOUR)
    assert tried.event_id != first.event_id
    assert (tried.effective_at, tried.envelope.recorded_at) == (START + 9 * HOUR, START + 9 * HOUR)
    assert asked([*stream(FORM), first]).consent == "subscribed"
    assert asked([*stream(FORM), first, tried]).consent == "unsubscribed"
