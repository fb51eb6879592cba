"""A reversal in bulk killed anywhere and run again takes back each event once, under one approval."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from ledger.acts.settings import Registration
from ledger.events.identifier import EventReversed
from ledger.events.settings import ReversalApproved
from tests.bulk.scene import MINUTES, Scene, click, email, signup
from tests.crash.running import struck
from tests.histories import ORGANIZATION
from tests.ledgers import store_on
from tests.store.making import IDS

PEOPLE = 14


@pytest.mark.parametrize("point", ["writing", "written", "committed"])
def test_a_killed_reversal_goes_on_where_it_broke_off(point: str, fresh_database: str) -> None:
    with store_on(fresh_database) as store:
        scene = Scene(store, lambda: datetime.now(UTC))
        scene.record(Registration("Acme"))
        scene.burst(PEOPLE)
        digest = scene.reversing.listing(ORGANIZATION, MINUTES).digest
        strikes = 0
        while struck("drive_reversal", fresh_database, digest, point, str(strikes + 1), "SIGKILL"):
            strikes += 1
            if strikes == 2:  # what fits and comes meanwhile was not approved
                scene.record(signup(email("late")))
                scene.record(click(email("late")), MINUTES.begin)
        assert strikes >= 2
        people = [email(number) for number in range(PEOPLE)]
        assert scene.sendable(*people, email("late")) == [True] * PEOPLE + [False]
        streams = {IDS.identifier(ORGANIZATION, one.kind, one.value) for one in people}
        reversals = Counter(
            event.body.reversed_event_id
            for events in store.read(streams).values()
            for event in events
            if isinstance(event.body, EventReversed)
        )
        assert (len(reversals), set(reversals.values())) == (PEOPLE, {1})
        settings = IDS.organization(ORGANIZATION)
        approvals = [e for e in store.read([settings])[settings] if isinstance(e.body, ReversalApproved)]
        assert len(approvals) == 1
