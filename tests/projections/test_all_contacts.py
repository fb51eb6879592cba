"""What `all_contacts`, its search, aliases and counters say, by examples."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from ledger.acts.act import Body
from ledger.acts.consent import OptOut, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification, Link, ProfileEdit, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange
from projections import contact_aliases, contact_count, contact_list, counters, merge_candidates
from projections.contact_count import COUNTED_TO
from projections.contact_list import ContactRow
from projections.contact_query import Filter, Ranking
from tests.projections.world import World

EMAIL = Given("email", "ann@example.com", "Ann@example.com")
OTHER = Given("email", "bea@example.com", "bea@example.com")
PHONE = Given("phone", "+14155550100", "+1 (415) 555-0100")
TRACKER = Given("tracker", "browser-1", "browser-1")
CUSTOMER = Given("external_id", "Kunde_4711%", "Kunde_4711%")


def signup(*givens: Given, channel: str = "email", scope: str = "acme/shop/-/news", method: str = "form") -> SignUp:
    return SignUp(givens, (Subscription(channel, scope, ("marketing",)),), method)


def listed(world: World, asked: Filter | None = None, organization: str = "acme") -> list[ContactRow]:
    with world.connect() as connection:
        return contact_list.contacts(connection, organization, asked)


def counted(world: World) -> dict[str, int]:
    with world.connect() as connection:
        return counters.people(connection, "acme")


def found(world: World, text: str) -> list[UUID]:
    return [row.id for row in listed(world, Filter(search=text))]


def test_one_row_a_person_with_everything_in_it(world: World) -> None:
    world.record(
        SignUp(
            (EMAIL, PHONE, CUSTOMER),
            (
                Subscription("email", "acme/shop/-/news", ("marketing",)),
                Subscription("sms", "acme/shop/55512", ("cart",)),
                Subscription("email", "acme/outlet", ("marketing",), double_opt_in=True),
            ),
            "checkout",
            profile={"first_name": "Ann", "last_name": "Lee", "size": 38},
        )
    )
    created = world.now
    world.pass_time(timedelta(hours=1))
    world.record(OptOut(PHONE, "sms", "acme/shop", (), "link"))
    world.project()
    [row] = listed(world)
    assert (row.emails, row.phones, row.external_ids) == ([EMAIL.value], [PHONE.value], [CUSTOMER.value])
    assert (row.name, row.first_name, row.profile["size"]) == ("Ann Lee", "Ann", 38)
    assert (row.created_at, row.created_method, row.created_source) == (created, "checkout", "test")
    assert (row.last_updated, row.type, row.deleted) == (world.now, "subscriber", False)
    assert row.subscriptions == {
        "acme/outlet": {"email": "pending"},
        "acme/shop": {"email": "subscribed", "sms": "unsubscribed"},
    }


def test_types(world: World) -> None:
    """L12-L15: the purchaser's orders come with a later message type."""
    world.record(signup(EMAIL), Identification((TRACKER,), "form"), ProfileEdit(OTHER, set={"city": "Oslo"}))
    world.record(OptOut(PHONE, "sms", "acme", (), "manual"))
    world.project()
    types = {(row.emails or row.phones or ["nothing"])[0]: row.type for row in listed(world)}
    assert types == {
        EMAIL.value: "subscriber",
        OTHER.value: "unsubscriber",
        PHONE.value: "unsubscriber",
        "nothing": "anonymous",
    }
    assert {name: counted(world)[name] for name in ("all", "subscriber", "unsubscriber", "anonymous")} == {
        "all": 4,
        "subscriber": 1,
        "unsubscriber": 2,
        "anonymous": 1,
    }
    assert [row.emails for row in listed(world, Filter(type="subscriber"))] == [[EMAIL.value]]


def test_linked_people_become_one_row_and_every_id_leads_there(world: World) -> None:
    world.record(signup(EMAIL), signup(PHONE, channel="sms"))
    world.project()
    before = {row.id for row in listed(world)}
    assert len(before) == 2
    world.record(Identification((EMAIL, PHONE), "form"))
    world.project()
    [row] = listed(world)
    assert set(row.contact_ids) == before
    assert row.id == row.contact_ids[0]
    assert counted(world)["all"] == 1
    with world.connect() as connection:
        for contact in before:
            assert contact_aliases.person_id(connection, "acme", contact) == row.id
            assert contact_list.contact(connection, "acme", contact) == row
            assert contact_list.contact(connection, "globex", contact) is None
    assert [found(world, str(contact)) for contact in before] == [[row.id], [row.id]]


