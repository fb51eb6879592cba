"""What an erasure reaches: the person's contacts, what they hold, and what nobody has held since (DESIGN §3)."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from ledger.events.body import Event
from ledger.events.contact import ContactsLinked, IdentifierAttached, IdentifierDetached
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed, IdentifierErased, IdentifierReleased, Subscribed
from ledger.rules.erasure import Reach, reach
from ledger.rules.identity import Read, person
from tests.rules.streams import SCOPE, stream

ANN, AN, BEN = UUID(int=11), UUID(int=12), UUID(int=13)
EMAIL, PHONE, OLD = UUID(int=21), UUID(int=22), UUID(int=20)
LINK = UUID(int=31)


def attached(identifier: UUID, kind: str = "email") -> IdentifierAttached:
    return IdentifierAttached(identifier_id=identifier, kind=kind)


def claimed(contact: UUID) -> IdentifierClaimed:
    return IdentifierClaimed(contact_id=contact, kind="email")


def reading(streams: Mapping[UUID, Iterable[Event]]) -> Read:
    """A reader of these streams; what is not there is empty."""

    def read(ids: Collection[UUID]) -> Mapping[UUID, list[Recorded]]:
        return {one: stream(*streams.get(one, ())) for one in ids}

    return read


def reached(streams: Mapping[UUID, Iterable[Event]]) -> Reach:
    read = reading(streams)
    return reach(person(ANN, read), read)


def test_a_person_without_identifiers_is_its_contact_alone() -> None:
    assert reached({}) == Reach((ANN,), (), ())
    assert reached({}).streams == [ANN]


def test_what_is_held_goes_and_identifiers_stand_before_contacts() -> None:
    found = reached(
        {ANN: [attached(PHONE, "phone"), attached(EMAIL)], EMAIL: [claimed(ANN)], PHONE: [claimed(ANN)]}
    )
    assert found == Reach((ANN,), (PHONE, EMAIL), ())
    assert found.streams == [PHONE, EMAIL, ANN]


def test_every_contact_of_the_person_goes() -> None:
    def linked(other: UUID) -> ContactsLinked:
        return ContactsLinked(link_id=LINK, other_contact_id=other, automatic=True, cause="same_message")

    found = reached(
        {
            ANN: [attached(EMAIL), linked(AN)],
            AN: [attached(PHONE, "phone"), linked(ANN)],
            EMAIL: [claimed(ANN)],
            PHONE: [claimed(AN)],
        }
    )
    assert (set(found.contacts), set(found.identifiers), found.elsewhere) == ({ANN, AN}, {EMAIL, PHONE}, ())


def test_what_was_held_once_goes_where_nobody_has_held_it_since() -> None:
    once = [attached(PHONE), attached(OLD), IdentifierDetached(identifier_id=PHONE, kind="email")]
    once.append(IdentifierDetached(identifier_id=OLD, kind="email"))
    free: list[Event] = [claimed(ANN), IdentifierReleased(contact_id=ANN)]
    assert reached({ANN: once, PHONE: free, OLD: free}) == Reach((ANN,), (OLD, PHONE), ())


def test_what_somebody_else_holds_now_stays() -> None:
    once = [attached(EMAIL), attached(PHONE), IdentifierDetached(identifier_id=PHONE, kind="email")]
    once += [attached(OLD), IdentifierDetached(identifier_id=OLD, kind="email")]
    theirs = [claimed(ANN), claimed(BEN)]
    found = reached({ANN: once, EMAIL: [claimed(ANN)], PHONE: theirs, OLD: theirs})
    assert found == Reach((ANN,), (EMAIL,), (OLD, PHONE))


def test_what_the_person_holds_by_the_log_of_the_identifier_is_not_elsewhere() -> None:
    once = [attached(PHONE), IdentifierDetached(identifier_id=PHONE, kind="email")]
    assert reached({ANN: once, PHONE: [claimed(ANN)]}) == Reach((ANN,), (), ())


def test_what_was_erased_before_is_not_erased_again_until_it_was_opened() -> None:
    once = [attached(PHONE), IdentifierDetached(identifier_id=PHONE, kind="email")]
    gone = [claimed(ANN), IdentifierErased()]
    assert reached({ANN: once, PHONE: gone}) == Reach((ANN,), (), ())
    opened = Subscribed(channel="email", scope=SCOPE, purposes=("marketing",), method="form")
    assert reached({ANN: once, PHONE: [*gone, opened]}) == Reach((ANN,), (PHONE,), ())
