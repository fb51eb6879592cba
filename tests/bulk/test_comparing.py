"""Two policies compared over a population: here and in other processes alike; not looked for where none differs."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

import pytest

from entrypoints.policies import Counts, compared, comparison
from ledger.acts.consent import OptOut
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange, PlatformListing, Receipt
from ledger.comparison import Comparison, compare
from ledger.events.vocabulary import Consent, Deliverability
from ledger.flat_changes import change_of, flat
from ledger.rules.difference import Answer, Change, Difference
from ledger.rules.parameters import policy_of
from ledger.rules.policy import BUILT_IN, Adoption, Policies
from ledger.store.reading import Reading
from ledger.store.scanning import END
from tests.bulk.crowd import SHOP, Crowd, crowd_on, mail, signup

MONTH = Policies((Adoption(policy_of("month/1", {"express_months": 1})),))
PHONE = Given("phone", "+14155550142", "+14155550142")
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


EVERYTHING = Policies(
    (Adoption(policy_of("all/1", {"express_months": 1, "bounce_threshold": 1, "transactional_stops": ["link"]})),)
)


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("after", [MONTH, EVERYTHING], ids=["lifetimes", "everything"])
def test_it_is_what_each_whole_stream_comes_to_alone(crowd: Crowd, after: Policies, listed: bool) -> None:
    """Whatever the comparison leaves out of its reads: claims, and listings where the platform lists nobody."""
    numbers = range(1, 7)
    crowd.join(*numbers)
    crowd.record(
        OptOut(mail(2), "*", "acme", (), "link"),
        HoldChange(mail(3), "block", "acme"),
        Receipt(mail(4), "email", "soft_bounce"),
        signup(PHONE, channel="sms"),
        OptOut(PHONE, "*", SHOP, (), "link"),
        *([PlatformListing(mail(number), listed=True) for number in (1, 4)] if listed else []),
    )
    at, ids, log = crowd.ledger.now() + timedelta(days=60), crowd.ledger.ids, crowd.ledger.reading
    difference, expected = Difference(BUILT_IN, after, at), []
    for given in sorted([*map(mail, numbers), PHONE], key=lambda one: ids.identifier("acme", one.kind, one.value)):
        stream, listing = ids.identifier("acme", given.kind, given.value), ids.platform(given.kind, given.value)
        streams = log.read([stream, listing])
        expected += difference.changes(streams[stream], streams[listing])
    assert list(compare(Comparison("acme", BUILT_IN, after, at, END), log)) == expected
    told = {change.before.deliverability for change in expected}
    assert told == ({"active", "blacklisted"} if listed else {"active"})


def test_a_change_is_the_same_once_it_was_handed_to_another_process() -> None:
    no, yes = (
        Answer(sendable, (), Consent.NEVER, Deliverability.ACTIVE, None, None, None) for sendable in (False, True)
    )
    first, second = (no._replace(event=UUID(int=number), rule="grant.live", policy="p/1") for number in (1, 2**127))
    for before, after in [(no, yes), (no, first), (first, no), (first, first), (first, second)]:
        change = Change(UUID(int=7), "email", SHOP, "marketing", before, after)
        handed = change_of(flat(change))
        assert handed == change
        assert (type(handed), type(handed.before), type(handed.after)) == (Change, Answer, Answer)


def unopened() -> AbstractContextManager[Reading]:
    raise AssertionError("no process is needed")


def test_policies_that_differ_for_nobody_are_compared_without_looking(crowd: Crowd) -> None:
    crowd.join(1)
    quiet = Policies((Adoption(policy_of("quiet/1", QUIET)),))
    asked = Comparison("acme", BUILT_IN, quiet, crowd.ledger.now(), END)
    parts: list[float] = []
    assert list(compare(asked, crowd.ledger.reading, open_log=unopened, progress=parts.append)) == []
    assert parts == [1.0]
