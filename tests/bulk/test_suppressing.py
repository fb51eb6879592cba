"""Whole files are answered as each identifier would be; the exported list has all who must not be written to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act
from ledger.acts.consent import SignUp
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange, PlatformListing, Receipt
from ledger.acts.settings import IdentityRulesChange, Registration
from ledger.answers import Answers
from ledger.errors import UnknownOrganization
from ledger.recording import Recording
from ledger.store.store import Store
from ledger.suppressing import NOT_AN_IDENTIFIER, Question, Suppressing, question
from tests.bulk.scene import BURST, SHOP, Scene, click, email, signup
from tests.histories import LEARNT, ORGANIZATION, START, act_of, histories, places
from tests.store.making import IDS

NOW = datetime(2026, 12, 1, tzinfo=UTC)
_NUMBERS = count(1)
HIGHEST = None
LOWEST = UUID(int=0)


def of_another(act: Act, phone: Given, source: str) -> Act:
    """The same act about a phone of its own."""
    if isinstance(act.body, IdentityRulesChange):
        return replace(act, source=source)
    name = "identifiers" if isinstance(act.body, SignUp) else "identifier"
    body = replace(act.body, **{name: (phone,) if name == "identifiers" else phone})  # type: ignore[arg-type]
    return replace(act, body=body, source=source)


@pytest.fixture(scope="module")
def recording(store: Store) -> Recording:
    recording = Recording(store, IDS)
    recording.record([act_of(Registration("Acme"), 0, START)])
    return recording


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(histories(longest=8), min_size=1, max_size=4),
    place=places,
    at=st.sampled_from([START, START + timedelta(hours=20), START + timedelta(days=9), LEARNT, NOW]),
    known=st.booleans(),
)
def test_a_file_is_answered_as_each_of_its_identifiers_would_be(
    store: Store,
    recording: Recording,
    people: list[list[Act]],
    place: tuple[str, str, str],
    at: datetime,
    known: bool,
) -> None:
    channel, scope, purpose = place
    channel, purpose = channel.replace("*", "sms"), purpose.replace("*", "marketing")
    phones = [Given("phone", f"+1415555{next(_NUMBERS):06d}", "") for _ in [*people, "unknown to all"]]
    for history, phone in zip(people, phones, strict=False):
        recording.record([of_another(act, phone, f"test/{phone.value[-6:]}") for act in history])
    known_at = store.newest().recorded_at if known else None
    answers = Answers(store, IDS, lambda: NOW)
    asked = question(store, IDS, ORGANIZATION, channel, scope, purpose, now=NOW, at=at, known_at=known_at)
    one_by_one = [
        answers.sendable(ORGANIZATION, channel, scope, purpose, [phone], at=at, known_at=known_at)[0]
        for phone in phones
    ]
    in_bulk = Suppressing(store, IDS, asked)
    assert in_bulk.answers([phone.value for phone in phones]) == [status.reasons for status in one_by_one]
    keys = {IDS.identifier(ORGANIZATION, "phone", phone.value) for phone in phones}
    listed = {one.identifier_id: one.reasons for one in in_bulk.suppressed(LOWEST, HIGHEST)}
    assert {key: listed[key] for key in keys & listed.keys()} == {
        IDS.identifier(ORGANIZATION, "phone", phone.value): status.reasons
        for phone, status in zip(phones, one_by_one, strict=True)
        if status.reasons not in ((), ("never",))
    }


def asked(scene: Scene, **more: Any) -> Question:
    place = {"channel": "email", "scope": SHOP, "purpose": "marketing"} | more
    return question(scene.store, IDS, ORGANIZATION, **place, now=NOW)


def answers(scene: Scene, *values: str, **more: Any) -> list[tuple[str, ...]]:
    return Suppressing(scene.store, IDS, asked(scene, **more)).answers(values)


def test_what_cannot_be_read_is_no_identifier_and_what_is_unknown_is_never(scene: Scene) -> None:
    scene.record(signup(email(1)))
    values = (" Person1@Example.COM ", "person1@example.com", "nobody@example.com", "", "a b", "\0@example.com")
    nothing = NOT_AN_IDENTIFIER
    assert answers(scene, *values) == [(), (), ("never",), nothing, nothing, nothing]
    assert answers(scene, "nobody@example.com", "?", purpose="transactional") == [(), nothing]


def test_the_platforms_list_reaches_known_and_unknown_addresses(scene: Scene) -> None:
    scene.record(signup(email(1)))
    for number in (1, 2):
        scene.record(PlatformListing(email(number), listed=True))
    assert answers(scene, email(1).value, email(2).value) == [("blacklisted",), ("blacklisted", "never")]
    assert [one.value for one in Suppressing(scene.store, IDS, asked(scene)).suppressed(LOWEST, HIGHEST)] == [
        email(1).value
    ]


def test_what_is_recorded_after_the_question_is_not_in_its_answers(scene: Scene) -> None:
    scene.record(signup(email(1)))
    snapshot = Suppressing(scene.store, IDS, asked(scene))
    scene.record(click(email(1)), BURST)
    assert snapshot.answers([email(1).value]) == [()]
    assert list(snapshot.suppressed(LOWEST, HIGHEST)) == []
    assert answers(scene, email(1).value) == [("unsubscribed",)]


def test_the_list_has_everyone_who_must_not_be_written_to_with_reason_and_date(scene: Scene) -> None:
    for number in range(7):
        scene.record(signup(email(number)))
    out = scene.record(click(email(1)), BURST)
    scene.record(HoldChange(email(2), "ban", ORGANIZATION), BURST)
    scene.record(Receipt(email(3), "email", "hard_bounce"), BURST)
    scene.record(Receipt(email(4), "email", "complaint"), BURST)
    scene.record(click(email(5), scope=f"{ORGANIZATION}/outlet"), BURST)
    scene.record(click(email(6)), BURST)
    scene.record(ContactChange("erase", email(6)), BURST)
    scene.record(DeliverabilityChange(Given("phone", "+14155550100", ""), "blacklist"), BURST)
    listed = list(Suppressing(scene.store, IDS, asked(scene)).suppressed(LOWEST, HIGHEST))
    assert [one.identifier_id for one in listed] == sorted(one.identifier_id for one in listed)
    reasons = {one.value: one.reasons for one in listed}
    assert reasons == {
        email(1).value: ("unsubscribed",),
        email(2).value: ("banned",),
        email(3).value: ("bounced",),
        email(4).value: ("complained",),
        None: ("erased", "unsubscribed"),
    }
    one = next(one for one in listed if one.value == email(1).value)
    assert (one.since, one.method, one.deciding_event) == (BURST, "link", out)
    middle = listed[2].identifier_id
    parts = [
        Suppressing(scene.store, IDS, asked(scene)).suppressed(*part) for part in ((LOWEST, middle), (middle, None))
    ]
    assert [one for part in parts for one in part] == listed


def test_another_organizations_people_are_not_listed(scene: Scene) -> None:
    scene.record(signup(email(1)))
    scene.record(click(email(1)), BURST)
    with pytest.raises(UnknownOrganization):
        question(scene.store, IDS, "nobody", "email", "nobody", "marketing", now=NOW)
    elsewhere = replace(asked(scene), organization="nobody", scope="nobody")
    assert list(Suppressing(scene.store, IDS, elsewhere).suppressed(LOWEST, HIGHEST)) == []
