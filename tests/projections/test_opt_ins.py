"""Opt-ins: what counts as one, in whatever order requests and confirmations are recorded; counts by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ledger.acts.consent import Confirmation, OptOut, Reply, SignUp, Subscription
from ledger.acts.given import Given
from projections import by_day
from projections.rebuild import rebuild, verify
from projections.registry import PROJECTIONS
from tests.projections.world import World

PHONE = Given("phone", "+14155550100", "+1 415 555 0100")
EMAIL = Given("email", "ann@example.com", "Ann@example.com")
SENDER = "acme/shop/55512"
NEWS = "acme/shop/-/news"


def signed_up(given: Given, channel: str, scope: str, method: str = "form", *, asks: bool = False) -> SignUp:
    return SignUp((given,), (Subscription(channel, scope, ("marketing",), double_opt_in=asks),), method)


def opt_ins(world: World) -> list[tuple[str, str, str]]:
    return world.rows("SELECT method, channel, scope FROM opt_ins ORDER BY position, channel, scope")


def test_a_subscription_is_one_and_a_request_is_none_until_it_is_confirmed(world: World) -> None:
    world.record(signed_up(EMAIL, "email", NEWS))
    world.record(signed_up(EMAIL, "email", "acme/shop", "checkout", asks=True))
    world.project()
    assert opt_ins(world) == [("form", "email", NEWS)]
    world.pass_time(timedelta(minutes=5))
    world.record(Confirmation(EMAIL, str(world.number), True))
    world.project()
    assert opt_ins(world) == [("form", "email", NEWS), ("checkout", "email", "acme/shop")]


def test_a_start_is_one_and_so_is_a_y_to_a_request_of_its_sender(world: World) -> None:
    world.record(Reply(PHONE, SENDER, "Y"))
    world.pass_time(timedelta(minutes=1))
    world.record(signed_up(PHONE, "sms", SENDER, asks=True))
    world.record(signed_up(PHONE, "sms", "acme/other/1", asks=True))
    world.pass_time(timedelta(minutes=1))
    world.record(Reply(PHONE, SENDER, "Y"))
    world.record(Reply(PHONE, SENDER, "START"))
    world.record(Reply(PHONE, SENDER, "STOP"))
    world.project()
    assert opt_ins(world) == [("form", "sms", SENDER), ("keyword", "sms", SENDER)]


def test_a_request_that_comes_after_its_answer_counts_once(world: World) -> None:
    asked_at = world.now
    world.pass_time(timedelta(minutes=5))
    world.record(Reply(PHONE, SENDER, "Y"))
    world.project()
    assert opt_ins(world) == []
    world.record(signed_up(PHONE, "sms", SENDER, asks=True), at=asked_at)
    world.project(batch=1)
    assert opt_ins(world) == [("form", "sms", SENDER)]
    world.record(signed_up(PHONE, "sms", f"{SENDER}/vip", "checkout", asks=True), at=asked_at)
    world.project(batch=1)
    assert opt_ins(world) == [("form", "sms", SENDER), ("checkout", "sms", f"{SENDER}/vip")]
    assert sum(one.number for one in counted(world)) == 2
    assert verify(world.source, PROJECTIONS["opt_ins"]).equal


def test_days_are_those_on_which_it_happened_and_a_rebuild_finds_the_same(world: World) -> None:
    long_ago = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    world.record(signed_up(EMAIL, "email", NEWS), at=long_ago)
    world.record(signed_up(PHONE, "sms", SENDER), OptOut(EMAIL, "email", NEWS, (), "link"))
    world.record(OptOut(PHONE, "sms", SENDER, (), "manual"))
    world.project(batch=1)
    today = world.now.date()
    expected: list[Any] = [
        ("opt_ins", date(2025, 12, 31), "form", "email", NEWS, 1),
        ("opt_ins", today, "form", "sms", SENDER, 1),
        ("opt_outs", today, "link", "email", NEWS, 1),
        ("opt_outs", today, "manual", "sms", SENDER, 1),
    ]
    assert [(o.what, o.day, o.method, o.channel, o.scope, o.number) for o in counted(world)] == expected
    for name in ("opt_ins", "opt_outs"):
        assert verify(world.source, PROJECTIONS[name]).equal
        rebuild(world.source, PROJECTIONS[name])
    assert [(o.what, o.day, o.method, o.channel, o.scope, o.number) for o in counted(world)] == expected
    with world.connect() as connection:
        assert by_day.counted(connection, "acme", today, today) != []
        assert by_day.counted(connection, "acme-other", date(2025, 1, 1), today) == []


def counted(world: World) -> list[by_day.Counted]:
    with world.connect() as connection:
        return list(by_day.counted(connection, "acme", date(2025, 1, 1), world.now.date()))
