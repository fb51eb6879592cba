"""Who held a number, epoch by epoch, whatever the order in which the ledger learnt of it (DESIGN §3)."""

from itertools import permutations
from uuid import UUID

from ledger.events.body import Event
from ledger.events.identifier import Banned, IdentifierClaimed, IdentifierReassigned, IdentifierReleased
from ledger.rules.epochs import Epoch, epochs
from tests.rules.streams import HOUR, START, event, stream

ANN, BEN, CID = UUID(int=11), UUID(int=12), UUID(int=13)
RECYCLED = IdentifierReassigned(cause="recycled")
PORTED = IdentifierReassigned(cause="ported")


def claimed(contact: UUID) -> IdentifierClaimed:
    return IdentifierClaimed(contact_id=contact, kind="phone")


def released(contact: UUID) -> IdentifierReleased:
    return IdentifierReleased(contact_id=contact)


def held(*bodies: Event) -> list[tuple[UUID, ...]]:
    return [one.contacts for one in epochs(stream(*bodies))]


def test_of_what_was_never_heard_there_are_none() -> None:
    assert epochs([]) == []
    assert epochs(iter(())) == []


def test_the_first_begins_with_the_first_event_and_has_no_end() -> None:
    found = epochs(stream(claimed(ANN), released(ANN), claimed(BEN), claimed(ANN)))
    assert found == [Epoch(1, START, None, "first_heard_of", UUID(int=1), (ANN, BEN))]
    assert epochs(stream(Banned(scope="acme"))) == [Epoch(1, START, None, "first_heard_of", UUID(int=1), ())]


def test_recycling_closes_one_and_opens_the_next_and_porting_does_neither() -> None:
    one, two, three = epochs(stream(claimed(ANN), RECYCLED, claimed(BEN), PORTED, claimed(CID), RECYCLED))
    assert one == Epoch(1, START, START + HOUR, "first_heard_of", UUID(int=1), (ANN,))
    assert two == Epoch(2, START + HOUR, START + 5 * HOUR, "recycled", UUID(int=2), (BEN, CID))
    assert three == Epoch(3, START + 5 * HOUR, None, "recycled", UUID(int=6), ())


def test_a_number_first_heard_of_when_it_was_recycled_has_one_epoch() -> None:
    assert epochs(stream(RECYCLED, claimed(ANN))) == [Epoch(1, START, None, "recycled", UUID(int=1), (ANN,))]


def test_neither_the_order_of_arrival_nor_duplicates_matter() -> None:
    events = stream(claimed(ANN), RECYCLED, claimed(BEN), RECYCLED, claimed(ANN))
    expected = epochs(events)
    assert [one.contacts for one in expected] == [(ANN,), (BEN,), (ANN,)]
    for order in permutations(events):
        assert epochs([*order, order[0]]) == expected


def test_a_claim_of_the_moment_of_the_recycling_is_of_the_epoch_before() -> None:
    at = START + HOUR
    events = [event(0, claimed(ANN), START), event(1, RECYCLED, at), event(2, claimed(BEN), at)]
    assert [one.contacts for one in epochs(events)] == [(ANN, BEN), ()]
    later = [*events[:2], event(2, claimed(BEN), at + HOUR / 3600)]
    assert [one.contacts for one in epochs(later)] == [(ANN,), (BEN,)]


def test_a_claim_effective_before_anything_else_counts_to_the_first() -> None:
    early = event(3, claimed(CID), START - HOUR)
    found = epochs([*stream(claimed(ANN), RECYCLED), early])
    assert found[0] == Epoch(1, START - HOUR, START + HOUR, "first_heard_of", early.event_id, (CID, ANN))


def test_each_contact_stands_once_in_an_epoch() -> None:
    assert held(claimed(BEN), claimed(ANN), claimed(BEN), RECYCLED, claimed(BEN)) == [(BEN, ANN), (BEN,)]