def test_unlinking_gives_both_their_own_back(world: World) -> None:
    world.record(signup(EMAIL), signup(PHONE, channel="sms"))
    world.record(Link(EMAIL, PHONE, "same person"))
    world.project()
    assert len(listed(world)) == 1
    [link] = {event.body.link_id for event in world.store.follow(0, 100) if event.name == "contact.linked.v1"}  # type: ignore[attr-defined]
    world.record(Unlink(link, "two people"))
    world.project()
    assert sorted((row.emails, row.phones) for row in listed(world)) == [
        ([], [PHONE.value]),
        ([EMAIL.value], []),
    ]
    assert counted(world)["all"] == 2


@pytest.mark.parametrize("few", [True, False], ids=["an index leads", "the list is walked"])
def test_search_by_part_of_anything(world: World, monkeypatch: pytest.MonkeyPatch, few: bool) -> None:
    monkeypatch.setattr(contact_list, "is_few", lambda *_, **__: few)
    world.record(
        SignUp((EMAIL, PHONE, CUSTOMER), (), "form", profile={"first_name": "Ånn", "last_name": "O'Neil"}),
        signup(OTHER),
    )
    world.project()
    ann, bea = found(world, "ann@ex"), found(world, "bea@")
    assert len(ann) == len(bea) == 1
    for part in ("ANN@", "4155550", "+1415", "(415) 555-01", "415.555", "kunde_4711%", "ånn", "o'neil"):
        assert found(world, part) == ann, part
    assert sorted(found(world, "example.com")) == sorted(ann + bea)
    assert found(world, "kundeX4711") == found(world, "_4711_") == found(world, "%%%") == []
    for short in ("", "an", " a "):
        with pytest.raises(ValueError, match="at least 3"):
            found(world, short)


