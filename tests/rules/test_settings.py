"""What an organization's settings say, event by event: its scopes, custom fields and retention."""

from datetime import timedelta

import pytest

from ledger.events.settings import (
    FieldDefined,
    FieldRetired,
    IdentityRulesSet,
    KeywordSetAdopted,
    OrganizationRegistered,
    RetentionSet,
    ScopeCreated,
    ScopeRenamed,
    ScopeRetired,
    UnknownScopesSet,
)
from ledger.rules.fields import Field, fields
from ledger.rules.identity_rules import DEFAULT_RULES, identity_rules
from ledger.rules.retention import retention
from ledger.rules.scopes import Scope, level, lineage, refuses_unknown, retired, scope_of
from tests.rules.streams import HOUR, SENDER, START, event, stream

SECOND = timedelta(seconds=1)
CREATED = ScopeCreated(scope=SENDER, level="sender", display_name="Texts")
RENAMED = ScopeRenamed(scope=SENDER, display_name="News")
RETIRED = ScopeRetired(scope=SENDER)
OTHER = KeywordSetAdopted(version="test/1", words={})


@pytest.mark.parametrize(
    ("scope", "kind", "covering"),
    [
        ("acme", "organization", ("acme",)),
        ("acme/shop", "merchant", ("acme", "acme/shop")),
        ("acme/shop/55512", "sender", ("acme", "acme/shop", "acme/shop/55512")),
        ("acme/shop/-/news", "list", ("acme", "acme/shop", "acme/shop/-/news")),
    ],
)
def test_the_place_in_the_path_tells(scope: str, kind: str, covering: tuple[str, ...]) -> None:
    assert level(scope) == Scope(scope, "", START).level == kind
    assert lineage(scope) == covering


def test_a_scope_as_its_stream_leaves_it() -> None:
    assert scope_of([]) is None
    assert scope_of(stream(RENAMED, RETIRED, OTHER)) is None
    assert scope_of(stream(CREATED)) == Scope(SENDER, "Texts", START)
    assert scope_of(stream(CREATED, RENAMED)) == Scope(SENDER, "News", START)
    assert scope_of(stream(CREATED, RETIRED)) == Scope(SENDER, "Texts", START, START + HOUR)
    assert scope_of(stream(CREATED, RETIRED, RENAMED)) == Scope(SENDER, "News", START, START + HOUR)
    assert scope_of(stream(CREATED, OTHER, RETIRED, CREATED)) == Scope(SENDER, "Texts", START)
    registered = OrganizationRegistered(display_name="Acme")
    assert scope_of(stream(OTHER, registered, registered)) == Scope("acme", "Acme", START + HOUR)


def test_a_switch_turns_at_its_moments_and_the_later_word_holds() -> None:
    turned = retired(stream(OTHER, CREATED, RENAMED, RETIRED, CREATED))
    states = [turned.is_on(START + HOUR * hours) for hours in range(6)]
    assert states == [False, False, False, True, False, False]
    assert not turned.is_on(START + HOUR * 3 - SECOND)
    assert not retired([]).is_on(START)
    backdated = [event(0, CREATED, START), event(1, RETIRED, START + HOUR * 2), event(2, CREATED, START + HOUR)]
    assert not any(retired(backdated).is_on(START + HOUR * hours) for hours in range(4))
    at_once = [event(0, RETIRED, START), event(1, CREATED, START)]
    assert not retired(at_once).is_on(START)


def test_unknown_scopes_are_refused_from_when_it_was_said() -> None:
    refusing = refuses_unknown(stream(OTHER, UnknownScopesSet(rule="refuse"), UnknownScopesSet(rule="accept")))
    assert [refusing.is_on(START + HOUR * hours) for hours in range(3)] == [False, True, False]


def test_custom_fields_as_the_settings_leave_them() -> None:
    size = FieldDefined(field="size", display_name="Size", value_type="number")
    renamed = FieldDefined(field="size", display_name="Shoe size", value_type="number")
    gone = FieldRetired(field="size")
    assert fields(stream(gone, OTHER)) == {}
    assert fields(stream(size)) == {"size": Field("size", "Size", "number", retired=False)}
    assert fields(stream(size, OTHER, gone)) == {"size": Field("size", "Size", "number", retired=True)}
    assert fields(stream(size, gone, renamed)) == {"size": Field("size", "Shoe size", "number", retired=False)}
    assert not Field("size", "Size", "number").retired


def test_the_latest_retention_of_each_subject_counts() -> None:
    events = stream(
        RetentionSet(subject="activity", days=400),
        RetentionSet(subject="activity", days=90),
        OTHER,
        RetentionSet(subject="anonymous_contacts", days=30),
    )
    assert retention(events) == {"activity": 90, "anonymous_contacts": 30}


def test_the_rules_of_identity_set_last_hold_whole() -> None:
    """What an event says nothing of is as built in, not as an earlier event left it."""
    first = IdentityRulesSet(
        preset="yespo",
        roll_up={"phone": "candidates"},
        same_tracker_other_email="new_contact",
        limits={"email": 1, "phone": 7},
        most=9,
        shapes=("email:ends:12",),
    )
    last = IdentityRulesSet(
        preset="listrak", roll_up={}, same_tracker_other_email="roll_up", limits={"email": 2}, most=300
    )
    assert identity_rules(stream(OTHER)) == DEFAULT_RULES
    now = identity_rules(stream(first, OTHER))
    assert (now.roll_up["phone"], now.roll_up["email"]) == ("candidates", "automatic")
    assert (now.limits["phone"], now.limits["telegram"], now.most) == (7, DEFAULT_RULES.limits["telegram"], 9)
    now = identity_rules(stream(first, last))
    assert (now.roll_up["phone"], now.limits["phone"], now.shapes) == (
        "automatic",
        DEFAULT_RULES.limits["phone"],
        (),
    )
    assert (now.limits["email"], now.same_tracker_other_email) == (2, "roll_up")
