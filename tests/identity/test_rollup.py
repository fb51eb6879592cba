"""Whose identifiers these are: roll-up, links, unlinks, carrying over (DESIGN §4; L8, C1, C16)."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.acts.act import Body
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import Identification, Link, ProfileEdit, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange
from ledger.events.contact import CandidateListed, ContactsLinked
from ledger.events.identifier import IdentifierClaimed
from ledger.rules.identity import attached, holder, links, person
from ledger.rules.profile import profile
from ledger.rules.status import status
from tests.histories import LEARNT, ORGANIZATION, START, act_of
from tests.memory_log import IDS, MemoryLog

ANN = Given("email", "ann@example.com", "ann@example.com")
ANN_PHONE = Given("phone", "+14155550100", "+14155550100")
KEY = Given("external_id", "4711", "4711")
BEN = Given("email", "ben@example.com", "ben@example.com")
BROWSER = Given("tracker", "t-1", "t-1")


def fresh() -> MemoryLog:
    log = MemoryLog()
    log.register(ORGANIZATION, START)
    return log


class Ledger:
    """A log with a running message number and clock."""

    def __init__(self) -> None:
        self.log = fresh()
        self.number = 0

    def does(self, body: Body) -> str:
        self.number += 1
        return self.log.record(act_of(body, self.number, START + timedelta(minutes=self.number)), LEARNT)

    def sees(self, *givens: Given, method: str = "form") -> str:
        return self.does(Identification(tuple(givens), method))

    def person(self, given: Given) -> UUID | None:
        contact = holder(self.log.read([key(given)])[key(given)])
        return None if contact is None else person(contact, self.log.read).id

    def link_of(self, given: Given) -> UUID:
        contact = holder(self.log.read([key(given)])[key(given)])
        assert contact is not None
        return next(iter(links(self.log.read([contact])[contact])))

    def sendable(self, given: Given, channel: str) -> tuple[bool, tuple[str, ...]]:
        events = self.log.read([key(given)])[key(given)]
        asked = status(events, channel=channel, scope=ORGANIZATION, purpose="marketing", at=LEARNT)
        return asked.sendable, asked.reasons


def key(given: Given) -> UUID:
    return IDS.identifier(ORGANIZATION, given.kind, given.value)


def signup(*givens: Given, channel: str = "sms", method: str = "form") -> SignUp:
    return SignUp(tuple(givens), (Subscription(channel, ORGANIZATION, ("marketing",)),), method)


def test_identifiers_given_together_are_one_person() -> None:
    ledger = Ledger()
    ledger.sees(ANN, ANN_PHONE)
    assert ledger.person(ANN) == ledger.person(ANN_PHONE) is not None


def test_an_unknown_identifier_joins_the_person_who_owns_a_known_one() -> None:
    ledger = Ledger()
    ledger.sees(ANN)
    before = ledger.person(ANN)
    ledger.sees(ANN_PHONE, ANN)
    assert ledger.person(ANN_PHONE) == before


def test_people_whose_identifiers_come_together_are_linked_and_the_oldest_gives_the_id() -> None:
    ledger = Ledger()
    ledger.sees(ANN)
    ledger.sees(ANN_PHONE)
    oldest = ledger.person(ANN)
    ledger.sees(ANN_PHONE, ANN)
    assert ledger.person(ANN_PHONE) == ledger.person(ANN) == oldest


def test_a_bulk_message_never_links_but_lists_a_candidate() -> None:
    ledger = Ledger()
    ledger.sees(ANN)
    ledger.sees(ANN_PHONE)
    ledger.sees(ANN_PHONE, ANN, method="import")
    assert ledger.person(ANN_PHONE) != ledger.person(ANN)
    names = [event.body for events in ledger.log.streams.values() for event in events]
    assert sum(isinstance(body, CandidateListed) for body in names) == 2


def test_a_weak_identifier_moves_to_the_latest_identified_person_and_links_nobody() -> None:
    ledger = Ledger()
    ledger.sees(ANN, BROWSER)
    ledger.sees(BEN, BROWSER)
    assert ledger.person(BROWSER) == ledger.person(BEN) != ledger.person(ANN)


def test_an_anonymous_contact_is_linked_to_the_first_person_it_is_identified_as() -> None:
    ledger = Ledger()
    ledger.sees(BROWSER)
    anonymous = ledger.person(BROWSER)
    ledger.sees(BROWSER, ANN)
    assert ledger.person(BROWSER) == ledger.person(ANN) != anonymous


def test_two_external_ids_are_never_linked_automatically() -> None:
    ledger = Ledger()
    other = Given("external_id", "4712", "4712")
    ledger.sees(ANN, KEY)
    ledger.sees(BEN, other)
    ledger.sees(ANN, BEN)
    assert ledger.person(ANN) != ledger.person(BEN)
    ledger.does(Link(ANN, BEN, "same household"))
    assert ledger.person(ANN) == ledger.person(BEN)


def test_a_blocked_value_brings_nobody_together() -> None:
    ledger = Ledger()
    nobody = Given("email", "noreply@example.com", "noreply@example.com")
    ledger.sees(nobody, ANN)
    ledger.sees(nobody, BEN)
    assert ledger.person(ANN) != ledger.person(BEN)
    assert ledger.person(nobody) not in (None, ledger.person(ANN), ledger.person(BEN))


def test_unlink_gives_both_sides_back_and_they_are_never_linked_automatically_again() -> None:
    ledger = Ledger()
    ledger.sees(ANN)
    ledger.sees(ANN_PHONE)
    left, right = ledger.person(ANN), ledger.person(ANN_PHONE)
    ledger.sees(ANN_PHONE, ANN)
    ledger.does(Unlink(ledger.link_of(ANN), "wrong"))
    assert (ledger.person(ANN), ledger.person(ANN_PHONE)) == (left, right)
    ledger.sees(ANN_PHONE, ANN)
    assert ledger.person(ANN) != ledger.person(ANN_PHONE)


def test_an_opt_out_of_the_customer_number_reaches_the_phone_attached_later() -> None:
    ledger = Ledger()
    ledger.does(signup(ANN_PHONE))
    assert ledger.sendable(ANN_PHONE, "sms") == (True, ())
    ledger.does(OptOut(KEY, "sms", ORGANIZATION, (), "manual"))
    ledger.sees(KEY, ANN_PHONE)
    assert ledger.sendable(ANN_PHONE, "sms") == (False, ("unsubscribed",))


def test_an_opt_out_of_a_channel_the_phone_cannot_have_stops_the_phone_and_the_persons_mail() -> None:
    ledger = Ledger()
    ledger.does(signup(ANN_PHONE))
    ledger.does(signup(ANN, channel="email"))
    ledger.does(OptOut(ANN_PHONE, "*", ORGANIZATION, (), "manual", elsewhere="email"))
    assert ledger.sendable(ANN_PHONE, "sms") == (False, ("unsubscribed",))
    assert ledger.sendable(ANN, "email")[0]
    ledger.sees(ANN_PHONE, ANN)
    assert ledger.sendable(ANN, "email") == (False, ("unsubscribed",))


def test_what_was_carried_over_a_link_is_taken_back_by_unlinking() -> None:
    ledger = Ledger()
    ledger.does(signup(ANN_PHONE))
    ledger.does(OptOut(KEY, "sms", ORGANIZATION, (), "manual"))
    ledger.does(Link(KEY, ANN_PHONE, "asked"))
    assert not ledger.sendable(ANN_PHONE, "sms")[0]
    ledger.does(Unlink(ledger.link_of(KEY), "wrong"))
    assert ledger.sendable(ANN_PHONE, "sms") == (True, ())


def test_a_ban_of_the_customer_number_bans_the_phone_until_it_is_lifted_there() -> None:
    ledger = Ledger()
    ledger.does(signup(ANN_PHONE))
    ledger.sees(KEY, ANN_PHONE)
    ledger.does(HoldChange(KEY, "ban", ORGANIZATION))
    assert ledger.sendable(ANN_PHONE, "sms") == (False, ("banned",))
    ledger.does(HoldChange(KEY, "unban", ORGANIZATION))
    assert ledger.sendable(ANN_PHONE, "sms") == (True, ())


STRONG = [Given("email", f"{name}@example.com", f"{name}@example.com") for name in ("ann", "ben", "eve", "joe")] + [
    Given("phone", f"+1415555010{digit}", "") for digit in range(3)
]
groups = st.lists(st.lists(st.sampled_from(STRONG), min_size=1, max_size=3, unique=True), max_size=7)


def components(together: Iterable[list[Given]]) -> set[frozenset[Given]]:
    """Plain union of what was ever given together: the answer by another way."""
    parts: list[set[Given]] = []
    for group in together:
        touching = [part for part in parts if part & set(group)]
        parts = [part for part in parts if part not in touching] + [set(group).union(*touching)]
    return {frozenset(part) for part in parts}


@settings(max_examples=150)
@given(together=groups, data=st.data())
def test_people_are_the_connected_components_in_whatever_order_they_arrive(
    together: list[list[Given]], data: st.DataObject
) -> None:
    ledger = Ledger()
    for group in data.draw(st.permutations(together)):
        ledger.sees(*group)
    people: dict[UUID, set[Given]] = {}
    for given_ in {one for group in together for one in group}:
        found = ledger.person(given_)
        assert found is not None
        people.setdefault(found, set()).add(given_)
    assert {frozenset(members) for members in people.values()} == components(together)


@given(together=groups)
def test_every_identifier_is_attached_where_it_is_claimed(together: list[list[Given]]) -> None:
    ledger = Ledger()
    for group in together:
        ledger.sees(*group)
    for events in ledger.log.streams.values():
        for event in events:
            if isinstance(event.body, IdentifierClaimed):
                contact = event.body.contact_id
                assert event.stream_id in attached(ledger.log.read([contact])[contact])
            if isinstance(event.body, ContactsLinked):
                other = event.body.other_contact_id
                assert event.body.link_id in links(ledger.log.read([other])[other])


def test_profile_edits_apply_per_field_in_the_order_they_happened() -> None:
    ledger = Ledger()
    edits = (
        (30, ProfileEdit(ANN, set={"city": "Paris"}, append={"tags": "b"})),
        (10, ProfileEdit(ANN, set={"city": "Lyon", "name": "Ann"}, append={"tags": "a"})),
        (40, ProfileEdit(ANN, fill={"name": "Other", "zip": "75001"})),
        (20, ProfileEdit(ANN, remove=("name",))),
    )
    for number, (minutes, edit) in enumerate(edits):
        ledger.log.record(act_of(edit, number, START + timedelta(minutes=minutes)), LEARNT)
    contact = ledger.person(ANN)
    assert contact is not None
    fields = profile(ledger.log.read([contact])[contact])
    assert {name: field.value for name, field in fields.items()} == {
        "city": "Paris",
        "name": "Other",
        "tags": ["a", "b"],
        "zip": "75001",
    }
