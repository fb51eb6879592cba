"""Values that more than one person has, spelt alike (Y10, Y11)."""

from datetime import timedelta

import pytest

from ledger.acts.consent import SignUp, Subscription
from ledger.acts.contact import ContactChange, Link, ProfileEdit
from ledger.acts.given import Given
from projections import duplicates
from projections.duplicates import Shared, alike
from tests.projections.world import World

PLAIN, TAGGED, OTHER = (
    Given("email", value, value) for value in ("ann@example.com", "ann+news@example.com", "bob@example.com")
)
PHONE = Given("phone", "+14155550100", "+14155550100")


def signup(one: Given) -> SignUp:
    channel = "sms" if one.kind == "phone" else "email"
    return SignUp((one,), (Subscription(channel, "acme/shop", ("marketing",)),), "form")


def shared(world: World, channel: str = "email") -> list[Shared]:
    world.project()
    with world.connect() as connection:
        found = duplicates.shared(connection, "acme", channel)
        assert duplicates.count(connection, "acme", channel) == len(found)
    return found


def holders(world: World, channel: str, value: str) -> list[list[str]]:
    with world.connect() as connection:
        return [one.emails for one in duplicates.holders(connection, "acme", channel, value)]


@pytest.fixture
def people(world: World) -> World:
    """Two mailboxes that are likely one, a day apart, and somebody else."""
    world.register()
    world.record(signup(PLAIN))
    world.pass_time(timedelta(days=1))
    world.record(signup(TAGGED), signup(OTHER))
    return world


def test_mailboxes_that_are_likely_one_are_listed_oldest_first(people: World) -> None:
    assert shared(people) == [Shared("ann@example.com", 2)]
    assert holders(people, "email", TAGGED.value) == [[PLAIN.value], [TAGGED.value]]


def test_a_link_a_deletion_and_a_restoring_are_followed(people: World) -> None:
    people.record(ContactChange("delete", TAGGED, "duplicate"))
    assert shared(people) == []
    people.pass_time(timedelta(minutes=1))
    people.record(ContactChange("restore", TAGGED))
    assert shared(people) == [Shared("ann@example.com", 2)]
    people.record(Link(PLAIN, TAGGED))
    assert shared(people) == []
    assert people.rows("SELECT people FROM value_counters WHERE alike = 'ann@example.com'") == [(1,)]


def test_a_number_in_a_profile_meets_the_one_of_somebody_else(people: World) -> None:
    people.record(signup(PHONE), ProfileEdit(identifier=OTHER, set={"mobile": "+1 (415) 555-0100"}))
    assert shared(people, "phone") == [Shared(PHONE.value, 2)]
    people.record(ProfileEdit(identifier=OTHER, remove=("mobile",)))
    assert shared(people, "phone") == []


def test_an_erased_person_has_no_values(people: World) -> None:
    people.record(ContactChange("erase", TAGGED, request_id="r-1"))
    assert shared(people) == []
    assert TAGGED.value not in people.text_of("contact_values")


def test_dots_mean_something_everywhere_but_at_gmail() -> None:
    assert alike("email", "A.N.N+x@gmail.com") == "ann@gmail.com"
    assert alike("email", "a.nn@example.com") == "a.nn@example.com"
    assert alike("email", "+x@example.com") == "+x@example.com"
