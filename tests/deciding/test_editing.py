"""Edits that were made on what somebody else has changed since, and identifiers given and taken by hand (P8)."""

from uuid import UUID

import pytest

from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import IdentifierAssignment, ProfileEdit
from ledger.acts.given import Given
from ledger.events.contact import ProfileChanged
from ledger.events.vocabulary import Consent
from ledger.rules.identity import attached, person
from ledger.rules.profile import newest_edits, profile
from tests.deciding.test_deletion import DAY, Told, key
from tests.histories import EMAIL, PHONE, START

KEY = Given("external_id", "4711", "4711")
NEW = Given("external_id", "4712", "4712")
NOBODY = Given("email", "noreply@example.com", "noreply@example.com")


@pytest.fixture
def told() -> Told:
    made = Told()
    made.tell(SignUp((EMAIL,), (Subscription("email", "acme/shop", ("marketing",)),), "form"), 1)
    return made


def newest(told: Told, contact: UUID) -> dict[str, UUID]:
    return newest_edits(told.log.streams[contact])


def city(told: Told, contact: UUID) -> object:
    return profile(told.log.streams[contact])["city"].value


def held(told: Told, contact: UUID) -> set[UUID]:
    return set(person(contact, told.log.read).identifiers)


def test_an_edit_of_what_was_seen_is_taken_and_of_what_was_changed_since_is_not(told: Told) -> None:
    contact = told.contact(EMAIL)
    assert told.tell(ProfileEdit(contact_id=contact, set={"city": "Ulm"}, seen={"city": None}), 2) == "recorded"
    seen = newest(told, contact)
    assert told.tell(ProfileEdit(contact_id=contact, set={"city": "Bonn"}, seen=seen), 3) == "recorded"
    assert told.tell(ProfileEdit(contact_id=contact, set={"city": "Köln"}, seen=seen), 4) == "edited_meanwhile"
    assert told.tell(ProfileEdit(contact_id=contact, remove=("city",), seen=seen), 4) == "edited_meanwhile"
    assert city(told, contact) == "Bonn"
    fresh = newest(told, contact)
    assert told.tell(ProfileEdit(contact_id=contact, set={"city": "Köln"}, seen=fresh), 5) == "recorded"
    assert city(told, contact) == "Köln"


def test_fields_are_seen_apart_and_an_older_message_that_comes_late_disturbs_nobody(told: Told) -> None:
    contact = told.contact(EMAIL)
    told.tell(ProfileEdit(contact_id=contact, set={"city": "Ulm", "name": "Ann"}), 5)
    seen = {"city": newest(told, contact)["city"]}
    told.tell(ProfileEdit(contact_id=contact, set={"name": "Bea"}), 6)
    told.tell(ProfileEdit(contact_id=contact, set={"city": "Oslo"}), 2, recorded=7)
    assert told.tell(ProfileEdit(contact_id=contact, set={"city": "Bonn"}, seen=seen), 8) == "recorded"


def test_an_edit_of_another_contact_of_the_person_counts_too(told: Told) -> None:
    told.tell(SignUp((PHONE,), (Subscription("sms", "acme/shop", ("marketing",)),), "form"), 2)
    mail, phone = told.contact(EMAIL), told.contact(PHONE)
    told.tell(SignUp((EMAIL, PHONE), (Subscription("sms", "acme/shop", ("marketing",)),), "form"), 3)
    told.tell(ProfileEdit(contact_id=phone, set={"city": "Ulm"}), 4)
    assert (
        told.tell(ProfileEdit(contact_id=mail, set={"city": "Bonn"}, seen={"city": None}), 5) == "edited_meanwhile"
    )


def test_a_contact_key_is_given_changed_and_taken(told: Told) -> None:
    contact = told.contact(EMAIL)
    assert told.tell(IdentifierAssignment(contact, KEY, None, "new"), 2) == "recorded"
    assert told.tell(IdentifierAssignment(contact, KEY, key(KEY), "again"), 3) == "unchanged"
    assert told.tell(IdentifierAssignment(contact, NEW, None, "a second one"), 3) == "limit"
    assert told.tell(IdentifierAssignment(contact, NEW, key(KEY), "a typo"), 4) == "recorded"
    assert held(told, contact) == {key(EMAIL), key(NEW)}
    assert told.tell(IdentifierAssignment(contact, KEY, key(KEY), "seen too long ago"), 5) == "limit"
    assert told.tell(IdentifierAssignment(contact, None, key(NEW), "left"), 6) == "recorded"
    assert held(told, contact) == {key(EMAIL)}
    assert told.tell(IdentifierAssignment(contact, None, key(NEW), "left"), 7) == "not_held"


def test_addresses_are_never_taken_and_nobody_elses_are_given(told: Told) -> None:
    told.tell(SignUp((PHONE,), (Subscription("sms", "acme/shop", ("marketing",)),), "form"), 2)
    contact = told.contact(EMAIL)
    assert told.tell(IdentifierAssignment(contact, None, key(EMAIL), "x"), 3) == "not_held"
    assert told.tell(IdentifierAssignment(contact, PHONE, None, "x"), 3) == "held"
    assert told.tell(IdentifierAssignment(contact, NOBODY, None, "x"), 3) == "names_nobody"
    assert held(told, contact) == {key(EMAIL)}


def test_a_key_that_wants_no_texts_stays_and_reaches_a_phone_that_joins_by_hand(told: Told) -> None:
    contact = told.contact(EMAIL)
    told.tell(IdentifierAssignment(contact, KEY, None, "new"), 2)
    told.tell(OptOut(KEY, "sms", "acme", (), "manual"), 3)
    assert told.tell(IdentifierAssignment(contact, NEW, key(KEY), "a typo"), 4) == "key_restricts"
    told.tell(SignUp((PHONE,), (Subscription("sms", "acme/shop", ("marketing",)),), "form"), 2)
    apart = told.contact(PHONE)
    assert attached(told.log.streams[apart]).keys() == {key(PHONE)}
    fresh = Given("phone", "+14155550177", "+14155550177")
    assert told.tell(IdentifierAssignment(contact, fresh, None, "she called"), 5) == "recorded"
    assert told.status(fresh).consent is Consent.UNSUBSCRIBED


def test_what_was_said_of_a_key_nobody_holds_reaches_who_is_given_it(told: Told) -> None:
    contact = told.contact(EMAIL)
    told.tell(SignUp((PHONE, KEY), (Subscription("sms", "acme/shop", ("marketing",)),), "form"), 2)
    other = told.contact(PHONE)
    told.tell(IdentifierAssignment(other, None, key(KEY), "wrong person"), 3)
    told.tell(IdentifierAssignment(contact, Given("phone", "+14155550177", "+14155550177"), None, "called"), 4)
    assert told.tell(IdentifierAssignment(contact, KEY, None, "this person's"), 5) == "recorded"
    told.tell(OptOut(KEY, "sms", "acme", (), "manual"), 6)
    phone = Given("phone", "+14155550177", "+14155550177")
    assert told.status(phone).consent is Consent.UNSUBSCRIBED
    assert told.status(PHONE).consent is Consent.SUBSCRIBED


def test_edits_are_events_that_name_their_fields_openly(told: Told) -> None:
    contact = told.contact(EMAIL)
    told.tell(ProfileEdit(contact_id=contact, set={"city": "Ulm"}, append={"tags": ["a"]}, remove=("name",)), 2)
    [edit] = [e.body for e in told.log.streams[contact] if isinstance(e.body, ProfileChanged)]
    assert edit.fields == ("city", "name", "tags")
    assert told.log.streams[contact][-1].effective_at == START + 2 * DAY
