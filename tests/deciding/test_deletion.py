"""Deletion in every order with links, late news and the person's own grants (DESIGN §3; Y9, Y12, beyond 23)."""

from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.acts.act import Body
from ledger.acts.consent import Confirmation, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification, Link, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import Reassignment
from ledger.events.contact import ContactRestored, ContactsLinked
from ledger.events.identifier import Unblocked
from ledger.events.vocabulary import Hold
from ledger.rules.epochs import epochs
from ledger.rules.identity import attached, holder, is_deleted
from ledger.rules.status import Status, status
from tests.histories import EMAIL, ORGANIZATION, PHONE, START, act_of
from tests.memory_log import IDS, MemoryLog

DAY = timedelta(days=1)
SHOP = "acme/shop"
SENDER = "acme/shop/55512"


def key(one: Given) -> UUID:
    return IDS.identifier(ORGANIZATION, one.kind, one.value)


def signup(*givens: Given, channel: str = "sms") -> SignUp:
    return SignUp(givens, (Subscription(channel, SHOP, ("marketing",)),), "form")


ASKED = SignUp((PHONE,), (Subscription("sms", SHOP, ("marketing",), double_opt_in=True),), "form")
OWN_GRANTS: dict[str, Body] = {
    "a signup": signup(PHONE),
    "a signup by another address": signup(EMAIL, channel="email"),
    "a START": Reply(PHONE, SENDER, "START"),
    "a YES to a request": Reply(PHONE, SENDER, "Yes"),
    "a confirmed request": Confirmation(PHONE, "1", confirmed=True),
}


