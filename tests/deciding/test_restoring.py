"""The person's own fresh grant restores a deleted contact and unblocks its identifiers (DESIGN §3)."""

from datetime import datetime, timedelta

import pytest

from ledger.acts.act import Body
from ledger.acts.consent import Confirmation, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange
from ledger.events.vocabulary import Hold
from ledger.rules.identity import holder, is_deleted
from ledger.rules.status import status
from tests.histories import ORGANIZATION, PHONE, START, act_of
from tests.memory_log import IDS, MemoryLog

REQUEST = SignUp(
    (PHONE,), (Subscription("sms", "acme/shop/55512/vip", ("marketing",), double_opt_in=True),), "form"
)
YES = Reply(PHONE, "acme/shop/55512", "Yes")
CONFIRMED = Confirmation(PHONE, "2", confirmed=True)
DAY = timedelta(days=1)


def deleted_and_answered(answer: Body, after: timedelta) -> tuple[bool, Hold]:
    """Whether the contact is still deleted, and the hold, once a request made after the deletion is answered."""
    log = MemoryLog()
    log.register(ORGANIZATION, START)
    steps: tuple[tuple[datetime, Body], ...] = (
        (START, YES),
        (START + DAY, ContactChange("delete", PHONE)),
        (START + 2 * DAY, REQUEST),
    )
    for number, (at, body) in enumerate(steps):
        log.record(act_of(body, number, at, at), at)
    at = START + 2 * DAY + after
    log.record(act_of(answer, 9, at, at), at)
    events = log.streams[IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value)]
    contact = holder(events)
    assert contact is not None
    asked = status(events, channel="sms", scope="acme/shop/55512/vip", purpose="marketing", at=at + DAY)
    return is_deleted(log.streams[contact]), asked.hold


@pytest.mark.parametrize("answer", [YES, CONFIRMED], ids=["yes", "confirmation"])
def test_a_request_confirmed_in_time_restores(answer: Body) -> None:
    assert deleted_and_answered(answer, DAY) == (False, Hold.NONE)


@pytest.mark.parametrize("answer", [YES, CONFIRMED], ids=["yes", "confirmation"])
def test_a_request_confirmed_too_late_restores_nothing(answer: Body) -> None:
    assert deleted_and_answered(answer, 8 * DAY) == (True, Hold.BLOCKED)


def test_another_answer_restores_nothing() -> None:
    assert deleted_and_answered(Reply(PHONE, "acme/shop/55512", "who is this?"), DAY) == (True, Hold.BLOCKED)
    assert deleted_and_answered(Confirmation(PHONE, "2", confirmed=False), DAY) == (True, Hold.BLOCKED)
