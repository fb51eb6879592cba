"""Policy as data: what is read, what is refused, when which version is in force, how long consents live."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.events.identifier import (
    Bounced,
    OptedOut,
    ReplyReceived,
    Subscribed,
    SubscriptionConfirmed,
)
from ledger.events.settings import OrganizationRegistered, PolicyAdopted
from ledger.events.vocabulary import CHANNELS, Basis, Consent, ReplyClass
from ledger.rules.adopted import overlapping, policies
from ledger.rules.parameters import PolicyInvalid, parameters_of, policy_of
from ledger.rules.policy import BUILT_IN, Adoption, Policies, Policy, QuietHours
from ledger.rules.shipped import SHIPPED
from tests.rules.streams import HOUR, SCOPE, SENDER, START, asked, event

DAY = timedelta(days=1)
NIGHT = {"start": "21:00", "end": "08:00", "time_zone": "America/New_York", "channels": ["sms"]}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Written down


def test_what_is_left_out_has_its_built_in_value() -> None:
    assert policy_of("v", {}) == Policy("v")


WRITTEN: dict[str, Any] = {
    "jurisdiction": "us",
    "request_lifetime_days": 3,
    "stop_reach": "merchant",
    "bounce_threshold": 5,
    "soft_bounces": "separate",
    "soft_bounce_threshold": 7,
    "bulk_never_lifts": ["carrier", "complaint", "keyword", "link", "provider_rejection"],
    "own_device_only": ["keyword"],
    "transactional_stops": ["carrier", "keyword"],
    "express_months": 24,
    "inquiry_months": 3,
    "purchase_months": None,
    "phone_months": 12,
    "quiet_hours": NIGHT,
}


def test_every_parameter_is_read_and_written_back() -> None:
    read = policy_of("v/1", WRITTEN)
    assert read == Policy(
        version="v/1",
        jurisdiction="us",
        request_lifetime=timedelta(days=3),
        stop_reach="merchant",
        bounce_threshold=5,
        soft_bounces="separate",
        soft_bounce_threshold=7,
        bulk_never_lifts=frozenset({"carrier", "complaint", "keyword", "link", "provider_rejection"}),
        own_device_only=frozenset({"keyword"}),
        transactional_stops=frozenset({"carrier", "keyword"}),
        express_months=24,
        inquiry_months=3,
        purchase_months=None,
        phone_months=12,
        quiet_hours=QuietHours(time(21), time(8), "America/New_York", frozenset({"sms"})),
    )
    assert parameters_of(read) == WRITTEN
    assert list(parameters_of(read)) == list(WRITTEN)
    assert parameters_of(Policy())["quiet_hours"] is None
    assert policy_of("v/1", parameters_of(read)) == read


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bounces": 3}, "parameters.bounces: no such parameter; there are jurisdiction, request_lifetime_days"),
        ({"bounce_threshold": 0}, "parameters.bounce_threshold: takes a whole number from 1 to 1,000"),
        ({"bounce_threshold": "3"}, "parameters.bounce_threshold: takes a whole number from 1 to 1,000"),
        ({"stop_reach": "list"}, "parameters.stop_reach: takes one of sender, merchant, organization"),
        ({"own_device_only": ["fax"]}, "parameters.own_device_only: takes carrier, complaint, import, keyword"),
        (
            {"bulk_never_lifts": ["link"]},
            "parameters.bulk_never_lifts: may add to carrier, complaint, keyword, provider_rejection but leave",
        ),
        (
            {"quiet_hours": {**NIGHT, "end": "21:00"}},
            "parameters.quiet_hours: start and end differ; leave quiet_hours out where there are none",
        ),
        (
            {"quiet_hours": {**NIGHT, "end": "24:00"}},
            "parameters.quiet_hours.end: takes a time of day such as 21:00",
        ),
        (
            {"quiet_hours": {**NIGHT, "time_zone": "Mars/North"}},
            "parameters.quiet_hours.time_zone: takes the name of a time zone, such as Europe/Vienna",
        ),
        ({"quiet_hours": {**NIGHT, "channels": ["fax"]}}, f"channels: takes {', '.join(sorted(CHANNELS))}"),
        ({"express_months": "six"}, "parameters.express_months: takes a whole number of months from 1 to 1,200"),
        ({"quiet_hours": {"start": "21:00"}}, "parameters.quiet_hours.end: takes a time of day such as 21:00"),
        ({"quiet_hours": "at night"}, "parameters.quiet_hours: takes start, end and time_zone"),
        ({"quiet_hours": {**NIGHT, "until": 3}}, "parameters.quiet_hours.until: quiet_hours takes start, end"),
        ({"own_device_only": [3]}, "parameters.own_device_only: takes a list out of carrier, complaint"),
        ({"jurisdiction": "x" * 41}, "parameters.jurisdiction: takes a name of at most 40 characters"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        policy_of("v", given)
    assert said in str(refused.value)


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(PolicyInvalid) as refused:
        policy_of("v", {"bounce_threshold": 0, "stop_reach": "list"})
    fields = ["parameters.stop_reach", "parameters.bounce_threshold"]
    assert [field for field, _ in refused.value.errors] == fields
    assert [one.split(":")[0] for one in str(refused.value).split("; ")] == fields


# In force


ONE, TWO, BRIEF = Policy("one"), Policy("two"), Policy("brief")
HISTORY = BUILT_IN.adding(Adoption(TWO, START + 4 * DAY, START + 4 * DAY, name="p"))
HISTORY = HISTORY.adding(Adoption(ONE, START, START, name="p"))
HISTORY = HISTORY.adding(Adoption(BRIEF, START + DAY, START + 3 * DAY, START + 2 * DAY, name="q"))


@pytest.mark.parametrize(
    ("days", "known_days", "version"),
    [
        (-1, None, "built-in/1"),
        (0, None, "one"),
        (1, None, "brief"),
        (1.99, None, "brief"),
        (2, None, "one"),
        (4, None, "two"),
        (9, None, "two"),
        (1, 2.99, "one"),
        (1, 3, "brief"),
        (9, 3.99, "one"),
        (9, -1, "built-in/1"),
    ],
)
def test_which_is_in_force(days: float, known_days: float | None, version: str) -> None:
    known_at = None if known_days is None else START + DAY * known_days
    assert HISTORY.at(START + DAY * days, known_at).version == version


def test_the_moments_at_which_another_comes_into_force() -> None:
    assert HISTORY.boundaries()[1:] == [START, START + DAY, START + 2 * DAY, START + 4 * DAY]
    assert HISTORY.next_change(START - DAY) == START
    assert HISTORY.next_change(START) == START + DAY
    assert HISTORY.next_change(START, START) is None
    assert HISTORY.next_change(START + DAY, START + 2 * DAY) is None
    assert HISTORY.next_change(START + DAY, START + 4 * DAY) == START + 2 * DAY
    assert HISTORY.next_change(START + DAY, START - DAY) is None
    assert HISTORY.next_change(START + DAY) == START + 2 * DAY
    assert HISTORY.next_change(START + 4 * DAY) is None
    assert BUILT_IN.next_change(START) is None


def test_every_policy_whose_time_covers_a_moment() -> None:
    versions = [policy.version for policy in HISTORY.covering(START + DAY)]
    assert versions == ["built-in/1", "one", "brief"]
    assert [policy.version for policy in HISTORY.covering(START + 2 * DAY)] == ["built-in/1", "one"]


def test_adoptions_are_read_out_of_the_settings_stream() -> None:
    body = PolicyAdopted(
        policy="p",
        version="1",
        parameters={"bounce_threshold": 2},
        in_force_from=START - DAY,
        in_force_until=START + DAY,
    )
    learnt = event(1, body, START, START + HOUR)
    history = policies([event(0, OrganizationRegistered(display_name="Acme"), START), learnt])
    assert history.adoptions[1:] == (
        Adoption(Policy("p/1", bounce_threshold=2), START - DAY, START + HOUR, START + DAY, "p"),
    )
    assert policies([]) == BUILT_IN


@pytest.mark.parametrize(
    ("name", "begin", "end", "overlaps"),
    [
        ("p", -2, -1, False),
        ("p", -2, 0, False),
        ("p", -2, 1, True),
        ("p", -2, None, False),
        ("p", 0, None, True),
        ("p", 1, None, True),
        ("p", 2, None, False),
        ("p", 3, 4, False),
        ("other", 0, None, False),
    ],
)
def test_two_versions_of_one_policy_overlap(name: str, begin: int, end: int | None, overlaps: bool) -> None:
    standing = Adoption(ONE, START, START, START + 2 * DAY, "p")
    history = BUILT_IN.adding(standing)
    until = None if end is None else START + DAY * end
    found = overlapping(history, name, Adoption(TWO, START + DAY * begin, START, until, name))
    assert found == (standing if overlaps else None)


# How far and how long


@pytest.mark.parametrize(
    ("reach", "scope"), [("sender", "acme/shop/55512"), ("merchant", "acme/shop"), ("organization", "acme")]
)
def test_how_far_a_stop_reaches(reach: Any, scope: str) -> None:
    assert Policy(stop_reach=reach).stop_scope(SENDER) == scope
    assert Policy(stop_reach=reach).stop_scope("acme") == "acme"
    assert Policy(stop_reach=reach).stop_scope(SCOPE) == (SCOPE if reach == "sender" else scope)


@pytest.mark.parametrize(
    ("basis", "channel", "named", "ends"),
    [
        (None, "email", None, None),
        ("express", "email", None, None),
        ("inquiry", "email", None, "2024-02-29T09:00"),
        ("purchase", "email", None, "2025-08-31T09:00"),
        ("inquiry", "email", "2024-01-01T00:00", "2024-01-01T00:00"),
        ("inquiry", "email", "2025-01-01T00:00", "2024-02-29T09:00"),
        (None, "email", "2025-01-01T00:00", "2025-01-01T00:00"),
    ],
)
def test_how_long_a_consent_lives(basis: Basis | None, channel: str, named: str | None, ends: str | None) -> None:
    given = Policy().grant_ends(basis, channel, moment("2023-08-31T09:00"), moment(named) if named else None)
    assert given == (moment(ends) if ends else None)


@pytest.mark.parametrize("channel", ["sms", "mms", "whatsapp", "viber", "voice"])
def test_on_a_phone_any_consent_lives_at_most_so_long(channel: str) -> None:
    at, policy = moment("2024-02-29T09:00"), Policy(phone_months=12, inquiry_months=6, express_months=None)
    assert policy.grant_ends(None, channel, at) == moment("2025-02-28T09:00")
    assert policy.grant_ends("inquiry", channel, at) == moment("2024-08-29T09:00")
    assert policy.grant_ends("purchase", channel, at) == moment("2025-02-28T09:00")
    assert policy.grant_ends("express", "email", at) is None
    assert Policy(express_months=1).grant_ends(None, "email", moment("2023-12-31T09:00")) == moment(
        "2024-01-31T09:00"
    )


def test_a_lifetime_is_that_of_the_time_of_the_grant() -> None:
    months = Policies((Adoption(Policy()), Adoption(Policy("m", express_months=1, inquiry_months=2), START)))
    before = event(0, Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form"), START - HOUR)
    after = event(0, before.body, START)
    year = START + timedelta(days=365)
    assert asked([before], at=year, policies=months).consent is Consent.SUBSCRIBED
    assert asked([after], at=year, policies=months).consent is Consent.EXPIRED
    assert asked([after], policies=months).changes_at == START.replace(month=4)
    request = before.body.model_copy(update={"double_opt_in": True, "basis": "inquiry"})
    confirmed = [event(0, request, START), event(1, SubscriptionConfirmed(request_act_id=UUID(int=1)), START + DAY)]
    assert asked(confirmed, policies=months).changes_at == (START + DAY).replace(month=5)
    start = ReplyReceived(sender=SENDER, reply_class=ReplyClass.START, keywords="test/1")
    assert asked([event(0, start, START)], policies=months).changes_at == START.replace(month=4)
    phones = Policies((Adoption(Policy(phone_months=3)),))
    assert asked([event(0, start, START)], policies=phones).changes_at == START.replace(month=6)
    request = request.model_copy(update={"basis": None})
    confirmed = [event(0, request, START), event(1, SubscriptionConfirmed(request_act_id=UUID(int=1)), START + DAY)]
    assert asked(confirmed, policies=phones).changes_at == (START + DAY).replace(month=6)


# Bounces, transactional messages, quiet hours, versions


def bounces(*hard: bool) -> list[Any]:
    return [event(n, Bounced(channel="sms", hard=one), START + HOUR * n) for n, one in enumerate(hard)]


@pytest.mark.parametrize(
    ("soft_bounces", "hard", "since"),
    [
        ("counted", (False, False, False), 2),
        ("counted", (False, False), None),
        ("separate", (False, False, False), None),
        ("separate", (False, False, False, False), 3),
        ("separate", (True,), 0),
        ("never", (False,) * 9, None),
        ("never", (False, True), 1),
    ],
)
def test_what_bounces_make_bounced(soft_bounces: Any, hard: tuple[bool, ...], since: int | None) -> None:
    policy = Policy(soft_bounces=soft_bounces, soft_bounce_threshold=4)
    given = asked(bounces(*hard), policies=Policies((Adoption(policy),)))
    assert given.deliverability_since == (None if since is None else START + HOUR * since)
    assert given.soft_bounces == hard.count(False)


def test_which_opt_outs_stop_transactional_messages_is_judged_at_the_moment_asked_for() -> None:
    links = Policies(
        (
            Adoption(Policy()),
            Adoption(Policy("l", transactional_stops=frozenset({"link"})), START + DAY, START + HOUR),
        )
    )
    stopped = [event(0, OptedOut(channel="sms", scope=SENDER, method="link"), START)]
    given = asked(stopped, purpose="transactional", policies=links)
    assert given.sendable
    assert given.changes_at == START + DAY
    unknown = asked(stopped, purpose="transactional", policies=links, known_at=START)
    assert unknown.changes_at is None
    later = asked(stopped, purpose="transactional", policies=links, at=START + DAY)
    assert later.reasons == ("unsubscribed",)
    assert (later.policy, later.policies) == ("l", ("built-in/1", "l"))


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-01-10T01:59", None),
        ("2026-01-10T02:00", "2026-01-10T13:00"),
        ("2026-01-10T12:59", "2026-01-10T13:00"),
        ("2026-01-10T13:00", None),
        ("2026-03-08T03:00", "2026-03-08T12:00"),  # the night clocks go forward
        ("2026-11-01T03:00", "2026-11-01T13:00"),  # the night clocks go back
    ],
)
def test_quiet_hours_across_midnight_end_by_the_clock_of_their_place(at: str, until: str | None) -> None:
    policy = policy_of("v", {"quiet_hours": NIGHT})
    expected = moment(until) if until else None
    assert policy.quiet_until("sms", "marketing", moment(at)) == expected
    assert policy.quiet_until("email", "marketing", moment(at)) is None
    assert policy.quiet_until("sms", "transactional", moment(at)) is None
    assert Policy().quiet_until("sms", "marketing", moment(at)) is None


def test_quiet_hours_within_a_day() -> None:
    hours = QuietHours(time(12), time(14), "UTC", frozenset({"sms"}))
    assert hours.until(moment("2026-01-10T11:59")) is None
    assert hours.until(moment("2026-01-10T12:00")) == moment("2026-01-10T14:00")
    assert hours.until(moment("2026-01-10T14:00")) is None


def test_quiet_hours_wait_but_never_forbid() -> None:
    signed = event(0, Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form"), START)
    given = asked(
        [signed],
        at=moment("2026-03-10T03:00"),
        policies=Policies((Adoption(policy_of("v", {"quiet_hours": NIGHT})),)),
    )
    assert given.sendable
    assert given.quiet_until == moment("2026-03-10T12:00")


def test_the_revoke_all_clause_begins_when_its_waiver_ends() -> None:
    first, second = SHIPPED["us"]
    assert first.in_force_until == second.in_force_from == moment("2027-01-31T05:00")
    assert (first.policy.stop_reach, second.policy.stop_reach) == ("sender", "organization")
