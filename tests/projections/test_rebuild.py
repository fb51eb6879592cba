"""Rebuilding: readers never see a gap, and what is made anew equals what was followed, byte for byte."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest

from ledger.acts.consent import OptOut, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification, ProfileEdit
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange, PlatformListing
from projections import outbox
from projections.rebuild import RebuildRunning, rebuild, verify
from projections.registry import PROJECTIONS
from tests.projections.world import World, source_on

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
    world.record(PlatformListing(email(7), listed=True), PlatformListing(email(8), listed=False))
    world.pass_time(timedelta(hours=2))
    world.record(OptOut(email(20), "email", "acme", (), "link"))
    world.record(Reply(Given("phone", "+14155550100", ""), "acme/shop/48099", "who is this?"))


def test_rebuilt_equals_live_to_the_byte(world: World) -> None:
    lived(world)
    world.project(batch=37)
    for projection in PROJECTIONS.values():
        found = verify(world.source, projection)
        assert found.live.rows > 0 or projection.name == "merge_candidates"
        assert found.equal, projection.name


def test_people_lie_in_the_order_in_which_their_list_is_walked(world: World) -> None:
    lived(world)
    world.project()
    rebuild(world.source, PROJECTIONS["all_contacts"])
    lying = world.rows("SELECT id FROM all_contacts ORDER BY ctid")
    assert lying == world.rows(
        "SELECT id FROM all_contacts ORDER BY organization, deleted, last_updated DESC, id DESC"
    )
    assert lying != sorted(lying)


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


def test_new_tables_are_made_like_the_old_ones(world: World) -> None:
    """Columns, keys, indexes on every partition, storage, statistics, owners and grants."""
    lived(world)
    world.project()
    before = made(world)
    for projection in PROJECTIONS.values():
        rebuild(world.source, projection)
        assert made(world) == before
    left = (
        "SELECT relname FROM pg_class"
        " WHERE relnamespace IN ('projections_fresh'::regnamespace, 'projections_retired'::regnamespace)"
    )
    assert world.rows(left) == []


def made(world: World) -> dict[str, list[Any]]:
    return {
        "relations": world.rows(
            "SELECT relname, relkind, relowner, relacl::text, reloptions, relrowsecurity, relispartition"
            " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 't' ORDER BY relname"
        ),
        "columns": world.rows(
            "SELECT attrelid::regclass::text, attname, atttypid, attnotnull, attstattarget FROM pg_attribute"
            " JOIN pg_class ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND attnum > 0 ORDER BY 1, 2"
        ),
        "policies": world.rows(
            "SELECT tablename, policyname, roles::text, qual FROM pg_policies"
            " WHERE schemaname = 'public' ORDER BY tablename"
        ),
        "indexes": world.rows(
            "SELECT pg_get_indexdef(indexrelid), indisvalid, indisprimary"
            " FROM pg_index JOIN pg_class ON oid = indrelid WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
        ),
    }


def test_views_and_their_readers_move_to_the_new_tables(world: World) -> None:
    lived(world)
    world.project()
    with world.connect() as connection:
        connection.execute(
            "CREATE VIEW stopped AS SELECT identifier_id FROM channel_status WHERE consent <> 'subscribed'"
        )
        connection.execute("GRANT SELECT ON stopped TO ledger_reader")
    before = world.rows("SELECT identifier_id FROM stopped ORDER BY 1")
    with psycopg.connect(world.url) as connection:
        connection.execute("DELETE FROM channel_status")
    rebuild(world.source, PROJECTIONS["channel_status"])
    with world.connect() as connection:
        connection.execute("SET LOCAL ROLE NONE; SET LOCAL ROLE ledger_reader")
        assert connection.execute("SELECT identifier_id FROM stopped ORDER BY 1").fetchall() == before


def test_where_the_new_tables_differ_others_are_told(world: World) -> None:
    lived(world)
    world.project()
    with psycopg.connect(world.url) as connection:
        wrong = connection.execute(
            "UPDATE channel_status SET sendable = false, reasons = '{banned}' WHERE (identifier_id, channel) IN"
            " (SELECT identifier_id, channel FROM email_status WHERE sendable LIMIT 3) RETURNING identifier_id"
        ).fetchall()
        connection.execute("DELETE FROM outbox")
    rebuild(world.source, PROJECTIONS["channel_status"])
    with world.connect() as connection:
        told = outbox.after(connection, 0, 1000)
    assert sorted(change.identifier_id for change in told) == sorted(row[0] for row in wrong)
    assert all(change.payload and change.payload["sendable"] for change in told)
    rebuild(world.source, PROJECTIONS["channel_status"])
    with world.connect() as connection:
        assert outbox.after(connection, 0, 1000) == told


@pytest.mark.parametrize("name", ["channel_status", "all_contacts"])
def test_several_processes_make_the_same_tables(world: World, name: str) -> None:
    lived(world)
    world.project()
    done: list[float] = []
    assert verify(
        world.source, PROJECTIONS[name], open_source=partial(source_on, world.url), progress=done.append
    ).equal
    assert done == sorted(done)
    assert done[-1] == 1


def test_a_reader_in_the_way_is_waited_for(world: World) -> None:
    lived(world)
    world.project()
    with psycopg.connect(world.url) as connection, connection.transaction():
        connection.execute("SELECT count(*) FROM channel_status")
        rebuilding = threading.Thread(target=rebuild, args=(world.source, PROJECTIONS["channel_status"]))
        rebuilding.start()
        rebuilding.join(2)
        assert rebuilding.is_alive()
        assert connection.execute("SELECT count(*) > 0 FROM channel_status").fetchone() == (True,)
    rebuilding.join(60)
    assert not rebuilding.is_alive()
    assert verify(world.source, PROJECTIONS["channel_status"]).equal


def test_one_rebuild_at_a_time(world: World) -> None:
    refused: list[Exception] = []

    def again(part: float) -> None:
        if not refused:
            with pytest.raises(RebuildRunning) as error:
                rebuild(world.source, PROJECTIONS["identifiers"])
            refused.append(error.value)

    lived(world)
    world.project()
    rebuild(world.source, PROJECTIONS["channel_status"], progress=again)
    assert refused
    rebuild(world.source, PROJECTIONS["identifiers"])


DIES = """
import os, signal, sys
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from tests.projections.world import source_on

with source_on(sys.argv[1]) as source:
    rebuild(source, PROJECTIONS["channel_status"], progress=lambda part: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_rebuild_that_is_killed_leaves_the_tables_in_use(world: World) -> None:
    lived(world)
    world.project()
    died = subprocess.run([sys.executable, "-c", DIES, world.url], env=os.environ, check=False)
    assert died.returncode == -signal.SIGKILL
    assert world.rows("SELECT count(*) > 0 FROM channel_status") == [(True,)]
    world.record(OptOut(email(21), "email", "acme", (), "link"))
    world.project()
    rebuild(world.source, PROJECTIONS["channel_status"])
    assert verify(world.source, PROJECTIONS["channel_status"]).equal
