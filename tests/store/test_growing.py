"""A stream that is asked for again and again is read on, and is what a whole reading of it gives."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from entrypoints import fields
from entrypoints.acting import Hand
from entrypoints.wiring import opened
from ledger.events.envelope import Recorded
from ledger.store import growing
from tests.api.serving import settings
from tests.bulk.crowd import Crowd, crowd_on


def known(crowd: Crowd, stream: UUID) -> Sequence[Recorded]:
    events = crowd.ledger.reading.growing([stream])[stream]
    assert list(events) == crowd.ledger.reading.read([stream])[stream]
    return events


def test_what_another_process_records_is_read_on(fresh_database: str) -> None:
    with crowd_on(fresh_database) as crowd, opened(settings(fresh_database)) as other:
        stream, hand = crowd.ledger.ids.organization("acme"), Hand(other, "acme", "test", "somebody")
        first = known(crowd, stream)
        fields.define(hand, "shoe_size", "number", "Shoe size")
        second = known(crowd, stream)
        assert len(second) == len(first) + 1
        assert all(one is same for one, same in zip(first, second, strict=False)), "only what came since is read"
        fields.define(hand, "city", "text", "City")
        assert [event.version for event in known(crowd, stream)] == list(range(1, len(second) + 2))


def test_a_stream_that_is_not_there_is_empty_until_it_is(fresh_database: str) -> None:
    with crowd_on(fresh_database) as crowd:
        crowd.join(0)
        stranger, there = uuid4(), crowd.ledger.ids.identifier("acme", "email", "person1@example.com")
        assert crowd.ledger.reading.growing([stranger, there]) == {stranger: (), there: ()}
        crowd.join(1)
        assert known(crowd, there)
        assert known(crowd, stranger) == ()


def test_more_streams_than_are_kept_in_mind_are_read_all_the_same(fresh_database: str) -> None:
    with crowd_on(fresh_database) as crowd:
        crowd.join(*range(6))
        streams = [crowd.ledger.ids.identifier("acme", "email", f"person{n}@example.com") for n in range(6)]
        few = growing.Growing(most=2)
        with crowd.ledger.reading.connection() as connection:
            for stream in [*streams, *streams]:
                events = few.read(connection, "", [stream])[stream]
                assert list(events) == crowd.ledger.reading.read([stream])[stream]
