"""Two policies compared over a population: here and in other processes alike; not looked for where none differs."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from entrypoints.policies import Counts, compared, comparison
from ledger.acts import OptOut, PlatformListing
from ledger.comparison import Comparison, compare
from ledger.rules.parameters import policy_of
from ledger.rules.policy import BUILT_IN, Adoption, Policies
from ledger.store.reading import END, Reading
from tests.bulk.crowd import SHOP, Crowd, crowd_on, mail

MONTH = Policies((Adoption(policy_of("month/1", {"express_months": 1})),))
QUIET = {"quiet_hours": {"start": "21:00", "end": "08:00", "time_zone": "Europe/Vienna"}}


@pytest.fixture
def crowd(fresh_database: str) -> Iterator[Crowd]:
    with crowd_on(fresh_database) as crowd:
        yield crowd


def test_who_differs_is_the_same_in_other_processes_and_is_told_with_the_platforms_list(crowd: Crowd) -> None:
    crowd.join(1, 2, 3)
    crowd.record(PlatformListing(mail(2), listed=True), OptOut(mail(3), "email", SHOP, (), "link"))
    at = crowd.ledger.now() + timedelta(days=60)
    asked = comparison(crowd.ledger, "acme", BUILT_IN, MONTH, at)
    here, elsewhere = Counts(), Counts()
    found = list(compared(crowd.ledger, asked, here, workers=1))
    assert found == list(compared(crowd.ledger, asked, elsewhere, workers=2))
    assert here == elsewhere
    keys = {crowd.ledger.ids.identifier("acme", "email", mail(number).value): number for number in (1, 2, 3)}
    told = {keys[one.identifier_id]: (one.before.reasons, one.after.reasons) for one in found}
    assert told == {1: ((), ("expired",)), 2: (("blacklisted",), ("blacklisted", "expired"))}


def unopened() -> AbstractContextManager[Reading]:
    raise AssertionError("no process is needed")


def test_policies_that_differ_for_nobody_are_compared_without_looking(crowd: Crowd) -> None:
    crowd.join(1)
    quiet = Policies((Adoption(policy_of("quiet/1", QUIET)),))
    asked = Comparison("acme", BUILT_IN, quiet, crowd.ledger.now(), END)
    parts: list[float] = []
    assert list(compare(asked, crowd.ledger.reading, open_log=unopened, progress=parts.append)) == []
    assert parts == [1.0]
