"""What `channel_status`, its counters and its outbox say, by examples."""

from datetime import timedelta

import orjson
import pytest

from consumers.intake import Message, take
from ledger.acts.act import Act
from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange, PlatformListing
from projections import channel_status, counters, outbox
from projections.channel_status import StatusRow
from projections.watermarks import watermark
from tests.projections.world import World, key

NEWS = "acme/shop/-/news"
EMAIL = Given("email", "ann@example.com", "Ann@example.com")
PHONE = Given("phone", "+14155550100", "+14155550100")


def signup(given: Given = PHONE, channel: str = "sms", scope: str = NEWS, **more: object) -> SignUp:
    return SignUp((given,), (Subscription(channel, scope, ("marketing",), **more),), "form")  # type: ignore[arg-type]


def rows_of(world: World, given: Given, organization: str = "acme") -> list[StatusRow]:
    with world.connect() as connection:
        return channel_status.of_identifier(connection, key(given.kind, given.value, organization))


def published(world: World, after: int = 0) -> list[outbox.Change]:
    with world.connect() as connection:
        return outbox.after(connection, after, 1000)


def test_a_signup_is_listed_at_its_list_and_nowhere_above(world: World) -> None:
    world.record(signup())
    world.project()
    [row] = rows_of(world, PHONE)
    assert (row.channel, row.scope, row.purpose) == ("sms", NEWS, "marketing")
    assert (row.consent, row.sendable, row.reasons) == ("subscribed", True, [])
    with world.connect() as connection:
        assert channel_status.members(connection, "acme", "sms", NEWS, "subscribed") == [row]
        assert channel_status.members(connection, "acme", "sms", "acme/shop", "subscribed") == []
        assert channel_status.members(connection, "globex", "sms", NEWS, "subscribed") == []


def test_a_list_is_paged_by_key(world: World) -> None:
    for number in range(7):
        world.record(signup(Given("phone", f"+1415555010{number}", "")))
        world.pass_time(timedelta(seconds=number % 2))
    world.project()
    seen: list[StatusRow] = []
    with world.connect() as connection:
        while page := channel_status.members(
            connection, "acme", "sms", NEWS, "subscribed", after=seen[-1] if seen else None, limit=3
        ):
            seen += page
    assert len({row.identifier_id for row in seen}) == len(seen) == 7
    since = [row.consent_since for row in seen if row.consent_since is not None]
    assert since == sorted(since, reverse=True)


def test_each_channel_has_a_table_of_its_own_and_one_is_for_all(world: World) -> None:
    world.record(signup(), signup(EMAIL, "email"), OptOut(EMAIL, "*", "acme", (), "manual"))
    world.project()
    assert world.rows("SELECT count(*) FROM sms_status") == [(1,)]
    assert world.rows("SELECT consent FROM email_status") == [("unsubscribed",)]
    assert world.rows("SELECT purpose, consent FROM all_channels_status") == [("*", "unsubscribed")]


def test_a_change_is_published_once_and_what_changes_nothing_is_not(world: World) -> None:
    world.record(signup())
    world.project()
    for _ in range(2):
        world.pass_time(timedelta(minutes=1))
        world.record(OptOut(PHONE, "sms", NEWS, ("marketing",), "link"))
        world.project()
    changes = published(world)
    assert [change.payload["consent"] for change in changes if change.payload] == ["subscribed", "unsubscribed"]
    assert [change.change for change in changes] == sorted({change.change for change in changes})
    assert [change.position for change in changes] == sorted(change.position for change in changes)


def test_erasure_publishes_a_tombstone_and_keeps_the_opt_out(world: World) -> None:
    world.record(signup(), OptOut(PHONE, "sms", NEWS, (), "link"))
    world.project()
    last = published(world)[-1].change
    world.pass_time(timedelta(minutes=1))
    world.record(ContactChange("erase", PHONE, request_id="request-1"))
    world.project()
    assert {row.consent for row in rows_of(world, PHONE)} == {"unsubscribed"}
    assert {row.reasons[0] for row in rows_of(world, PHONE)} == {"erased"}
    changes = published(world, last)
    assert len(changes) == len(rows_of(world, PHONE))
    assert [change.payload for change in changes] == [None] * len(changes)


