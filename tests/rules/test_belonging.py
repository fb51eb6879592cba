"""Whose an identifier is, which contacts are one person, and what is known of them, event by event."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.contact import (
    ContactCreated,
    ContactDeleted,
    ContactErased,
    ContactRestored,
    ContactsLinked,
    ContactsUnlinked,
    IdentifierAttached,
    IdentifierDetached,
    ProfileChanged,
)
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, IdentifierErased, IdentifierReleased, Subscribed
from ledger.rules.belonging import own_events
from ledger.rules.deliverability import platform_key
from ledger.rules.identity import (
    attached,
    holder,
    is_contact_of,
    is_deleted,
    is_erased,
    links,
    person,
    unlinked_from,
)
from ledger.rules.identity_rules import names_nobody
from ledger.rules.profile import profile
from tests.rules.streams import START, event, stream

ANN, BEN, CID = UUID(int=11), UUID(int=12), UUID(int=13)
EMAIL, PHONE, BROWSER = UUID(int=21), UUID(int=22), UUID(int=23)
LINK, OTHER_LINK = UUID(int=31), UUID(int=32)


def claimed(contact: UUID) -> IdentifierClaimed:
    return IdentifierClaimed(contact_id=contact, kind="email")


def linked(link: UUID, other: UUID) -> ContactsLinked:
    return ContactsLinked(link_id=link, other_contact_id=other, automatic=True, cause="same_message")


@pytest.mark.parametrize(
    ("kind", "value", "blocked"),
    [
        ("email", "noreply@example.com", True),
        ("email", "no-reply@example.com", True),
        ("email", "donotreply@example.com", True),
        ("email", "do-not-reply@example.com", True),
        ("email", "none@none.com", True),
        ("email", "test@test.com", True),
        ("email", "ann@example.com", False),
        ("email", "ann@noreply", False),
        ("external_id", "null", True),
        ("external_id", "undefined", True),
        ("external_id", "0", True),
        ("external_id", "noreply@example.com", False),
        ("external_id", "777", False),
        ("phone", "+00000000000", True),
        ("phone", "+11111111111", True),
        ("phone", "+14155550100", False),
    ],
)
def test_a_value_that_names_nobody(kind: str, value: str, blocked: bool) -> None:
    assert names_nobody(kind, value) is blocked


def test_the_latest_claim_holds_until_released_by_its_own_contact_or_erased() -> None:
    assert holder([]) is None
    assert holder(stream(claimed(ANN))) == ANN
    assert holder(stream(claimed(ANN), claimed(BEN))) == BEN
    assert holder(stream(claimed(ANN), IdentifierReleased(contact_id=ANN))) is None
    assert holder(stream(claimed(ANN), claimed(BEN), IdentifierReleased(contact_id=ANN))) == BEN
    assert holder(stream(claimed(ANN), IdentifierErased())) is None
    assert holder(stream(claimed(ANN), IdentifierErased(), claimed(BEN))) == BEN


def test_what_is_attached_now() -> None:
    email = IdentifierAttached(identifier_id=EMAIL, kind="email")
    phone = IdentifierAttached(identifier_id=PHONE, kind="phone")
    detached = IdentifierDetached(identifier_id=EMAIL, kind="email")
    assert attached(stream(email, phone)) == {EMAIL: "email", PHONE: "phone"}
    assert list(attached(stream(phone, email))) == [PHONE, EMAIL]
    assert attached(stream(email, phone, detached, detached)) == {PHONE: "phone"}
    assert attached(stream(email, ContactErased(), phone)) == {PHONE: "phone"}
    assert is_erased(stream(email, ContactErased()))
    assert not is_erased(stream(email))


def test_a_link_once_undone_stays_undone() -> None:
    undone = ContactsUnlinked(link_id=LINK, other_contact_id=BEN)
    both = (linked(LINK, BEN), linked(OTHER_LINK, CID))
    assert links(stream(*both)) == {LINK: BEN, OTHER_LINK: CID}
    assert links(stream(*both, undone)) == links(stream(undone, *both)) == {OTHER_LINK: CID}
    assert unlinked_from(stream(*both, undone)) == {BEN}
    assert unlinked_from(stream(*both)) == set()


def test_deleting_and_restoring_go_by_time_and_in_a_tie_deleted_wins() -> None:
    deleted, restored = ContactDeleted(), ContactRestored()
    assert not is_deleted(stream(ContactCreated(method="form")))
    assert is_deleted(stream(deleted))
    assert not is_deleted(stream(deleted, restored))
    assert is_deleted(stream(deleted, restored, deleted))
    late = [event(0, restored, START), event(1, deleted, START - timedelta(hours=1))]
    assert not is_deleted(late)
    assert is_deleted([event(0, deleted, START), event(1, restored, START)])
    assert is_deleted([event(0, restored, START), event(1, deleted, START)])


def test_a_person_is_everyone_linked_and_the_oldest_identified_gives_the_id() -> None:
    streams = {
        ANN: stream(
            ContactCreated(method="web"),
            IdentifierAttached(identifier_id=BROWSER, kind="tracker"),
            linked(LINK, CID),
        ),
        BEN: stream(
            *[ContactDeleted()] * 4,
            ContactCreated(method="form"),
            IdentifierAttached(identifier_id=EMAIL, kind="email"),
            linked(OTHER_LINK, CID),
        ),
        CID: stream(
            *[ContactDeleted()] * 2,
            ContactCreated(method="form"),
            IdentifierAttached(identifier_id=PHONE, kind="phone"),
            linked(LINK, ANN),
            linked(OTHER_LINK, BEN),
        ),
    }
    for begun in streams:
        found = person(begun, lambda ids: {one: streams[one] for one in ids})
        assert found.id == CID
        assert found.contacts == (ANN, CID, BEN)
        assert found.identifiers == {BROWSER: "tracker", PHONE: "phone", EMAIL: "email"}
        assert found.identified


def test_of_anonymous_contacts_the_oldest_gives_the_id_and_unwritten_ones_come_last() -> None:
    browser = IdentifierAttached(identifier_id=BROWSER, kind="tracker")
    streams = {
        ANN: stream(linked(LINK, BEN)),
        BEN: stream(ContactCreated(method="web"), browser, linked(LINK, ANN)),
    }
    found = person(ANN, lambda ids: {one: streams[one] for one in ids})
    assert (found.id, found.contacts, found.identified) == (BEN, (BEN, ANN), False)


def test_an_unwritten_contact_is_younger_than_any_written_and_of_two_the_id_decides() -> None:
    written = replace(event(0, ContactCreated(method="web"), START), position=1_000)
    streams = {
        CID: [written, event(1, linked(LINK, BEN), START)],
        BEN: stream(linked(LINK, CID), linked(OTHER_LINK, ANN)),
        ANN: stream(linked(OTHER_LINK, BEN)),
    }
    found = person(BEN, lambda ids: {one: streams[one] for one in ids})
    assert found.contacts == (CID, ANN, BEN)


def test_every_kind_of_edit_of_a_profile_and_where_each_value_comes_from() -> None:
    def edit(**edits: object) -> ProfileChanged:
        return ProfileChanged.model_validate({"fields": (), **edits})

    events = stream(
        edit(set={"name": "Ann", "tags": "ab"}, fill={"city": "Lyon"}),
        edit(append={"tags": ["ab", "b"], "sizes": 38}, fill={"city": "Paris", "zip": "69001"}),
        edit(append={"tags": "b"}, remove=("name", "nothing")),
        edit(fill={"name": "Bea"}, set={"zip": "75001"}),
        ContactDeleted(),
    )
    fields = profile([*events[::-1], *events])
    assert {name: (one.value, one.event_id.int, one.at) for name, one in fields.items()} == {
        "city": ("Lyon", 1, START),
        "name": ("Bea", 4, events[3].effective_at),
        "sizes": ([38], 2, events[1].effective_at),
        "tags": (["ab", "b"], 2, events[1].effective_at),
        "zip": ("75001", 4, events[3].effective_at),
    }
    assert list(fields) == sorted(fields)


def test_of_an_identifier_the_events_of_the_time_it_was_held_are_ones_own() -> None:
    """With the act that gave it and the act that took it; a later or earlier holder's are somebody else's."""
    form = Subscribed(channel="sms", scope="acme", purposes=("marketing",), method="form")
    events = stream(form, claimed(ANN), form, claimed(BEN), form, IdentifierReleased(contact_id=BEN), form)

    def own(*contacts: UUID) -> list[int]:
        return [one.version for one in own_events(events, contacts)]

    assert own(ANN) == [2, 3, 4]
    assert own(BEN) == [4, 5, 6]
    assert own(ANN, BEN) == [2, 3, 4, 5, 6]
    assert own(CID) == own() == []


def test_events_of_one_act_belong_together() -> None:
    """Whether the claim comes first or last in the act, all of the act is the new holder's and the old one's."""
    form = Subscribed(channel="sms", scope="acme", purposes=("marketing",), method="form")

    def of_act(number: int, act: int, body: Event) -> Recorded:
        one = event(number, body, START)
        return replace(one, envelope=replace(one.envelope, act_id=UUID(int=act)))

    events = [of_act(0, 1, form), of_act(1, 1, claimed(ANN)), of_act(2, 2, form)]
    events += [of_act(3, 3, form), of_act(4, 3, claimed(BEN)), of_act(5, 4, form)]
    assert [one.version for one in own_events(events, [ANN])] == [1, 2, 3, 4, 5]
    assert [one.version for one in own_events(events, [BEN])] == [4, 5, 6]


def test_the_platforms_listing_is_where_the_first_claim_says() -> None:
    listed = IdentifierClaimed(contact_id=ANN, kind="email", platform_key=UUID(int=41))
    released = IdentifierReleased(contact_id=ANN)
    assert platform_key(stream(listed, released, claimed(BEN))) == UUID(int=41)
    assert platform_key(stream(released, claimed(BEN), listed)) is None
    assert platform_key(stream(released)) is None


def test_a_contacts_stream_is_told_from_an_identifiers_and_another_organizations() -> None:
    created = stream(ContactCreated(method="form"))
    assert is_contact_of(created, "acme")
    assert not is_contact_of(created, "globex")
    assert not is_contact_of(stream(claimed(ANN)), "acme")
    assert not is_contact_of([], "acme")