def test_pages_follow_each_other_by_key(world: World) -> None:
    for number in range(11):
        world.record(signup(Given("email", f"p{number}@example.com", "")))
        world.pass_time(timedelta(seconds=number % 3 // 2))
    world.project()
    seen: list[ContactRow] = []
    after: tuple[datetime, UUID] | None = None
    with world.connect() as connection:
        while page := contact_list.contacts(connection, "acme", after=after, limit=4):
            seen += page
            after = (page[-1].last_updated, page[-1].id)
        assert contact_count.count(connection, "acme") == 11
    assert len({row.id for row in seen}) == len(seen) == 11
    places = [(row.last_updated, row.id) for row in seen]
    assert places == sorted(places, reverse=True)


def test_counting_ends_where_it_is_said_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert COUNTED_TO == 10_000
    monkeypatch.setattr("projections.contact_count.COUNTED_TO", 2)
    for number in range(4):
        world.record(signup(Given("email", f"p{number}@example.com", "")))
    world.project()
    with world.connect() as connection:
        assert contact_count.count(connection, "acme", Filter(search="example")) == 3
        assert contact_count.count(connection, "acme", Filter(search="p1@example")) == 1


@pytest.mark.parametrize("weight", [0, 50], ids=["walking the list", "found first"])
def test_status_filters(world: World, monkeypatch: pytest.MonkeyPatch, weight: int) -> None:
    monkeypatch.setattr("projections.contact_query.PAGE", weight)
    world.register("globex")
    world.record(signup(EMAIL, scope="globex/shop"), organization="globex")
    world.record(signup(EMAIL), DeliverabilityChange(OTHER, "blacklist"), Reply(PHONE, "acme/shop/55512", "STOP"))
    world.project()

    def under(mark: str) -> list[list[str]]:
        return [row.emails + row.phones for row in listed(world, Filter(mark=mark))]

    assert sorted(under("email")) == [[EMAIL.value], [OTHER.value]]
    assert under("email.active") == [[EMAIL.value]]
    assert under("email.blacklisted") == [[OTHER.value]]
    assert under("phone.unsubscribed") == [[PHONE.value]]
    assert under("banned") == []
    assert {name: n for name, n in counted(world).items() if "." in name} == {
        "email.active": 1,
        "email.blacklisted": 1,
        "phone.unsubscribed": 1,
    }


@pytest.mark.parametrize("few", [True, False], ids=["an index leads", "the list is walked"])
@pytest.mark.parametrize("search", [None, "example.com"])
def test_the_deleted_are_ranked_by_update_creation_or_deletion(
    world: World, monkeypatch: pytest.MonkeyPatch, search: str | None, few: bool
) -> None:
    """Y9, with pages of one."""
    monkeypatch.setattr(contact_list, "is_few", lambda *_, **__: few)

    def step(*bodies: Body) -> None:
        world.pass_time(timedelta(minutes=1))
        world.record(*bodies)

    third = Given("email", "cora@example.com", "cora@example.com")
    for one in (EMAIL, OTHER, third):
        step(signup(one))
    for one in (OTHER, third, EMAIL):
        step(ContactChange("delete", one, "asked"))
    step(OptOut(OTHER, "email", "acme", (), "manual"))
    world.project()
    orders: dict[Ranking, list[Given]] = {
        "updated": [OTHER, EMAIL, third],
        "created": [third, OTHER, EMAIL],
        "deleted": [EMAIL, third, OTHER],
    }
    with world.connect() as connection:
        for ranked, order in orders.items():
            asked = Filter(search, deleted=True, ranked=ranked)
            seen: list[str] = []
            after: tuple[datetime, UUID] | None = None
            while page := contact_list.contacts(connection, "acme", asked, after=after, limit=1):
                after = contact_list.place(page[0], ranked)
                seen += page[0].emails
            assert seen == [one.value for one in order], ranked
    with pytest.raises(ValueError, match="ranked"):
        listed(world, Filter(ranked="deleted"))


def test_the_deleted_have_a_list_of_their_own_and_can_come_back(world: World) -> None:
    world.record(signup(EMAIL), signup(OTHER))
    world.pass_time(timedelta(minutes=1))
    world.record(ContactChange("delete", EMAIL, "asked"))
    world.project()
    assert [row.emails for row in listed(world)] == [[OTHER.value]]
    [gone] = listed(world, Filter(deleted=True))
    assert (gone.emails, gone.deleted_at) == ([EMAIL.value], world.now)
    assert [row.id for row in listed(world, Filter(search="ann@", deleted=True))] == [gone.id]
    assert [row.id for row in listed(world, Filter(mark="blocked", deleted=True))] == [gone.id]
    assert {name: counted(world)[name] for name in ("all", "email", "deleted", "deleted.email")} == {
        "all": 1,
        "email": 1,
        "deleted": 1,
        "deleted.email": 1,
    }
    world.pass_time(timedelta(minutes=1))
    world.record(ContactChange("restore", EMAIL))
    world.project()
    assert len(listed(world)) == 2
    assert "deleted" not in counted(world)


def test_an_erased_person_is_in_no_list_search_or_counter(world: World) -> None:
    world.record(SignUp((EMAIL, PHONE), (), "form", profile={"first_name": "Zebulon"}))
    world.project()
    [row] = listed(world)
    world.pass_time(timedelta(minutes=1))
    world.record(ContactChange("erase", EMAIL, request_id="request-1"))
    world.project()
    assert listed(world) == listed(world, Filter(deleted=True)) == []
    assert counted(world) == {}
    with world.connect() as connection:
        assert contact_list.contact(connection, "acme", row.id) is None
    for table in ("all_contacts", "contact_search", "contact_aliases", "identifiers", "audit_history", "outbox"):
        assert not re.search("ann@|5550100|zebulon", world.text_of(table), re.IGNORECASE), table


def test_a_pair_for_a_human_to_decide_is_listed_until_it_is_one_person(world: World) -> None:
    world.record(signup(EMAIL), signup(PHONE, channel="sms"))
    world.record(signup(EMAIL, PHONE, method="import"))
    world.project()
    with world.connect() as connection:
        [pair] = merge_candidates.candidates(connection, "acme")
        assert merge_candidates.candidates(connection, "acme", before=pair.position) == []
    assert (pair.cause, {pair.low_id, pair.high_id}) == ("bulk", {row.id for row in listed(world)})
    world.record(Link(EMAIL, PHONE))
    world.project()
    with world.connect() as connection:
        assert merge_candidates.candidates(connection, "acme") == []


def test_a_character_that_postgresql_cannot_hold_stops_no_table(world: World) -> None:
    world.record(ProfileEdit(EMAIL, set={"first_name": "A\0nn", "tags": ["x\0", {"k": "\0y"}]}))
    world.project()
    [row] = listed(world, Filter(search="ann@example"))
    assert row.first_name == "Ann"
    assert row.profile["tags"] == ["x", {"k": "y"}]
