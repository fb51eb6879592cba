"""When an erased identifier counts as closed, for deciding what may be recorded about it (DESIGN §3)."""

from datetime import timedelta

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierErased, OptedOut, ReplyReceived, Subscribed
from ledger.events.vocabulary import ReplyClass
from ledger.rules.erasure import closed_since
from tests.rules.streams import HOUR, SCOPE, SENDER, START, event, stream

ERASED = IdentifierErased()
FORM = Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form")
ASKED = FORM.model_copy(update={"double_opt_in": True})
IMPORT = FORM.model_copy(update={"method": "import"})
OPT_OUT = OptedOut(channel="sms", scope=SCOPE, method="link")


def reply(reply_class: ReplyClass) -> ReplyReceived:
    return ReplyReceived(sender=SENDER, reply_class=reply_class, keywords="test/1")


def test_an_identifier_never_erased_is_open() -> None:
    assert closed_since([]) is None
    assert closed_since(stream(FORM, OPT_OUT, FORM)) is None


def test_an_erased_one_is_closed_since_its_latest_erasure() -> None:
    assert closed_since(stream(FORM, ERASED)) == START + HOUR
    twice = stream(ERASED, FORM, ERASED)
    assert closed_since(twice) == closed_since(twice[::-1]) == START + 2 * HOUR


def test_only_the_persons_own_later_act_opens_it() -> None:
    for opens in (FORM, ASKED, reply(ReplyClass.START)):
        assert closed_since(stream(ERASED, opens)) is None
        assert closed_since(stream(ERASED, opens)[::-1]) is None
    for other in (IMPORT, OPT_OUT, reply(ReplyClass.YES), reply(ReplyClass.STOP)):
        assert closed_since(stream(ERASED, other)) == START


def test_an_act_of_before_or_of_the_same_moment_opens_nothing() -> None:
    def with_form_at(at: timedelta) -> list[Recorded]:
        return [event(0, ERASED, START), event(1, FORM, START + at)]

    assert closed_since(with_form_at(-HOUR)) == START
    assert closed_since(with_form_at(timedelta(0))) == START
    assert closed_since(with_form_at(timedelta(seconds=1))) is None


def test_of_several_acts_the_latest_counts() -> None:
    events = [event(0, ERASED, START), event(1, FORM, START + HOUR), event(2, FORM, START - HOUR)]
    assert closed_since(events) is None
    assert closed_since(events[::-1]) is None
