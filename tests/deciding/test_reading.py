"""What a batch reads before it decides: not the contact of an act that is about its identifier alone."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from ledger.acts.act import Body
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import ProfileEdit
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, Receipt
from ledger.events.envelope import Recorded
from ledger.events.identifier import OptedOut
from ledger.rules.identity import holder
from tests.histories import ORGANIZATION, PHONE, START, act_of
from tests.memory_log import IDS, MemoryLog

EMAIL = Given("email", "ann@example.com", "ann@example.com")
CUSTOMER = Given("external_id", "4711", "4711")
SUBSCRIBED = SignUp((EMAIL, CUSTOMER, PHONE), (Subscription("sms", "acme", ("marketing",)),), "form")
STREAM, LATER = IDS.identifier(ORGANIZATION, EMAIL.kind, EMAIL.value), START + timedelta(hours=1)


class _Noting(MemoryLog):
    """Notes which streams were read."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: set[UUID] = set()

    def read(self, stream_ids: Iterable[UUID] | Collection[UUID], /) -> dict[UUID, Sequence[Recorded]]:
        found = super().read(stream_ids)
        self.noted |= found.keys()
        return found


@pytest.fixture
def log() -> _Noting:
    log = _Noting()
    log.register(ORGANIZATION, START)
    log.record(act_of(SUBSCRIBED, 1, START, START), START)
    log.noted.clear()
    return log


def _read_contact(log: _Noting, body: Body) -> bool:
    contact = holder(log.streams[STREAM])
    assert log.record(act_of(body, 2, LATER, LATER), LATER) in ("recorded", "unchanged")
    assert STREAM in log.noted
    return contact in log.noted


@pytest.mark.parametrize(
    "body",
    [
        OptOut(EMAIL, "email", "acme", (), "link"),
        Receipt(EMAIL, "email", "delivered"),
        Receipt(EMAIL, "email", "hard_bounce"),
        Receipt(EMAIL, "email", "complaint"),
        DeliverabilityChange(EMAIL, "blacklist"),
    ],
    ids=lambda body: f"{type(body).__name__}-{getattr(body, 'outcome', '')}",
)
def test_what_stays_with_the_identifier_reads_no_contact(log: _Noting, body: Body) -> None:
    assert not _read_contact(log, body)


def test_what_is_told_of_the_person_reads_the_contact(log: _Noting) -> None:
    assert _read_contact(log, ProfileEdit(EMAIL, set={"city": "Lyon"}))


def test_an_opt_out_of_a_channel_that_the_identifier_lacks_reaches_the_others(log: _Noting) -> None:
    log.record(act_of(OptOut(CUSTOMER, "sms", "acme", (), "manual"), 2, LATER, LATER), LATER)
    carried = log.streams[IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value)][-1].body
    assert isinstance(carried, OptedOut)
    assert carried.carried_from is not None
