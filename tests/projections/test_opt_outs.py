"""The compliance clock: every opt-out has a row, its marks are never early, and none that is overdue is hidden."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from ledger.acts.consent import OptOut, Reply, SignUp, Subscription
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange, Reassignment
from ledger.events.envelope import Envelope
from ledger.events.identifier import ReplyReclassified
from ledger.events.vocabulary import ReplyClass
from ledger.rules.business_days import SHORTEST
from ledger.store.migrate import migrate
from projections import marks, opt_outs
from projections.opt_outs import After, Clocked
from projections.rebuild import rebuild, verify
from projections.registry import PROJECTIONS
from tests.projections.world import PACKAGES, World, key
from tests.store.making import IDS, KEYRING

PHONE = Given("phone", "+14155550100", "+1 415 555 0100")
EMAIL = Given("email", "ann@example.com", "Ann@example.com")
SENDER = "acme/shop/55512"


def listed(world: World, **asked: Any) -> list[Clocked]:
    with world.connect() as connection:
        return opt_outs.newest(connection, "acme", **asked)


def test_every_kind_of_opt_out_has_a_row_and_nothing_else_has(world: World) -> None:
    world.record(SignUp((PHONE, EMAIL), (Subscription("sms", SENDER, ("marketing",)),), "form"))
    for body in (
        Reply(PHONE, SENDER, "STOP"),
        Reply(PHONE, SENDER, "who is this?"),
        OptOut(EMAIL, "email", "acme/shop", (), "one_click"),
        OptOut(EMAIL, "*", "acme", (), "import"),
        HoldChange(PHONE, "ban", "acme"),
        HoldChange(PHONE, "pause", "acme"),
        Reassignment(PHONE, "deactivated"),
    ):
        world.pass_time(timedelta(minutes=1))
        world.record(body)
    world.project()
    assert [(one.method, one.channel, one.scope) for one in listed(world)] == [
        ("carrier", "*", "acme"),
        ("ban", "*", "acme"),
        ("import", "*", "acme"),
        ("one_click", "email", "acme/shop"),
        ("keyword", "sms", SENDER),
    ]


def reclassified(world: World, reply: UUID, reply_class: ReplyClass) -> None:
    """A person reads a reply anew."""
    body = ReplyReclassified(reply_event_id=reply, reply_class=reply_class, keywords="2026-2")
    act = world.act(Reply(PHONE, SENDER, "x"))
    stream = world.store.read([key("phone", PHONE.value)])[key("phone", PHONE.value)]
    envelope = Envelope(uuid4(), "acme", uuid4(), b"digest", act.source, world.now, world.now)
    made = type(stream[0])(stream[0].stream_id, stream[-1].version + 1, 0, envelope, body)
    sealed = world.store.seal([made])
    with world.store.writing() as writing:
        writing.append(sealed)


def test_a_reply_read_as_a_stop_later_was_received_when_it_came(world: World) -> None:
    world.record(Reply(PHONE, SENDER, "hm, who is that"))
    came = world.now
    world.pass_time(timedelta(days=3))
    (reply,) = (e for e in world.store.follow(0, 100) if e.name == "identifier.reply-received.v1")
    reclassified(world, reply.event_id, ReplyClass.STOP)
    reclassified(world, reply.event_id, ReplyClass.OTHER)
    world.project(batch=1)
    (one,) = listed(world)
    assert (one.received_at, one.recorded_at, one.scope) == (came, world.now, SENDER)
    assert verify(world.source, PROJECTIONS["opt_outs"]).equal


def test_an_opt_out_is_enforced_when_the_statuses_have_it(world: World) -> None:
    world.record(OptOut(EMAIL, "email", "acme/shop", (), "link"))
    assert [one.enforced for one in listed(world)] == []
    before = datetime.now(UTC)
    world.project()
    (one,) = listed(world)
    assert one.enforced_at is not None
    assert before - timedelta(seconds=1) < one.enforced_at <= datetime.now(UTC) + timedelta(seconds=1)
    assert (one.published, one.published_at) == (False, None)


def test_what_was_done_before_the_clock_was_kept_has_no_time(world: World) -> None:
    world.record(OptOut(EMAIL, "email", "acme/shop", (), "link"))
    world.project()
    with psycopg.connect(world.url) as connection:
        connection.execute("DROP TABLE opt_outs; DROP TABLE marks")
        connection.execute("DELETE FROM watermarks WHERE projection = 'opt_outs'")
        connection.execute("DELETE FROM schema_migrations WHERE name = '0140_opt_outs.sql'")
    assert migrate(world.url, IDS, KEYRING, PACKAGES) == ["0140_opt_outs.sql"]
    world.record(OptOut(PHONE, "sms", "acme/shop", (), "manual"))
    world.project()
    later, earlier = listed(world)
    assert later.enforced_at is not None
    assert (earlier.enforced, earlier.enforced_at) == (True, None)
    assert (earlier.published, earlier.published_at) == (True, None)


def test_a_step_that_fails_leaves_no_mark(world: World) -> None:
    world.record(OptOut(EMAIL, "email", "acme/shop", (), "link"))
    with pytest.raises(ZeroDivisionError):
        failing_after_a_mark(world)
    assert world.rows("SELECT * FROM marks") == []


def failing_after_a_mark(world: World) -> None:
    with world.connect() as connection:
        marks.mark_enforced(connection, world.store.newest().position)
        raise ZeroDivisionError


def test_rebuilding_makes_no_marks_and_keeps_those_there_are(world: World) -> None:
    world.record(OptOut(EMAIL, "email", "acme/shop", (), "link"))
    world.project()
    before = world.rows("SELECT * FROM marks")
    rebuild(world.source, PROJECTIONS["channel_status"])
    rebuild(world.source, PROJECTIONS["opt_outs"])
    assert world.rows("SELECT * FROM marks") == before
    assert len(listed(world)) == 1


def test_marks_in_quick_succession_leave_the_last_and_the_oldest_wait(world: World) -> None:
    for _ in range(3):
        world.record(OptOut(EMAIL, "email", "acme/shop", (), "link"))
        world.pass_time(timedelta(minutes=1))
    at = datetime(2026, 3, 3, tzinfo=UTC)
    quick = timedelta(milliseconds=30)
    with world.connect() as connection:
        for position in (1, 2, 3):
            marks.mark_enforced(connection, position, at + position * quick)
        marks.mark_enforced(connection, 3, at + timedelta(hours=1))
        marks.mark_enforced(connection, 2, at + timedelta(hours=2))
        marks.mark_enforced(connection, 4, at + 4 * quick)
        found = connection.execute("SELECT position, at, oldest FROM marks ORDER BY position").fetchall()
    recorded = {event.position: event.envelope.recorded_at for event in world.store.follow(0, 100)}
    assert found == [(3, at + 3 * quick, recorded[1]), (4, at + 4 * quick, recorded[4])]


moments = st.integers(0, 60 * 24).map(lambda hours: datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hours))


@st.composite
def runs(draw: st.DrawFn) -> list[datetime]:
    return sorted(draw(st.lists(moments, min_size=1, max_size=12)))


@pytest.fixture(scope="module")
def clocks(shared_world: World) -> Iterator[Connection[Any]]:
    with shared_world.connect() as connection:
        yield connection


def fill(connection: Connection[Any], rows: list[tuple[datetime, datetime]], at: dict[str, list[datetime]]) -> None:
    """Opt-outs at positions 1, 2, … received and recorded then, and marks at some of the positions."""
    connection.execute("DELETE FROM marks; DELETE FROM opt_outs")
    for position, (received, recorded) in enumerate(rows, 1):
        connection.execute(
            "INSERT INTO opt_outs VALUES (%s, %s, %s, 'acme', 'name', 'link', 'email', 'acme', NULL, %s, %s)",
            (position, uuid4(), uuid4(), received, recorded),
        )
    for stage, times in at.items():
        beyond = 0
        for position, moment in enumerate(times, 1):
            if position % 3 and position != len(times):
                continue
            oldest = rows[beyond][1] if beyond < len(rows) else moment
            connection.execute("INSERT INTO marks VALUES (%s, %s, %s, %s)", (stage, position, moment, oldest))
            beyond = position


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(moments, st.integers(0, 20)), min_size=1, max_size=10),
    runs(),
    runs(),
    moments,
    st.integers(1, 3),
)
def test_no_opt_out_that_took_more_than_ten_days_is_hidden(
    clocks: Connection[Any],
    received: list[tuple[datetime, int]],
    enforced: list[datetime],
    published: list[datetime],
    now: datetime,
    limit: int,
) -> None:
    rows, recorded = [], datetime(2026, 3, 2, tzinfo=UTC)
    for at, days in received:
        recorded = max(recorded, at + timedelta(days=days))
        rows.append((at, recorded))
    fill(clocks, rows, {"enforced": enforced, "published": published})
    everyone = opt_outs.newest(clocks, "acme", limit=100)
    wanted = {one.position for one in everyone if took(one, now) > SHORTEST}
    found: list[Clocked] = []
    after: After | None = None
    while page := opt_outs.slow(clocks, "acme", now - SHORTEST, after=after, limit=limit):
        found += page
        after = page[-1].place
    assert [one.place for one in found] == sorted(one.place for one in found)
    assert wanted <= {one.position for one in found}
    assert len(everyone) == len(rows)


def took(one: Clocked, now: datetime) -> timedelta:
    """How long until the last stage, or so far where one is still to come."""
    ends = [one.recorded_at, one.enforced_at or now, one.published_at or now]
    return max(ends) - one.received_at if one.received_at < now - SHORTEST else timedelta()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=40, unique=True))
def test_thinning_never_makes_a_clock_early_and_late_by_ten_seconds_at_most(
    clocks: Connection[Any], milliseconds: list[int]
) -> None:
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    times = [begin + timedelta(milliseconds=ms) for ms in sorted(milliseconds)]
    rows = [(begin, begin)] * len(times)
    fill(clocks, rows, {})
    for position, at in enumerate(times, 1):
        clocks.execute("INSERT INTO marks VALUES ('enforced', %s, %s, %s)", (position, at, begin))
    exact = {one.position: one.enforced_at for one in opt_outs.newest(clocks, "acme")}
    marks.thin(clocks, begin + timedelta(days=1))
    for one in opt_outs.newest(clocks, "acme"):
        before = exact[one.position]
        assert one.enforced_at is not None
        assert before is not None
        assert before <= one.enforced_at < before + timedelta(seconds=10)
    left = clocks.execute(
        "SELECT count(*), count(DISTINCT date_bin('10 s', at, '2000-01-01Z')) FROM marks"
    ).fetchone()
    assert left is not None
    assert left[0] == left[1]
