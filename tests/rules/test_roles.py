"""Who works in an organization and in which role, event by event."""

from uuid import UUID

from ledger.events.settings import PersonAdded, RoleGranted, RoleRevoked
from ledger.rules.people import Person, people
from tests.rules.streams import HOUR, START, stream

ANN, BEN = UUID(int=11), UUID(int=12)
ADDED = PersonAdded(person_id=ANN, name="Ann", email="ann@example.com")


def granted(role: str, person: UUID = ANN) -> RoleGranted:
    return RoleGranted(person_id=person, role=role)


def revoked(role: str, person: UUID = ANN) -> RoleRevoked:
    return RoleRevoked(person_id=person, role=role)


def test_nobody_is_there_before_somebody_was_added() -> None:
    assert people([]) == {}
    assert people(stream(granted("admin"), revoked("admin"))) == {}


def test_who_was_added_may_do_nothing_until_a_role_is_granted() -> None:
    assert people(stream(ADDED)) == {ANN: Person(ANN, "Ann", "ann@example.com", START)}
    found = people(stream(ADDED, granted("auditor")))
    assert found == {ANN: Person(ANN, "Ann", "ann@example.com", START, "auditor")}


def test_a_grant_takes_the_place_of_the_one_before() -> None:
    assert people(stream(ADDED, granted("auditor"), granted("admin")))[ANN].role == "admin"


def test_only_the_role_that_somebody_has_can_be_revoked() -> None:
    assert people(stream(ADDED, granted("admin"), revoked("admin")))[ANN].role is None
    assert people(stream(ADDED, granted("admin"), revoked("auditor")))[ANN].role == "admin"
    assert people(stream(ADDED, granted("auditor"), granted("admin"), revoked("auditor")))[ANN].role == "admin"


def test_added_again_means_renamed_and_keeps_the_role_and_the_day() -> None:
    again = PersonAdded(person_id=ANN, name="Ann B.", email="ann.b@example.com")
    found = people(stream(ADDED, granted("admin"), again))
    assert found == {ANN: Person(ANN, "Ann B.", "ann.b@example.com", START, "admin")}


def test_people_do_not_mix() -> None:
    other = PersonAdded(person_id=BEN, name="Ben", email=None)
    found = people(stream(ADDED, other, granted("admin", BEN), granted("analyst"), revoked("analyst", BEN)))
    assert {one: (who.name, who.role, who.added_at) for one, who in found.items()} == {
        ANN: ("Ann", "analyst", START),
        BEN: ("Ben", "admin", START + HOUR),
    }
