"""One thing done to many: on a frozen list, looked at first, approved, each once (Y5, Y6)."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from uuid import UUID

import pytest

from entrypoints.batches import asking, seeing
from entrypoints.batches.running import forward, unfinished
from ledger.acts.consent import OptOut
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange
from ledger.batching import Wanted
from ledger.errors import MessageRefused, NotFound
from ledger.events.identifier import OptedOut
from ledger.events.settings import BatchApproved
from ledger.reversing import Reversing
from ledger.rules.reversible import Criteria
from projections.contact_list import contacts
from projections.contact_query import Filter
from projections.criteria.sources.dates import DateCriterion
from tests.bulk.crowd import ANN, BEA, SHOP, UNSUBSCRIBE, Crowd, crowd_on, later, mail, signup


@pytest.fixture
def crowd(fresh_database: str) -> Iterator[Crowd]:
    with crowd_on(fresh_database) as opened:
        yield opened


def opted_out(number: int, scope: str = SHOP, channel: str = "email") -> OptOut:
    return OptOut(mail(number), channel, scope, (), "link")


def test_who_joins_after_the_list_was_frozen_is_not_on_it(crowd: Crowd) -> None:
    crowd.join(0, 1)
    batch = crowd.ask()
    crowd.join(2)
    seen = seeing.get(crowd.ledger, "acme", batch)
    assert (seen.state, seen.people, seen.changes) == ("waiting", 2, 2)
    assert crowd.subscribed(0, 1, 2) == [True, True, True], "looking changes nothing"
    crowd.approve(batch)
    assert seeing.get(crowd.ledger, "acme", batch).state == "running"
    crowd.run()
    assert crowd.subscribed(0, 1, 2) == [False, False, True]
    assert crowd.outcomes(batch) == {("done", None): 2}
    assert seeing.get(crowd.ledger, "acme", batch).state == "done"


def test_a_long_list_is_frozen_by_who_brings_bulk_actions_on(crowd: Crowd) -> None:
    crowd.join(0, 1, 2)
    crowd.record(opted_out(2))
    asked = Filter(criteria=DateCriterion(source="date", date="created", within_days=1), search="person")
    short = asking.ask(crowd.hand(), UNSUBSCRIBE, asked, "the shop was sold", which=["w"])
    long = [
        asking.ask(crowd.hand(), UNSUBSCRIBE, asked, "the shop was sold", which=["w"], once=once, at_once=2)
        for once in ("1", "1", "2")
    ]
    assert long[0] == long[1], "asked for again it is the same"
    for batch in long[1:]:
        seen = seeing.get(crowd.ledger, "acme", batch)
        assert (seen.state, seen.digest, seen.people) == ("looking", "", 0)
        with pytest.raises(MessageRefused, match="looking"):
            asking.approve(crowd.hand(), batch, digest="", reason="x")
    asking.withdraw(crowd.hand(), long[2])
    crowd.run()
    frozen, same = (seeing.get(crowd.ledger, "acme", batch) for batch in (short, long[0]))
    assert (same.state, same.digest, same.people, same.changes) == ("waiting", frozen.digest, 3, 2)
    assert list(seeing.everyone(crowd.ledger, "acme", long[2])) == []


def test_a_list_that_was_being_frozen_when_told_to_stop_is_frozen_anew(crowd: Crowd) -> None:
    crowd.join(0, 1, 2)
    batch = asking.ask(crowd.hand(), UNSUBSCRIBE, Filter(), "the shop was sold", which=[], at_once=0)
    stop = Event()
    stop.set()
    for one in unfinished(crowd.ledger):
        forward(crowd.ledger, one, stop)
    assert list(seeing.everyone(crowd.ledger, "acme", batch)) == []
    crowd.run()
    assert seeing.get(crowd.ledger, "acme", batch).people == 3


def test_each_is_told_apart_by_what_would_become_of_it(crowd: Crowd) -> None:
    crowd.join(0, 1, 2, 3)
    crowd.record(opted_out(1), opted_out(2, scope="acme"), opted_out(3), signup(mail(3), f"{SHOP}/-/news"))
    crowd.record(signup(Given("phone", "+14155550100", "+14155550100"), channel="sms"))
    batch = crowd.ask()
    assert crowd.outcomes(batch) == {
        ("change", None): 2,
        ("already", None): 2,
        ("refused", "no_identifier"): 1,
    }, "who signed up for a list of the shop since is subscribed there"
    crowd.approve(batch)
    crowd.run()
    assert crowd.outcomes(batch) == {
        ("done", None): 2,
        ("already", None): 2,
        ("refused", "no_identifier"): 1,
    }


@pytest.mark.parametrize(
    ("action", "already"),
    [
        ("blacklist", DeliverabilityChange(mail(0), "blacklist", "x")),
        ("pause", HoldChange(mail(0), "pause", SHOP, None, "x")),
        ("block", HoldChange(mail(0), "block", SHOP, None, "x")),
        ("ban", HoldChange(mail(0), "ban", "acme", None, "x")),
    ],
)
def test_a_restriction_and_its_way_back_reach_whom_they_change(
    action: str, already: DeliverabilityChange | HoldChange, crowd: Crowd
) -> None:
    crowd.join(0, 1)
    crowd.record(already)
    back = {"blacklist": "unblacklist", "pause": "resume", "block": "unblock", "ban": "unban"}[action]
    scope = "acme" if action == "blacklist" else SHOP
    batch = crowd.ask(Wanted(action, "*", scope))
    assert crowd.outcomes(batch) == {("change", None): 1, ("already", None): 1}
    crowd.approve(batch)
    crowd.run()
    assert crowd.subscribed(0, 1) == [False, False]
    undone = crowd.ask(Wanted(back, "*", "acme"))
    assert crowd.outcomes(undone) == {("change", None): 2}
    crowd.approve(undone)
    crowd.run()
    assert crowd.subscribed(0, 1) == [True, True]


def test_deletion_spares_whom_somebody_can_still_write_to_even_since_it_was_approved(crowd: Crowd) -> None:
    crowd.join(0, 1, 2, 3)
    crowd.record(opted_out(0), opted_out(1), opted_out(2))
    crowd.record(ContactChange("delete", crowd.contact(mail(2)), "x"))
    batch = crowd.ask(Wanted("delete", "*", "acme"))
    assert crowd.outcomes(batch) == {("change", None): 2, ("refused", "subscribed"): 1}, "the deleted are elsewhere"
    crowd.approve(batch)
    crowd.join(1)
    crowd.run()
    assert crowd.outcomes(batch) == {("done", None): 1, ("refused", "subscribed"): 2}
    assert crowd.subscribed(1, 3) == [True, True]


def test_it_is_approved_once_and_the_record_names_both_reasons(crowd: Crowd) -> None:
    crowd.join(0, 1)
    batch = crowd.ask(asked=Filter(mark="email.active"))
    with pytest.raises(MessageRefused, match="digest"):
        asking.approve(crowd.hand(), batch, digest="0" * 64, reason="x")
    with pytest.raises(MessageRefused, match="reason"):
        asking.approve(crowd.hand(), batch, digest=seeing.get(crowd.ledger, "acme", batch).digest, reason=" ")
    crowd.approve(batch, actor=BEA)
    with pytest.raises(MessageRefused, match="running"):
        crowd.approve(batch, actor=BEA)
    with pytest.raises(MessageRefused, match="running"):
        asking.withdraw(crowd.hand(), batch)
    crowd.run()
    crowd.run()
    [event] = approvals(crowd)
    assert (event.asked_by, event.approved_by, event.reason, event.approval, event.people, event.changes) == (
        ANN,
        BEA,
        "the shop was sold",
        "as agreed",
        2,
        2,
    )
    key = crowd.ledger.ids.identifier("acme", "email", mail(0).value)
    [opt_out] = [e for e in crowd.ledger.reading.read([key])[key] if isinstance(e.body, OptedOut)]
    assert opt_out.envelope.correlation_id == str(batch)


def approvals(crowd: Crowd) -> list[BatchApproved]:
    stream = crowd.ledger.ids.organization("acme")
    events = crowd.ledger.reading.read([stream], opened=True)[stream]
    return [event.body for event in events if isinstance(event.body, BatchApproved)]


def test_a_list_that_nobody_approves_in_time_is_emptied(crowd: Crowd) -> None:
    crowd.join(0)
    batch = crowd.ask()
    late = crowd.at(later())
    assert seeing.get(late.ledger, "acme", batch).state == "expired"
    with pytest.raises(MessageRefused, match="expired"):
        late.approve(batch)
    late.run()
    assert list(seeing.everyone(crowd.ledger, "acme", batch)) == []
    assert crowd.subscribed(0) == [True]


def test_a_withdrawn_list_is_empty_and_stays_so(crowd: Crowd) -> None:
    crowd.join(0)
    batch = crowd.ask()
    asking.withdraw(crowd.hand(BEA), batch)
    assert seeing.get(crowd.ledger, "acme", batch).state == "withdrawn"
    with pytest.raises(MessageRefused, match="withdrawn"):
        crowd.approve(batch)
    assert list(seeing.everyone(crowd.ledger, "acme", batch)) == []


def test_above_a_thousand_a_second_person_approves(crowd: Crowd) -> None:
    crowd.join(*range(seeing.SECOND_PERSON + 1))
    batch = crowd.ask()
    for actor in (ANN, "api-key/7"):
        with pytest.raises(MessageRefused, match="somebody else"):
            crowd.approve(batch, actor=actor)
    crowd.approve(batch, actor=BEA)
    crowd.run()
    assert crowd.outcomes(batch) == {("done", None): seeing.SECOND_PERSON + 1}
    assert not any(crowd.subscribed(*range(seeing.SECOND_PERSON + 1)))


def test_what_a_bulk_action_did_can_be_listed_and_taken_back(crowd: Crowd) -> None:
    crowd.join(0, 1)
    batch = crowd.ask()
    crowd.approve(batch)
    crowd.run()
    seen = seeing.get(crowd.ledger, "acme", batch)
    crowd.join(2)
    crowd.record(OptOut(mail(2), "email", SHOP, (), "manual"))
    assert seen.asked_at is not None
    ledger = crowd.ledger
    bulk = Reversing(ledger.writing, ledger.recording, ledger.ids, ledger.now)
    wanted = Criteria(seen.asked_at, later(), of_batch=str(batch))
    listing = bulk.listing("acme", wanted)
    assert len(listing.events) == 2
    bulk.reverse("acme", wanted, approve=listing.digest, actor="ops-7", reason="the wrong list")
    assert crowd.subscribed(0, 1, 2) == [True, True, False]


def test_the_list_is_whom_the_filter_lists(crowd: Crowd) -> None:
    crowd.join(0, 1, 2, 10)
    crowd.record(opted_out(1), ContactChange("delete", crowd.contact(mail(2)), "x"))
    for asked in (
        Filter(),
        Filter(search="person1"),
        Filter(mark="email.active"),
        Filter("person1", mark="email.unsubscribed"),
        Filter(deleted=True),
        Filter(deleted=None),
        Filter(criteria=DateCriterion(date="created", within_days=1)),
    ):
        with crowd.ledger.reading.connection() as connection:
            listed = {row.id for row in contacts(connection, "acme", replace(asked, at=crowd.ledger.now()))}
        batch = crowd.ask(asked=asked)
        assert {one.contact for one in seeing.everyone(crowd.ledger, "acme", batch)} == listed, asked
        assert listed


def test_the_same_request_is_one_bulk_action(crowd: Crowd) -> None:
    crowd.join(0)
    asked = [
        asking.ask(crowd.hand(), UNSUBSCRIBE, Filter(), "the shop was sold", which=[], once="k-1") for _ in range(2)
    ]
    assert asked[0] == asked[1]
    with pytest.raises(MessageRefused, match="another request"):
        asking.ask(crowd.hand(), UNSUBSCRIBE, Filter(), "another reason", which=[], once="k-1")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("erase", "*", "acme"), "action"),
        (Wanted("unsubscribe", "pigeon", "acme"), "channel"),
        (Wanted("unsubscribe", "*", "elsewhere/shop"), "scope"),
        (Wanted("unsubscribe", "*", "acme/Shop"), "scope"),
        (Wanted("blacklist", "*", SHOP), "scope"),
        (Wanted("delete", "email", "acme"), "channel"),
    ],
)
def test_what_cannot_be_done_is_refused_by_field(wanted: Wanted, field: str, crowd: Crowd) -> None:
    with pytest.raises(MessageRefused, match=f"^.*{field}: "):
        asking.ask(crowd.hand(), wanted, Filter(), "x", which=[])


def test_another_organizations_are_unknown(crowd: Crowd) -> None:
    crowd.join(0)
    batch = crowd.ask()
    for asked in (
        lambda: seeing.get(crowd.ledger, "elsewhere", batch),
        lambda: seeing.members(crowd.ledger, "elsewhere", batch),
        lambda: seeing.get(crowd.ledger, "acme", UUID(int=7)),
    ):
        with pytest.raises(NotFound):
            asked()
