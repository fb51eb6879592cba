"""How far followers have come: moved only from where they were, and only by whoever leads."""

import psycopg
import pytest

from ledger.errors import PositionMoved
from ledger.store.followers import lead, reach, reached
from ledger.store.store import Store


def test_a_follower_goes_on_from_where_it_was(store: Store) -> None:
    with store.connection() as connection:
        assert reached(connection, "publisher") == 0
        term = lead(connection, "publisher")
        reach(connection, "publisher", 0, 7, term=term)
        reach(connection, "publisher", 7, 12, term=term)
        assert (reached(connection, "publisher"), reached(connection, "another")) == (12, 0)


@pytest.mark.parametrize("before", [0, 6, 8])
def test_a_follower_that_was_overtaken_is_refused(store: Store, before: int) -> None:
    with store.connection() as connection:
        term = lead(connection, "publisher")
        reach(connection, "publisher", 0, 7, term=term)
        with pytest.raises(PositionMoved, match="publisher"):
            reach(connection, "publisher", before, 9, term=term)
        assert reached(connection, "publisher") == 7


def test_whoever_led_before_may_note_nothing_more(store: Store) -> None:
    with store.connection() as connection:
        earlier = lead(connection, "publisher")
        later = lead(connection, "publisher")
        with pytest.raises(PositionMoved, match="publisher"):
            reach(connection, "publisher", 0, 7, term=earlier)
        reach(connection, "publisher", 0, 5, term=later)
        assert reached(connection, "publisher") == 5


def test_nobody_may_begin_to_lead_while_progress_is_being_noted(store: Store) -> None:
    with store.connection() as noting, store.connection() as leading:
        term = lead(noting, "publisher")
        leading.execute("SET lock_timeout = '50ms'")
        with noting.transaction():
            reach(noting, "publisher", 0, 7, term=term)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                lead(leading, "publisher")
        leading.execute("SET lock_timeout = DEFAULT")
        assert lead(leading, "publisher") > term
