"""A bulk action killed anywhere goes on where it broke off: one approval, each person acted on once."""

from collections import Counter

import pytest

from entrypoints.batches import seeing
from ledger.events.identifier import OptedOut
from ledger.events.settings import BatchApproved
from tests.bulk.crowd import crowd_on, mail
from tests.crash.running import struck

PEOPLE = 14


@pytest.mark.parametrize("point", ["writing", "written", "committed"])
def test_a_killed_bulk_action_goes_on_where_it_broke_off(point: str, fresh_database: str) -> None:
    with crowd_on(fresh_database) as crowd:
        crowd.join(*range(PEOPLE))
        batch = crowd.ask()
        crowd.approve(batch)
        strikes = 0
        while struck("drive_batch", fresh_database, point, str(strikes + 1), "SIGKILL"):
            strikes += 1
        assert strikes >= 2
        assert seeing.get(crowd.ledger, "acme", batch).state == "done"
        assert crowd.outcomes(batch) == {("done", None): PEOPLE}
        ids = crowd.ledger.ids
        streams = {ids.identifier("acme", "email", mail(number).value) for number in range(PEOPLE)}
        opt_outs = Counter(
            event.stream_id
            for events in crowd.ledger.reading.read(streams).values()
            for event in events
            if isinstance(event.body, OptedOut)
        )
        assert (len(opt_outs), set(opt_outs.values())) == (PEOPLE, {1})
        settings = ids.organization("acme")
        events = crowd.ledger.reading.read([settings])[settings]
        assert sum(isinstance(event.body, BatchApproved) for event in events) == 1
