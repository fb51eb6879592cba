"""How far followers have come: moved only from where they were, in their own transaction."""

import pytest

from ledger.errors import PositionMoved
from ledger.store.followers import reach, reached
from ledger.store.store import Store


def test_a_follower_goes_on_from_where_it_was(store: Store) -> None:
    with store.connection() as connection:
        assert reached(connection, "publisher") == 0
        reach(connection, "publisher", 0, 7)
        reach(connection, "publisher", 7, 12)
        assert (reached(connection, "publisher"), reached(connection, "another")) == (12, 0)


@pytest.mark.parametrize("before", [0, 6, 8])
def test_a_follower_that_was_overtaken_is_refused(store: Store, before: int) -> None:
    with store.connection() as connection:
        reach(connection, "publisher", 0, 7)
        with pytest.raises(PositionMoved, match="publisher"):
            reach(connection, "publisher", before, 9)
        assert reached(connection, "publisher") == 7
