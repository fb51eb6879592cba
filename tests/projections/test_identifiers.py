"""What `identifiers` says, by examples."""

from datetime import timedelta

from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange, PlatformListing, Reassignment, Receipt
from projections import identifiers
from projections.identifiers import IdentifierRow
from tests.projections.world import World, key

EMAIL = Given("email", "ann@example.com", "Ann@example.com")
PHONE = Given("phone", "+14155550100", "+14155550100")
NEWS = Subscription("email", "acme/shop/-/news", ("marketing",))


def row_of(world: World, given: Given) -> IdentifierRow:
    with world.connect() as connection:
        row = identifiers.identifier(connection, "acme", key(given.kind, given.value))
    assert row is not None
    return row


def test_the_address_its_holder_and_its_person(world: World) -> None:
    world.record(SignUp((EMAIL,), (NEWS,), "form"), OptOut(PHONE, "sms", "acme", (), "manual"))
    world.record(Identification((EMAIL, PHONE), "form"))
    world.project()
    email, phone = row_of(world, EMAIL), row_of(world, PHONE)
    assert (email.kind, email.value, phone.kind, phone.value) == ("email", EMAIL.value, "phone", PHONE.value)
    assert email.contact_id != phone.contact_id
    assert email.person_id == phone.person_id in (email.contact_id, phone.contact_id)
    with world.connect() as connection:
        both = identifiers.identifiers(connection, "acme", [email.id, phone.id])
        assert {row.id for row in both} == {email.id, phone.id}
        assert identifiers.identifier(connection, "globex", email.id) is None


def test_deliverability_by_channel_and_holds_by_scope(world: World) -> None:
    bounced_at = world.now
    world.record(Receipt(PHONE, "sms", "hard_bounce"), Receipt(PHONE, "whatsapp", "soft_bounce"))
    world.record(
        HoldChange(PHONE, "ban", "acme/shop"), HoldChange(PHONE, "pause", "acme", world.now + timedelta(1))
    )
    world.project()
    row = row_of(world, PHONE)
    assert row.deliverability["sms"]["status"] == "bounced"
    assert row.deliverability["sms"]["since"] == bounced_at.isoformat()
    assert (row.deliverability["whatsapp"]["status"], row.deliverability["whatsapp"]["soft_bounces"]) == (
        "active",
        1,
    )
    assert {scope: held["hold"] for scope, held in row.holds.items()} == {"acme": "paused", "acme/shop": "banned"}
    world.pass_time(timedelta(days=2))
    world.sweep()
    assert {scope: held["hold"] for scope, held in row_of(world, PHONE).holds.items()} == {"acme/shop": "banned"}


def test_the_platform_s_list_is_seen(world: World) -> None:
    world.record(SignUp((EMAIL,), (NEWS,), "form"))
    world.project()
    for listed, status in ((True, "blacklisted"), (False, "active")):
        world.pass_time(timedelta(minutes=1))
        world.record(PlatformListing(EMAIL, listed=listed))
        world.project()
        assert row_of(world, EMAIL).deliverability["email"]["status"] == status


def test_a_recycled_number_begins_a_new_epoch(world: World) -> None:
    world.record(OptOut(PHONE, "sms", "acme", (), "manual"))
    world.record(Reassignment(PHONE, "ported"), Reassignment(PHONE, "recycled"))
    world.project()
    assert row_of(world, PHONE).epoch == 2


def test_erasing_takes_the_address_and_its_holder_away(world: World) -> None:
    world.record(SignUp((EMAIL,), (NEWS,), "form"))
    world.project()
    world.pass_time(timedelta(minutes=1))
    world.record(ContactChange("erase", EMAIL, request_id="request-1"))
    world.project()
    row = row_of(world, EMAIL)
    assert (row.value, row.contact_id, row.person_id, row.erased) == (None, None, None, True)
    world.pass_time(timedelta(minutes=1))
    world.record(SignUp((EMAIL,), (NEWS,), "form"))
    world.project()
    row = row_of(world, EMAIL)
    assert (row.value, row.erased) == (EMAIL.value, False)
    assert row.contact_id is not None
