"""What `channel_status` says, by examples."""

from datetime import timedelta

from ledger.acts import Given, OptOut, SignUp, Subscription
from projections import channel_status, outbox
from tests.projections.world import World, key

EMAIL = Given("email", "ann@example.com", "Ann@example.com")
PHONE = Given("phone", "+14155550100", "+14155550100")


def signup(given: Given = PHONE, channel: str = "sms", scope: str = "acme/shop/-/news", **more: object) -> SignUp:
    return SignUp((given,), (Subscription(channel, scope, ("marketing",), **more),), "form")  # type: ignore[arg-type]


def test_a_signup_is_listed_at_its_list(world: World) -> None:
    world.record(signup())
    world.project()
    with world.connect() as connection:
        [row] = channel_status.of_identifier(connection, key("phone", PHONE.value))
        assert (row.channel, row.scope, row.purpose) == ("sms", "acme/shop/-/news", "marketing")
        assert (row.consent, row.sendable) == ("subscribed", True)
        assert channel_status.members(connection, "acme", "sms", "acme/shop/-/news", "subscribed") == [row]
        assert channel_status.members(connection, "acme", "sms", "acme/shop", "subscribed") == []


def test_a_change_is_in_the_outbox_once(world: World) -> None:
    world.record(signup())
    world.project()
    world.pass_time(timedelta(minutes=1))
    world.record(OptOut(PHONE, "sms", "acme/shop/-/news", ("marketing",), "link"))
    world.project()
    world.pass_time(timedelta(minutes=1))
    world.record(OptOut(PHONE, "sms", "acme/shop/-/news", ("marketing",), "link"))
    world.project()
    with world.connect() as connection:
        changes = outbox.after(connection, 0, 100)
    assert [change.payload["consent"] for change in changes if change.payload] == ["subscribed", "unsubscribed"]
