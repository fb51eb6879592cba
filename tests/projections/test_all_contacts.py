"""What `all_contacts` says, by examples."""

from ledger.acts import Given, ProfileEdit
from projections.contact_list import Filter, contacts
from tests.projections.world import World

EMAIL = Given("email", "ann@example.com", "ann@example.com")


def test_a_character_that_postgresql_cannot_hold_stops_no_table(world: World) -> None:
    world.record(ProfileEdit(EMAIL, set={"first_name": "A\0nn", "tags": ["x\0", {"k": "\0y"}]}))
    world.project()
    with world.connect() as connection:
        [row] = contacts(connection, "acme", Filter(search="ann@example"))
    assert row.first_name == "Ann"
    assert row.profile["tags"] == ["x", {"k": "y"}]
