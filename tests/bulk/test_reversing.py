"""Opt-outs taken back together: the exact list, one approval, each once, and back again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.acts.consent import Reply
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange, Receipt, Reversal
from ledger.errors import NotFound, UnknownOrganization
from ledger.events.identifier import EventReversed
from ledger.events.settings import ReversalApproved
from ledger.reversing import ListChanged
from ledger.rules.reversible import Criteria
from tests.bulk.scene import BURST, MINUTES, SCANNER, SHOP, Scene, click, email, signup
from tests.histories import ORGANIZATION
from tests.store.making import IDS

PHONE = Given("phone", "+14155550100", "+14155550100")


def listed(scene: Scene, wanted: Criteria = MINUTES) -> list[object]:
    return [one.event_id for one in scene.reversing.listing(ORGANIZATION, wanted).events]


def test_the_list_is_what_fits_and_says_what_would_become_sendable(scene: Scene) -> None:
    wrong = scene.burst(3)
    scene.record(signup(email("late")))
    scene.record(click(email("late")), BURST + timedelta(minutes=8))
    scene.record(click(email("early")), BURST - timedelta(seconds=1))
    scene.record(click(email(1), method="complaint"), BURST)
    listing = scene.reversing.listing(ORGANIZATION, MINUTES)
    assert {one.event_id for one in listing.events} == set(wrong)
    freed = {one.value: one.makes_sendable for one in listing.events}
    place = ("email", SHOP, "marketing")
    assert freed == {
        "person0@example.com": (place,),
        "person1@example.com": (),
        "person2@example.com": (place,),
    }
    assert scene.sendable(email(0)) == [False], "listing changes nothing"


def test_user_agent_and_network_are_read_from_sealed_evidence(scene: Scene) -> None:
    scanner = scene.record(click(email(1)), BURST)
    other = scene.record(click(email(2), {"user_agent": "Mozilla/5.0", "ip": "198.51.100.4"}), BURST)
    bare = scene.record(click(email(3), None), BURST)
    odd = scene.record(click(email(4), {"user_agent": 7, "ip": ["x"]}), BURST)
    assert set(listed(scene)) == {scanner, other, bare, odd}
    assert listed(scene, replace(MINUTES, user_agent="barracuda")) == [scanner]
    assert listed(scene, replace(MINUTES, network="192.0.2.0/24")) == [scanner]
    assert listed(scene, replace(MINUTES, network="198.51.100.4")) == [other]
    assert listed(scene, replace(MINUTES, network="198.51.100.0/24", user_agent="Barracuda")) == []


def test_scope_source_import_and_suspicion_narrow_the_list(scene: Scene) -> None:
    here = scene.record(click(email(1)), BURST)
    below = scene.record(click(email(1), scope=f"{SHOP}/-/news"), BURST)
    outlet = scene.record(click(email(1), scope=f"{ORGANIZATION}/outlet"), BURST)
    imported = scene.record(click(email(1), method="import"), BURST, origin="import:7/12")
    flagged = scene.record(click(email(2)), BURST, flags=("scanner",))
    scene.record(click(email(3), method="import"), BURST, origin="import:77/1")
    assert outlet in listed(scene)
    assert set(listed(scene, replace(MINUTES, scope=SHOP))) >= {here, below}
    assert outlet not in listed(scene, replace(MINUTES, scope=SHOP))
    assert listed(scene, replace(MINUTES, scope=f"{SHOP}/-/news")) == [below]
    assert listed(scene, replace(MINUTES, import_id="7")) == [imported]
    assert listed(scene, replace(MINUTES, suspected=True)) == [flagged]
    assert listed(scene, replace(MINUTES, source="elsewhere")) == []


def test_stops_complaints_carriers_and_bans_must_be_named(scene: Scene) -> None:
    named = {
        "complaint": {
            scene.record(click(email(1), method="complaint"), BURST),
            scene.record(Receipt(email(2), "email", "complaint"), BURST),
        },
        "ban": {scene.record(HoldChange(email(3), "ban", SHOP), BURST)},
        "keyword": {scene.record(Reply(PHONE, f"{SHOP}/55512", "STOP"), BURST)},
        "carrier": {scene.record(click(email(4), method="carrier"), BURST)},
    }
    scene.record(HoldChange(email(3), "block", SHOP), BURST)
    scene.record(Reply(PHONE, f"{SHOP}/55512", "HELP"), BURST)
    assert listed(scene) == []
    for method, events in named.items():
        assert set(listed(scene, replace(MINUTES, methods=frozenset({method})))) == events


def test_approving_takes_back_what_was_listed_and_says_who_and_why(scene: Scene) -> None:
    scene.burst(3)
    done = scene.approve(MINUTES)
    assert (done.events, done.recorded) == (3, 3)
    assert scene.sendable(email(0), email(1), email(2)) == [True, True, True]
    settings = IDS.organization(ORGANIZATION)
    [approval] = [
        e for e in scene.store.read([settings], opened=True)[settings] if isinstance(e.body, ReversalApproved)
    ]
    assert isinstance(approval.body, ReversalApproved)
    assert (approval.envelope.actor, approval.body.reason, approval.body.events) == ("ops-7", "a scanner", 3)
    assert approval.body.batch == done.batch
    assert listed(scene) == []


def test_another_list_than_the_one_shown_is_refused(scene: Scene) -> None:
    scene.burst(2)
    shown = scene.reversing.listing(ORGANIZATION, MINUTES).digest
    late = scene.record(click(email("late")), BURST)
    with pytest.raises(ListChanged):
        scene.approve(MINUTES, shown)
    assert scene.sendable(email(0)) == [False]
    assert late in listed(scene)
    nothing = replace(MINUTES, source="nobody")
    with pytest.raises(ListChanged):
        scene.approve(nothing)


def test_doing_it_again_does_nothing_more_and_never_more_than_was_listed(scene: Scene) -> None:
    scene.burst(2)
    shown = scene.reversing.listing(ORGANIZATION, MINUTES).digest
    first = scene.approve(MINUTES, shown)
    scene.record(signup(email("late")))
    scene.record(click(email("late")), BURST)
    again = scene.approve(MINUTES, shown)
    assert (again.batch, again.events, again.recorded) == (first.batch, 2, 0)
    assert scene.sendable(email("late")) == [False]


def test_undoing_restores_every_status_and_can_be_undone_too(scene: Scene) -> None:
    scene.burst(3)
    scene.record(DeliverabilityChange(email(2), "blacklist"), BURST)
    people = (email(0), email(1), email(2))
    before, shown = scene.statuses(*people), scene.reversing.listing(ORGANIZATION, MINUTES).digest
    batch = scene.approve(MINUTES, shown).batch
    after = scene.statuses(*people)
    assert after != before
    undo = scene.reversing.listing(ORGANIZATION, batch)
    assert {one.stops for one in undo.events} == {(("email", SHOP, "marketing"),), ()}
    undone = scene.approve(batch)
    assert (undone.events, scene.statuses(*people)) == (3, before)
    assert scene.approve(undone.batch).events == 3
    assert scene.statuses(*people) == after


def test_after_an_undo_the_same_list_can_be_approved_anew(scene: Scene) -> None:
    scene.burst(2)
    first = scene.approve(MINUTES)
    scene.approve(first.batch)
    assert scene.sendable(email(0)) == [False]
    second = scene.approve(MINUTES)
    assert second.batch != first.batch
    assert second.recorded == 2
    assert scene.sendable(email(0)) == [True]


def test_what_was_carried_to_the_persons_other_identifiers_goes_and_comes_with_it(scene: Scene) -> None:
    customer = Given("external_id", "4711", "4711")
    other = email("other")
    scene.record(signup(customer, other))
    scene.record(click(customer, channel="email"), BURST)
    before = scene.statuses(other)
    assert scene.sendable(other) == [False]
    batch = scene.approve(MINUTES).batch
    assert scene.sendable(other) == [True]
    third = email("third")
    scene.record(signup(customer, third))
    scene.approve(batch)
    assert scene.statuses(other) == before
    assert scene.sendable(third) == [False], "what joined meanwhile is reached too"


def test_somebody_elses_reversal_stands_when_the_batch_is_undone(scene: Scene) -> None:
    [event, _] = scene.burst(2)
    digest = scene.reversing.listing(ORGANIZATION, MINUTES).digest
    batch = scene.approve(MINUTES, digest).batch
    assert event is not None
    scene.record(Reversal(event, "asked by the person"), BURST)
    scene.approve(batch)
    assert scene.sendable(email(0), email(1)) == [True, False]


def test_erased_evidence_is_counted_and_never_lifted(scene: Scene) -> None:
    scene.burst(2)
    scene.record(ContactChange("erase", email(0)), BURST + timedelta(days=1))
    wanted = replace(MINUTES, user_agent="Barracuda")
    listing = scene.reversing.listing(ORGANIZATION, wanted)
    assert ([one.value for one in listing.events], listing.unreadable) == (["person1@example.com"], 1)


def test_what_cannot_be_asked_says_so(scene: Scene) -> None:
    with pytest.raises(ValueError, match=r"^network: "):
        replace(MINUTES, network="here")
    with pytest.raises(ValueError, match=r"^method: "):
        replace(MINUTES, methods=frozenset({"wink"}))
    with pytest.raises(ValueError, match=r"^to: "):
        replace(MINUTES, end=BURST)
    with pytest.raises(NotFound):
        scene.reversing.listing(ORGANIZATION, IDS.organization("x"))
    with pytest.raises(UnknownOrganization):
        scene.reversing.listing("nobody", MINUTES)


def test_each_reversal_names_its_batch(scene: Scene) -> None:
    [event] = scene.burst(1)
    batch = scene.approve(MINUTES).batch
    key = IDS.identifier(ORGANIZATION, "email", "person0@example.com")
    [reversal] = [e.body for e in scene.store.read([key])[key] if isinstance(e.body, EventReversed)]
    assert (reversal.reversed_event_id, reversal.batch) == (event, str(batch))
    assert SCANNER["ip"] not in repr(reversal)
