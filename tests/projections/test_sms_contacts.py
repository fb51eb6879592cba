"""The phones of a sender by tab: who is where, since when, with which e-mail; and page by page in any order."""

from datetime import timedelta
from typing import Any

import pytest

from entrypoints.sms_contacts import COLUMNS, ORDERS
from ledger.acts.consent import OptOut, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange
from projections import sms_list
from projections.sms_contacts import Tab
from projections.sms_list import Asked, SmsRow
from tests.projections.world import World

SENDER = "acme/shop/48099"
VIP, NEWS = f"{SENDER}/vip", f"{SENDER}/news"


def phone(number: int) -> Given:
    return Given("phone", f"+1415555{number:04d}", "")


def email(name: str) -> Given:
    return Given("email", f"{name}@example.com", "")


def joined(given: Given, *scopes: str, also: tuple[Given, ...] = (), double: bool = False) -> SignUp:
    wanted = tuple(Subscription("sms", scope, ("marketing",), double_opt_in=double) for scope in scopes)
    return SignUp((given, *also), wanted, "form")


def listed(world: World, tab: Tab, **more: Any) -> list[SmsRow]:
    world.project()
    with world.source.connect() as connection:
        return sms_list.phones(connection, "acme", Asked(SENDER, tab, **more))


def numbers(rows: list[SmsRow]) -> list[str]:
    return [row.phone for row in rows]


def test_a_phone_is_a_contact_of_every_list_and_opted_out_once(world: World) -> None:
    world.record(joined(phone(1), VIP, NEWS), joined(phone(2), VIP))
    world.pass_time(timedelta(hours=1))
    assert sorted((row.phone, row.scope) for row in listed(world, "contacts")) == [
        (phone(1).value, NEWS),
        (phone(1).value, VIP),
        (phone(2).value, VIP),
    ]
    assert numbers(listed(world, "contacts", scope=NEWS)) == [phone(1).value]
    world.record(OptOut(phone(1), "sms", SENDER, (), "manual"))
    assert numbers(listed(world, "contacts")) == [phone(2).value]
    [gone] = listed(world, "opted-out")
    assert (gone.phone, gone.reason, gone.moment) == (phone(1).value, "manual", world.now)


def test_a_ban_opts_out_since_the_ban_and_lifting_it_brings_back_what_was(world: World) -> None:
    world.record(joined(phone(1), VIP), HoldChange(phone(2), "ban", SENDER))
    world.pass_time(timedelta(hours=1))
    world.record(HoldChange(phone(1), "ban", SENDER))
    assert [(row.phone, row.reason) for row in listed(world, "opted-out")] == [
        (phone(1).value, "ban"),
        (phone(2).value, "ban"),
    ]
    assert listed(world, "contacts") == []
    world.pass_time(timedelta(hours=1))
    world.record(HoldChange(phone(1), "unban", SENDER))
    assert numbers(listed(world, "contacts")) == [phone(1).value]
    assert numbers(listed(world, "opted-out", reason="ban")) == [phone(2).value]


def test_an_opt_out_of_every_channel_at_the_sender_counts_though_nobody_subscribed(world: World) -> None:
    world.record(OptOut(phone(1), "*", SENDER, (), "import"), OptOut(email("ann"), "*", SENDER, (), "link"))
    world.record(OptOut(phone(2), "sms", "acme/shop", (), "import"))
    assert [(row.phone, row.reason) for row in listed(world, "opted-out")] == [(phone(1).value, "import")]


def test_other_than_y_is_told_with_its_last_message(world: World) -> None:
    world.record(joined(phone(1), VIP, double=True))
    world.pass_time(timedelta(minutes=5))
    world.record(Reply(phone(1), SENDER, "who is this?"))
    declined = world.now
    world.pass_time(timedelta(minutes=5))
    world.record(Reply(phone(1), f"{SENDER}", "hello?"), Reply(phone(1), "acme/shop/11111", "elsewhere"))
    [row] = listed(world, "other")
    assert row.moment in (declined, world.now)
    assert row.message_at == world.now
    world.record(Reply(phone(1), SENDER, "STOP"))
    assert listed(world, "other") == []
    assert [(row.phone, row.reason) for row in listed(world, "opted-out")] == [(phone(1).value, "keyword")]


def test_a_consent_that_expires_leaves_the_tab_by_time_alone(world: World) -> None:
    ends = world.now + timedelta(days=1)
    wanted = Subscription("sms", VIP, ("marketing",), expires_at=ends)
    world.record(SignUp((phone(1),), (wanted,), "form"))
    assert numbers(listed(world, "contacts")) == [phone(1).value]
    world.pass_time(timedelta(days=2))
    world.sweep()
    assert listed(world, "contacts") == []


def test_the_first_email_of_whoever_holds_the_phone_is_beside_it(world: World) -> None:
    world.record(joined(phone(1), VIP), joined(phone(2), VIP, also=(email("bob"),)))
    assert [row.email for row in listed(world, "contacts", order="phone", descending=False)] == [
        "",
        "bob@example.com",
    ]
    world.record(joined(phone(1), VIP, also=(email("ann"),)))
    found = listed(world, "contacts", order="email", descending=False)
    assert [(row.email, row.emails) for row in found] == [
        ("ann@example.com", ["ann@example.com"]),
        ("bob@example.com", ["bob@example.com"]),
    ]
    world.record(ContactChange("erase", phone(1), "asked", "r-1"))
    rows = listed(world, "contacts")
    assert [(row.phone, row.email) for row in rows] == [(phone(2).value, "bob@example.com")]


def test_an_erased_phone_that_opted_out_stays_without_its_number(world: World) -> None:
    world.record(joined(phone(1), VIP, also=(email("ann"),)), OptOut(phone(1), "sms", SENDER, (), "manual"))
    world.record(ContactChange("erase", phone(1), "asked", "r-1"))
    [row] = listed(world, "opted-out")
    assert (row.phone, row.email) == ("", "")


@pytest.mark.parametrize("tab", COLUMNS)
def test_every_order_pages_through_everybody_once(tab: Tab, world: World) -> None:
    for number in range(23):
        also = (email(f"e{number % 7}-{number}"),) if number % 3 else ()
        world.record(joined(phone(number), (VIP, NEWS)[number % 2], also=also, double=tab == "other"))
        world.pass_time(timedelta(minutes=1))
        if tab == "opted-out":
            method = ("manual", "import", "link")[number % 3]
            world.record(OptOut(phone(number), "sms", SENDER, (), method))
        if tab == "other":
            world.record(Reply(phone(number), SENDER, "who is this?"))
    world.project()
    for column in COLUMNS[tab]:
        order = ORDERS[column]
        for descending in (True, False):
            asked = Asked(SENDER, tab, order=order, descending=descending)
            rows: list[SmsRow] = []
            with world.source.connect() as connection:
                while found := sms_list.phones(
                    connection,
                    "acme",
                    asked,
                    after=sms_list.place(rows[-1], order) if rows else None,
                    limit=5,
                ):
                    rows += found
            keys = [getattr(row, sms_list.COLUMN[order]) for row in rows]
            assert keys == sorted(keys, reverse=descending), (order, descending)
            assert sorted(numbers(rows)) == [phone(number).value for number in range(23)]


def test_part_of_a_number_finds_it(world: World) -> None:
    world.record(*[joined(phone(number), VIP) for number in (101, 1012, 220)])
    assert sorted(numbers(listed(world, "contacts", digits="50101"))) == [phone(101).value]
    assert sorted(numbers(listed(world, "contacts", digits="101"))) == [phone(101).value, phone(1012).value]
