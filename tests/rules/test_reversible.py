"""Which opt-outs a bulk reversal means, and what would change without them (beyond 13)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.events.body import Event
from ledger.events.identifier import (
    Banned,
    Blocked,
    Bounced,
    Complained,
    IdentifierClaimed,
    OptedOut,
    ReplyReceived,
    Subscribed,
)
from ledger.events.settings import PlatformBlacklisted
from ledger.events.vocabulary import ReplyClass
from ledger.rules.policy import Adoption, Policies, Policy
from ledger.rules.reversible import METHODS, Change, Criteria, change, method
from ledger.rules.scanners import FLAG
from tests.rules.streams import HOUR, SCOPE, SENDER, START, event, stream

LINK = OptedOut(channel="email", scope=SCOPE, method="link")
FORM = Subscribed(channel="email", scope=SCOPE, purposes=("marketing",), method="form")
STOP = ReplyReceived(sender=SENDER, reply_class=ReplyClass.STOP, keywords="test/1")
NOW = START + timedelta(days=1)


def criteria(**more: Any) -> Criteria:
    return Criteria(**{"begin": START, "end": START + HOUR, **more})


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (LINK, "link"),
        (STOP, "keyword"),
        (STOP.model_copy(update={"reply_class": ReplyClass.OTHER}), None),
        (Complained(channel="email"), "complaint"),
        (Banned(scope="acme"), "ban"),
        (Blocked(scope="acme"), None),
        (FORM, None),
    ],
    ids=str,
)
def test_how_somebody_opted_out(body: Event, name: str | None) -> None:
    assert method(body) == name
    assert criteria(methods=METHODS).fits(event(0, body, START)) is (name is not None)


def test_the_window_holds_its_begin_and_not_its_end() -> None:
    asked = criteria()
    second = timedelta(seconds=1)
    moments = (START - second, START, START + HOUR - second, START + HOUR)
    assert [asked.fits(event(0, LINK, at)) for at in moments] == [False, True, True, False]


@pytest.mark.parametrize("named", ["keyword", "carrier", "provider_rejection", "complaint"])
def test_what_is_the_persons_own_or_a_carriers_must_be_named(named: str) -> None:
    one = event(0, LINK.model_copy(update={"method": named}), START)
    assert not criteria().fits(one)
    assert criteria(methods=frozenset({named})).fits(one)


@pytest.mark.parametrize("usual", ["link", "one_click", "preference_page", "manual", "import"])
def test_what_is_meant_where_none_is_named(usual: str) -> None:
    assert criteria().fits(event(0, LINK.model_copy(update={"method": usual}), START))


def test_every_narrowing_narrows() -> None:
    plain = event(0, LINK, START)
    imported = replace(plain, envelope=replace(plain.envelope, origin="import:7/12", flags=("time", FLAG)))
    for asked, one, fits in (
        (criteria(scope="acme/shop"), plain, True),
        (criteria(scope="acme/outlet"), plain, False),
        (criteria(scope=f"{SCOPE}/x"), plain, False),
        (criteria(scope=SENDER, methods=frozenset({"keyword"})), event(0, STOP, START), True),
        (criteria(scope=SCOPE, methods=frozenset({"keyword"})), event(0, STOP, START), False),
        (
            criteria(scope="acme", methods=frozenset({"complaint"})),
            event(0, Complained(channel="sms"), START),
            True,
        ),
        (
            criteria(scope=SENDER, methods=frozenset({"complaint"})),
            event(0, Complained(channel="sms"), START),
            False,
        ),
        (criteria(source="test"), plain, True),
        (criteria(source="other"), plain, False),
        (criteria(import_id="7"), imported, True),
        (criteria(import_id="7"), plain, False),
        (criteria(import_id="71"), imported, False),
        (criteria(suspected=True), imported, True),
        (criteria(suspected=True), plain, False),
        (criteria(), event(0, LINK.model_copy(update={"carried_from": UUID(int=9)}), START), False),
    ):
        assert asked.fits(one) is fits, asked


@pytest.mark.parametrize(
    ("given", "evidence", "fits"),
    [
        ({}, None, True),
        ({"user_agent": "scan"}, {"user_agent": "SafeScan/2"}, True),
        ({"user_agent": "SCAN"}, {"user_agent": "safescan/2"}, True),
        ({"user_agent": "scan"}, {"user_agent": None}, False),
        ({"user_agent": "none"}, {}, False),
        ({"user_agent": "scan"}, None, False),
        ({"network": "192.0.2.0/24"}, {"ip": "192.0.2.7"}, True),
        ({"network": "192.0.2.9/24"}, {"ip": "192.0.2.7"}, True),
        ({"network": "192.0.2.7"}, {"ip": "192.0.2.8"}, False),
        ({"network": "192.0.2.0/24"}, {"ip": "not an address"}, False),
        ({"network": "192.0.2.0/24"}, None, False),
        ({"network": "2001:db8::/32", "user_agent": "scan"}, {"ip": "2001:db8::1", "user_agent": "scan"}, True),
        ({"network": "2001:db8::/32", "user_agent": "scan"}, {"ip": "2001:db8::1"}, False),
    ],
)
def test_what_evidence_shows(given: dict[str, str], evidence: dict[str, Any] | None, fits: bool) -> None:
    asked = criteria(**given)
    assert asked.fits_evidence(evidence) is fits
    assert asked.asks_evidence is bool(given)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"end": START}, "to: must lie after `from`"),
        ({"methods": frozenset()}, "method: any of ban, carrier, complaint"),
        ({"methods": frozenset({"fax"})}, "method: any of ban, carrier, complaint"),
        ({"network": "192.0.2.0/99"}, "network: an IP address, or a network such as 192.0.2.0/24"),
    ],
)
def test_what_cannot_be_asked_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}"):
        criteria(**given)


MARKETING, RECEIPTS = ("email", SCOPE, "marketing"), ("email", SCOPE, "transactional")


def test_what_would_be_sendable_without_the_events() -> None:
    events = stream(FORM, LINK)
    assert change(events, {UUID(int=2)}, at=NOW) == Change((MARKETING,), ())
    assert change(events, {UUID(int=1)}, at=NOW) == Change((), ())
    assert change(stream(FORM), {UUID(int=1)}, at=NOW) == Change((), (MARKETING,))
    assert change(events, {UUID(int=2)}, at=START + HOUR) == Change((MARKETING,), ())
    assert change(events, {UUID(int=2)}, at=START) == Change((), ())


def test_a_change_knows_the_identifiers_channels_the_platforms_list_and_the_policy() -> None:
    claimed = IdentifierClaimed(contact_id=UUID(int=9), kind="email")
    events = stream(claimed, OptedOut(channel="*", scope=SCOPE, method="link"), Banned(scope=SCOPE))
    assert change(events, {UUID(int=3)}, at=NOW) == Change((RECEIPTS,), ())
    assert change(events[1:], {UUID(int=3)}, at=NOW) == Change((), ())
    listed = [event(9, PlatformBlacklisted(), START)]
    assert change(events, {UUID(int=3)}, at=NOW, platform=listed) == Change((), ())
    bounced = stream(claimed, FORM, Bounced(channel="email", hard=False))
    quick = Policies((Adoption(Policy("quick", bounce_threshold=1)),))
    assert change(bounced, {UUID(int=3)}, at=NOW) == Change((), ())
    freed = change(bounced, {UUID(int=3)}, at=NOW, policies=quick).makes_sendable
    assert freed == (("email", "acme", "transactional"), MARKETING, RECEIPTS)


def test_the_places_are_those_that_a_stop_reaches_under_the_policy() -> None:
    events = stream(IdentifierClaimed(contact_id=UUID(int=9), kind="phone"), STOP)
    wide = Policies((Adoption(Policy("wide", stop_reach="organization")),))
    for policies, scope in ((Policies(), SENDER), (wide, "acme")):
        found = change(events, {UUID(int=2)}, at=NOW, policies=policies).makes_sendable
        assert found == (("mms", scope, "transactional"), ("sms", scope, "transactional"))
