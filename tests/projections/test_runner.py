"""Running projections: woken by what is recorded, stopped by the first error, shared by two without harm."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import Identification
from ledger.acts.given import Given
from ledger.errors import LogUnavailable
from projections.rebuild import verify
from projections.registry import PROJECTIONS
from projections.runner import Runner, catch_up
from projections.stepping import ProjectionStopped, Source, next_portion
from projections.watermarks import Watermark, watermarks
from tests.api.serving import wait_until
from tests.projections.world import World

ALL = list(PROJECTIONS.values())


def email(number: int) -> Given:
    return Given("email", f"p{number}@example.com", f"p{number}@example.com")


def signup(number: int) -> SignUp:
    news = Subscription("email", "acme/shop/-/news", ("marketing",))
    return SignUp((email(number),), (news,), "form", {"first_name": f"P{number}"})


def positions(world: World) -> set[int]:
    with world.connect() as connection:
        return {mark.position for mark in watermarks(connection).values()}


@contextmanager
def running(world: World, runner: Runner, idle_seconds: float) -> Iterator[None]:
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(runner.run, stop, lambda: world.now, idle_seconds=idle_seconds)
        try:
            yield
        finally:
            stop.set()
            with world.connect() as connection:
                connection.execute("NOTIFY stored_events")
    done.result()


def test_what_is_recorded_wakes_the_projections(world: World) -> None:
    with running(world, Runner(ALL, world.source), idle_seconds=300):
        for number in range(3):
            world.record(signup(number))
            wait_until(lambda: positions(world) == {world.store.newest().position})
    assert world.rows("SELECT count(*) FROM email_status") == [(3,)]


def test_time_passes_when_no_events_come(world: World) -> None:
    soon = Subscription("email", "acme/shop", ("marketing",), expires_at=world.now + timedelta(hours=1))
    world.record(SignUp((email(1),), (soon,), "form"))
    with running(world, Runner(ALL, world.source), idle_seconds=0.01):
        wait_until(lambda: world.rows("SELECT consent FROM email_status") == [("subscribed",)])
        world.pass_time(timedelta(hours=2))
        wait_until(lambda: world.rows("SELECT consent FROM email_status") == [("expired",)])


def test_a_database_that_goes_away_is_waited_for(world: World) -> None:
    with running(world, Runner(ALL, world.source), idle_seconds=0.05):
        world.record(signup(1))
        wait_until(lambda: positions(world) == {world.store.newest().position})
        with psycopg.connect(world.url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        wait_until(lambda: recorded(world, 2))
        wait_until(lambda: positions(world) == {world.store.newest().position})


def recorded(world: World, number: int) -> bool:
    try:
        world.record(signup(number))
    except LogUnavailable:
        return False
    return True


def test_two_runners_share_the_work_without_doubling_it(world: World) -> None:
    for number in range(30):
        world.record(signup(number))
        world.record(OptOut(email(number), "email", "acme", (), "link"))
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(step_until, world, world.store.newest().position) for _ in range(2)]
    moved = [one.result() for one in both]
    assert positions(world) == {world.store.newest().position}
    assert world.rows("SELECT sum(listed) FROM status_counters") == world.rows(
        "SELECT count(*) FROM channel_status"
    )
    changes = "SELECT count(*) - count(DISTINCT (identifier_id, channel, scope, purpose, position)) FROM outbox"
    assert world.rows(changes) == [(0,)]
    assert all(moved), "both had a part in it"
    for projection in ALL:
        assert verify(world.source, projection).equal


def step_until(world: World, position: int) -> int:
    runner = Runner(ALL, world.source, batch=7)
    moved = 0
    while positions(world) != {position}:
        moved += runner.step()
    return moved


def test_a_batch_is_cut_between_acts(world: World) -> None:
    """What one act does is seen at once: a link is never half there."""
    world.record(signup(1), signup(2))
    world.record(Identification((email(1), email(2)), "form"))
    acts = [event.envelope.act_id for event in world.store.follow(0, 1000)]
    for limit in range(1, len(acts) + 2):
        mark, taken = Watermark(0, None), 0
        while portion := next_portion(world.store, "any", mark, limit=limit):
            taken += len(portion.events)
            assert taken == len(acts) or acts[taken] != acts[taken - 1]
            mark = Watermark(portion.upto, portion.at)
        assert taken == len(acts)


def test_a_projection_stops_at_the_first_event_it_fails_on(world: World) -> None:
    for number in range(6):
        world.record(signup(number))
    world.project()
    with psycopg.connect(world.url) as connection:
        connection.execute("ALTER TABLE identifiers ADD CHECK (value <> 'p8@example.com')")
    for number in range(6, 10):
        world.record(signup(number))
    stopped: list[ProjectionStopped] = []
    runner = Runner(ALL, world.source, stopped=stopped.append)
    while runner.step():
        pass
    [error] = stopped
    [bad] = [event for event in world.store.follow(0, 1000) if event.position == error.position]
    assert error.projection == "identifiers"
    assert error.event_id == bad.event_id
    assert world.store.open([bad])[0].body.value == "p8@example.com"  # type: ignore[attr-defined]
    assert "p8" not in str(error)
    with world.connect() as connection:
        marks = watermarks(connection)
    assert marks["identifiers"].position < error.position
    assert {mark.position for name, mark in marks.items() if name != "identifiers"} == {
        world.store.newest().position
    }


def test_what_is_too_much_for_postgresql_is_no_outage(world: World) -> None:
    """An endless retry would look like a database that is away."""
    world.record(SignUp((email(1),), (Subscription("email", "acme/" + random_text(9_000), ("cart",)),), "form"))
    with pytest.raises(ProjectionStopped) as stopped:
        catch_up(world.source, [PROJECTIONS["channel_status"]])
    assert stopped.value.event_id is not None


def random_text(length: int) -> str:
    """Text that does not compress."""
    return Random(1).randbytes(length // 2).hex()


def test_an_event_this_version_cannot_load_stops_all_of_them_before_it(world: World) -> None:
    registered = world.store.newest().position
    world.record(signup(1))
    good = world.store.newest().position
    with psycopg.connect(world.url) as connection:
        connection.execute(
            "INSERT INTO stored_events SELECT gen_random_uuid(), 1, 'contact.from-the-future.v9', state, nextval("
            "'stored_events_notification_id_seq'), organization, gen_random_uuid(), gen_random_uuid(), digest,"
            " recorded_at FROM stored_events LIMIT 1"
        )
    with pytest.raises(ProjectionStopped) as stopped:
        catch_up(world.source, ALL)
    assert (stopped.value.position, stopped.value.event_id) == (good, None)
    assert positions(world) == {registered}, "the act before it may go on, so it is held back"


def test_it_ends_with_the_error_once_none_is_left(world: World) -> None:
    world.record(signup(1))
    with psycopg.connect(world.url) as connection:
        connection.execute("ALTER TABLE identifiers ADD CHECK (valid = false)")
    runner = Runner([PROJECTIONS["identifiers"]], world.source)
    with pytest.raises(ProjectionStopped):
        runner.run(threading.Event(), lambda: world.now)


def test_a_step_that_another_has_taken_is_left_alone(world: World) -> None:
    """Between reading and writing somebody else was faster: nothing is written twice."""
    world.record(signup(1))
    projection = PROJECTIONS["channel_status"]
    overtaken = False

    @contextmanager
    def connect() -> Iterator[Any]:
        nonlocal overtaken
        with world.source.connect() as connection:
            yield connection
        if not overtaken:
            overtaken = True
            catch_up(world.source, [projection])

    runner = Runner([projection], Source(world.source.log, connect))
    assert not runner.step()
    assert world.rows("SELECT count(*) FROM outbox") == [(1,)]