def test_an_endless_scope_stops_no_table(world: World) -> None:
    """A restrictive act stands at the longest part of its scope that can be kept."""
    message = {
        "specversion": "1.0",
        "id": "1",
        "source": "test",
        "type": "contact.opt-out.v1",
        "time": world.now.isoformat(),
        "data": {
            "organization": "acme",
            "identifier": {"kind": "phone", "value": PHONE.value},
            "channel": "sms",
            "scope": f"acme/shop/{'9' * 4000}/vip",
            "method": "link",
        },
    }
    act = take(Message(orjson.dumps(message), (), world.now))
    assert isinstance(act, Act)
    world.recording.record([act])
    world.project()
    assert [(row.scope, row.consent) for row in rows_of(world, PHONE)] == [("acme/shop", "unsubscribed")]


def test_what_everybody_has_seen_can_be_forgotten(world: World) -> None:
    world.record(signup(), signup(EMAIL, "email"))
    world.project()
    first, second = published(world)
    with world.connect() as connection:
        assert outbox.forget(connection, first.change) == 1
    assert published(world) == [second]


def test_the_platform_listing_an_address_reaches_it_in_every_organization(world: World) -> None:
    world.register("globex")
    world.record(signup(EMAIL, "email"))
    world.record(signup(EMAIL, "email", "globex/shop"), organization="globex")
    world.project()
    world.record(PlatformListing(EMAIL, listed=True))
    world.project()
    assert [rows_of(world, EMAIL, organization)[0].reasons for organization in ("acme", "globex")] == [
        ["blacklisted"],
        ["blacklisted"],
    ]


@pytest.mark.parametrize("projects", [True, False], ids=["with the next events", "when none come"])
def test_time_alone_ends_a_consent_and_a_pause(world: World, projects: bool) -> None:
    until = world.now + timedelta(hours=5)
    world.record(signup(expires_at=until), HoldChange(PHONE, "pause", "acme", world.now + timedelta(hours=1)))
    world.project()
    before = rows_of(world, PHONE)
    assert {row.changes_at for row in before} == {world.now + timedelta(hours=1)}
    last = published(world)[-1].change
    world.now = until
    if projects:
        world.record(signup(EMAIL, "email"))
        world.project()
    else:
        world.sweep()
    [paused, row] = rows_of(world, PHONE)
    assert (paused.hold, row.hold, row.consent, row.reasons) == ("none", "none", "expired", ["expired"])
    assert (row.consent_since, row.changes_at) == (until, None)
    assert {c.identifier_id for c in published(world, last)} >= {key("phone", PHONE.value)}
    with world.connect() as connection:
        assert watermark(connection, "channel_status").swept_to == until


def test_sweeping_when_nothing_is_due_changes_nothing(world: World) -> None:
    world.record(signup())
    world.project()
    with world.connect() as connection:
        before = watermark(connection, "channel_status")
    world.pass_time(timedelta(days=1))
    world.sweep()
    with world.connect() as connection:
        assert watermark(connection, "channel_status") == before


def test_a_crowd_that_falls_due_at_once_is_swept_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.stepping.CROWD", 2)
    monkeypatch.setattr("projections.sweeper.CROWD", 2)
    phones = [Given("phone", f"+1415555010{number}", "") for number in range(7)]
    for hours, phone in enumerate(phones, 1):
        world.record(signup(phone, expires_at=world.now + timedelta(hours=hours)))
    world.project()
    world.pass_time(timedelta(hours=5))
    world.record(signup(EMAIL, "email"))
    world.project()
    said = [rows_of(world, phone)[0].consent for phone in phones]
    assert said == ["expired"] * 5 + ["subscribed"] * 2
    world.pass_time(timedelta(hours=2))
    world.sweep()
    assert [rows_of(world, phone)[0].consent for phone in phones] == ["expired"] * 7


def test_counters_follow_every_change(world: World) -> None:
    phones = [Given("phone", f"+1415555010{number}", "") for number in range(3)]
    world.record(*map(signup, phones))
    world.project()
    world.pass_time(timedelta(minutes=1))
    world.record(OptOut(phones[0], "sms", NEWS, ("marketing",), "link"), DeliverabilityChange(EMAIL, "blacklist"))
    world.project()
    with world.connect() as connection:
        counted = {(c.channel, c.scope, c.consent): c.listed for c in counters.statuses(connection, "acme")}
    assert counted == {
        ("sms", NEWS, "subscribed"): 2,
        ("sms", NEWS, "unsubscribed"): 1,
        ("*", "acme", "never"): 1,
    }
