"""Rebuilding: readers never see a gap, and what is made anew equals what was followed, byte for byte."""

import threading
from datetime import timedelta

import psycopg
import pytest

from ledger.acts import ContactChange, Given, HoldChange, Identification, OptOut, ProfileEdit, SignUp, Subscription
from projections.rebuild import rebuild, verify
from projections.registry import PROJECTIONS
from tests.projections.world import World

PEOPLE = 40


def email(number: int) -> Given:
    return Given("email", f"p{number}@example.com", f"p{number}@example.com")


def phone(number: int) -> Given:
    return Given("phone", f"+1415555{number:04d}", "")


def lived(world: World) -> None:
    """A ledger in which something of everything happened, part of it not long before now."""
    for number in range(PEOPLE):
        wanted = (
            Subscription("email", "acme/shop/-/news", ("marketing",)),
            Subscription("sms", "acme/shop/55512", ("cart", "marketing"), expires_at=world.now + timedelta(days=1)),
        )
        world.record(SignUp((email(number), phone(number)), wanted, "form", {"first_name": f"P{number}"}))
    for number in range(0, PEOPLE, 3):
        world.record(OptOut(email(number), "email", "acme/shop", (), "link"))
        world.record(HoldChange(phone(number), "pause", "acme", world.now + timedelta(hours=1)))
        world.record(ProfileEdit(email(number), set={"last_name": "Ö"}))
    for number in range(0, 10, 2):
        world.record(Identification((email(number), email(number + 1)), "form"))
    world.record(ContactChange("delete", email(11), "asked"), ContactChange("erase", email(12), "asked", "r-1"))
    world.pass_time(timedelta(hours=2))
    world.record(OptOut(email(20), "email", "acme", (), "link"))


@pytest.mark.parametrize("name", PROJECTIONS)
def test_rebuilt_equals_live_to_the_byte(world: World, name: str) -> None:
    lived(world)
    world.project(batch=37)
    found = verify(world.source, PROJECTIONS[name])
    assert found.live.rows > 0 or name == "merge_candidates"
    assert found.equal


def test_a_row_changed_by_hand_is_found_and_put_right(world: World) -> None:
    lived(world)
    world.project()
    projection = PROJECTIONS["channel_status"]
    with psycopg.connect(world.url) as connection:
        connection.execute("UPDATE channel_status SET sendable = true WHERE consent = 'unsubscribed'")
    assert not verify(world.source, projection).equal
    rebuild(world.source, projection)
    assert verify(world.source, projection).equal


def test_readers_never_see_a_gap_while_tables_are_rebuilt(world: World) -> None:
    lived(world)
    world.project()
    stop, seen = threading.Event(), set()

    def read() -> None:
        with psycopg.connect(world.url, autocommit=True) as connection:
            while not stop.is_set():
                seen.add(connection.execute("SELECT count(*) FROM channel_status").fetchone())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(3):
            rebuild(world.source, PROJECTIONS["channel_status"])
    finally:
        stop.set()
        reader.join()
    assert seen == set(world.rows("SELECT count(*) FROM channel_status"))
    assert seen != {(0,)}


def test_what_is_recorded_during_a_rebuild_is_in_the_new_tables(world: World) -> None:
    lived(world)
    world.project()
    projection = PROJECTIONS["channel_status"]
    recorded: list[object] = []

    def meanwhile(part: float) -> None:
        if part > 0.5 and not recorded:
            recorded.append(world.record(OptOut(email(21), "email", "acme", (), "link")))
            world.project()

    rebuild(world.source, projection, progress=meanwhile)
    assert recorded
    assert verify(world.source, projection).equal