class Told:
    """A ledger in memory, told one act a day unless another day is named."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.log.register(ORGANIZATION, START)
        self.number = 0

    def tell(self, body: Body, day: int, *, recorded: int | None = None) -> str:
        """What happened on `day` and is recorded on the same or a later one."""
        self.number += 1
        at = START + DAY * (recorded if recorded is not None else day)
        return self.log.record(act_of(body, self.number, START + DAY * day, at), at)

    def contact(self, one: Given) -> UUID:
        held = holder(self.log.streams[key(one)])
        assert held is not None
        return held

    def deleted(self, one: Given) -> bool:
        return is_deleted(self.log.streams[self.contact(one)])

    def status(self, one: Given, channel: str = "sms") -> Status:
        events = self.log.streams[key(one)]
        return status(events, channel=channel, scope=SHOP, purpose="marketing", at=START + 90 * DAY)

    def hold(self, one: Given) -> Hold:
        return self.status(one).hold


def linked() -> Told:
    """Two people who signed up apart and were linked on day 2."""
    told = Told()
    told.tell(signup(PHONE), 0)
    told.tell(signup(EMAIL, channel="email"), 1)
    told.tell(Link(PHONE, EMAIL, "same person"), 2)
    return told


def link_id(told: Told) -> UUID:
    events = told.log.streams[told.contact(PHONE)]
    return next(event.body.link_id for event in events if isinstance(event.body, ContactsLinked))


def test_a_restored_person_is_restored_whole() -> None:
    told = linked()
    told.tell(ContactChange("delete", PHONE, "asked by phone"), 3)
    assert (told.hold(PHONE), told.hold(EMAIL)) == (Hold.BLOCKED, Hold.BLOCKED)
    told.tell(ContactChange("restore", EMAIL), 4)
    assert not told.deleted(PHONE)
    assert (told.hold(PHONE), told.hold(EMAIL)) == (Hold.NONE, Hold.NONE)


def test_those_unlinked_after_their_deletion_are_restored_each_by_itself() -> None:
    told = linked()
    told.tell(ContactChange("delete", PHONE), 3)
    told.tell(Unlink(link_id(told)), 4)
    told.tell(ContactChange("restore", EMAIL), 5)
    assert (told.deleted(PHONE), told.deleted(EMAIL)) == (True, False)
    assert (told.hold(PHONE), told.hold(EMAIL)) == (Hold.BLOCKED, Hold.NONE)


def test_a_link_made_while_one_is_deleted_leaves_it_blocked_until_restored() -> None:
    told = Told()
    told.tell(signup(PHONE), 0)
    told.tell(ContactChange("delete", PHONE), 1)
    told.tell(signup(EMAIL, channel="email"), 2)
    told.tell(Link(PHONE, EMAIL), 3)
    assert (told.hold(PHONE), told.hold(EMAIL)) == (Hold.BLOCKED, Hold.NONE)
    told.tell(ContactChange("restore", EMAIL), 4)
    assert told.hold(PHONE) is Hold.NONE


def test_one_restoring_ends_several_deletions() -> None:
    told = linked()
    for day in (3, 4, 5):
        told.tell(ContactChange("delete", PHONE), day)
    told.tell(ContactChange("restore", PHONE), 6)
    assert (told.deleted(PHONE), told.hold(PHONE)) == (False, Hold.NONE)


def test_restoring_who_is_not_deleted_is_nothing_new() -> None:
    assert linked().tell(ContactChange("restore", PHONE), 3) == "unchanged"


def test_an_identifier_that_joins_a_deleted_contact_is_blocked_and_restored_with_it() -> None:
    told = Told()
    told.tell(signup(PHONE), 0)
    told.tell(ContactChange("delete", PHONE), 1)
    told.tell(Identification((PHONE, EMAIL), "form"), 2)
    assert told.hold(EMAIL) is Hold.BLOCKED
    told.tell(signup(PHONE), 3)
    assert (told.deleted(PHONE), told.hold(EMAIL), told.hold(PHONE)) == (False, Hold.NONE, Hold.NONE)


@pytest.mark.parametrize(("day", "restored"), [(4, False), (5, False), (6, True)])
@pytest.mark.parametrize("own", OWN_GRANTS.values(), ids=OWN_GRANTS)
def test_only_an_own_grant_made_after_the_deletion_restores_however_late_it_arrives(
    own: Body, day: int, *, restored: bool
) -> None:
    told = Told()
    told.tell(ASKED, 0)
    told.tell(signup(EMAIL, channel="email"), 1)
    told.tell(Link(PHONE, EMAIL), 2)
    told.tell(ContactChange("delete", PHONE), 5)
    assert told.tell(own, day, recorded=7) == "recorded"
    assert (told.deleted(PHONE), told.deleted(EMAIL)) == (not restored, not restored)
    blocked = Hold.NONE if restored else Hold.BLOCKED
    assert (told.hold(PHONE), told.hold(EMAIL)) == (blocked, blocked)
    bodies = [event.body for events in told.log.streams.values() for event in events]
    assert any(isinstance(body, ContactRestored | Unblocked) for body in bodies) is restored


@given(days=st.permutations([1, 2, 3, 4]), count=st.integers(1, 4))
def test_contact_and_identifier_agree_whatever_the_order_of_arrival(days: list[int], count: int) -> None:
    """Deletions on days 1 and 3, own grants on 2 and 4: the latest that was told decides, on both streams."""
    told = Told()
    told.tell(signup(PHONE), 0)
    for day in days[:count]:
        told.tell(ContactChange("delete", PHONE) if day % 2 else signup(PHONE), day, recorded=10)
    latest_is_deletion = max(days[:count]) % 2 == 1
    assert told.deleted(PHONE) is latest_is_deletion
    assert told.hold(PHONE) is (Hold.BLOCKED if latest_is_deletion else Hold.NONE)


@pytest.mark.parametrize("others", [(), (EMAIL,)], ids=["alone", "with an e-mail"])
def test_the_new_holder_of_a_number_gets_neither_profile_nor_links_nor_consent(others: tuple[Given, ...]) -> None:
    told = Told()
    told.tell(signup(PHONE, *others), 0)
    former = told.contact(PHONE)
    told.tell(Reassignment(PHONE, "recycled"), 1)
    assert key(PHONE) not in attached(told.log.streams[former])
    assert holder(told.log.streams[key(PHONE)]) is None
    assert told.status(PHONE).reasons == ("never",)
    told.tell(signup(PHONE), 2)
    assert told.contact(PHONE) != former
    assert told.status(PHONE).sendable
    listed = epochs(told.log.streams[key(PHONE)])
    assert [(e.number, e.cause, e.contacts) for e in listed] == [
        (1, "first_heard_of", (former,)),
        (2, "recycled", (told.contact(PHONE),)),
    ]
    assert (listed[0].closed_at, listed[1].closed_at) == (START + DAY, None)


@pytest.mark.parametrize("cause", ["deactivated", "ported"])
def test_only_recycling_opens_an_epoch(cause: str) -> None:
    told = linked()
    former = told.contact(PHONE)
    told.tell(Reassignment(PHONE, cause), 3)
    assert told.contact(PHONE) == former
    assert len(epochs(told.log.streams[key(PHONE)])) == 1
    assert told.status(PHONE).sendable is (cause == "ported")


def test_who_claimed_a_number_after_it_was_recycled_keeps_it_when_the_news_is_late() -> None:
    told = Told()
    told.tell(signup(PHONE), 5)
    new = told.contact(PHONE)
    told.tell(Reassignment(PHONE, "recycled"), 3, recorded=6)
    assert told.contact(PHONE) == new
    assert told.status(PHONE).sendable


def test_epochs_do_not_depend_on_arrival() -> None:
    acts: tuple[tuple[Body, int], ...] = (
        (signup(PHONE), 1),
        (Reassignment(PHONE, "recycled"), 2),
        (Reassignment(PHONE, "recycled"), 4),
    )
    openings = set()
    for order in permutations(acts):
        told = Told()
        for body, day in order:
            told.tell(body, day, recorded=10)
        listed = epochs(told.log.streams[key(PHONE)])
        openings.add(tuple((one.number, one.opened_at, one.cause) for one in listed))
    assert len(openings) == 1
