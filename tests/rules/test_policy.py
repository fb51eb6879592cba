"""Each parameter does what it says, in the time its version is in force, as far as was known."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.acts.act import Body
from ledger.acts.consent import OptOut, Reply, SignUp, Subscription
from ledger.acts.identifier import Receipt
from ledger.acts.settings import PolicyAdoption
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import Basis
from ledger.rules.adopted import policies
from ledger.rules.parameters import PolicyInvalid, parameters_of, policy_of
from ledger.rules.policy import Policies, Policy
from ledger.rules.shipped import SHIPPED
from ledger.rules.status import Status, status
from tests.histories import PHONE, START, act_of
from tests.memory_log import IDS, MemoryLog

SENDER = "acme/shop/55512"
DAY = timedelta(days=1)
REVOKE_ALL = datetime(2027, 1, 31, 5, tzinfo=UTC)


class Ledger:
    """Records acts as they happen and asks about sms marketing."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.log.register("acme", START - DAY)
        self.number = 0

    def record(self, body: Body, at: datetime = START) -> str:
        self.number += 1
        return self.log.record(act_of(body, self.number, at, at), at)

    def adopt(self, version: str, parameters: dict[str, Any], begin: datetime, **more: Any) -> str:
        at = more.pop("at", begin)
        return self.record(PolicyAdoption(more.pop("policy", "p"), version, parameters, begin, **more), at)

    @property
    def settings(self) -> list[Recorded]:
        return self.log.streams[IDS.organization("acme")]

    def ask(self, at: datetime, scope: str = SENDER, purpose: str = "marketing", **more: Any) -> Status:
        events = self.log.streams[IDS.identifier("acme", PHONE.kind, PHONE.value)]
        history = more.pop("policies", None) or policies(self.settings)
        return status(events, channel="sms", scope=scope, purpose=purpose, at=at, policies=history, **more)


def subscribed(scope: str = "acme", basis: Basis | None = None, double_opt_in: bool = False) -> SignUp:
    wanted = Subscription("sms", scope, ("marketing",), double_opt_in, basis=basis)
    return SignUp((PHONE,), (wanted,), "form")


def bounce(outcome: str) -> Receipt:
    return Receipt(PHONE, "sms", outcome)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_a_stop_reaches_as_far_as_the_us_policy_says_on_its_day(ledger: Ledger) -> None:
    history = Policies(tuple(SHIPPED["us"]))
    ledger.record(subscribed())
    before, after = REVOKE_ALL - DAY, REVOKE_ALL + DAY
    for at, elsewhere in ((before, True), (after, False)):
        one = Ledger()
        one.record(subscribed())
        one.record(Reply(PHONE, SENDER, "STOP"), at)
        assert not one.ask(after + DAY, policies=history).sendable
        assert one.ask(after + DAY, "acme/outlet", policies=history).sendable is elsewhere
        assert one.ask(after + DAY, policies=history).policies == ("us/2026" if elsewhere else "us/2027",)


def test_a_threshold_is_that_of_the_moment_asked_about_and_adoptions_are_cut_by_what_was_known(
    ledger: Ledger,
) -> None:
    ledger.record(subscribed())
    ledger.record(bounce("soft_bounce"))
    ledger.record(bounce("soft_bounce"), START + DAY)
    ledger.adopt("1", {"bounce_threshold": 2}, START + 3 * DAY, at=START + 5 * DAY)
    assert ledger.ask(START + 2 * DAY).sendable
    assert ledger.ask(START + 2 * DAY).changes_at == START + 3 * DAY
    found = ledger.ask(START + 4 * DAY)
    assert (found.reasons, found.policy, found.policies) == (("bounced",), "p/1", ("built-in/1", "p/1"))
    assert ledger.ask(START + 4 * DAY, known_at=START + 4 * DAY).sendable
    assert [v.policy for v in found.verdicts if v.rule == "bounce.soft"] == ["p/1", "p/1"]


@pytest.mark.parametrize(
    ("parameters", "outcomes", "bounced"),
    [
        ({}, ["soft_bounce"] * 3, True),
        ({"soft_bounces": "never"}, ["soft_bounce"] * 9, False),
        ({"soft_bounces": "never"}, ["hard_bounce"], True),
        ({"soft_bounces": "separate", "soft_bounce_threshold": 5}, ["soft_bounce"] * 4, False),
        ({"soft_bounces": "separate", "soft_bounce_threshold": 5}, ["soft_bounce"] * 5, True),
        ({"bounce_threshold": 5}, ["soft_bounce"] * 4, False),
    ],
)
def test_soft_bounces_count_as_the_policy_says(
    ledger: Ledger, parameters: dict[str, Any], outcomes: list[str], bounced: bool
) -> None:
    ledger.adopt("1", parameters, START)
    ledger.record(subscribed())
    for number, outcome in enumerate(outcomes):
        ledger.record(bounce(outcome), START + number * timedelta(hours=1))
    assert ("bounced" in ledger.ask(START + DAY).reasons) is bounced


@pytest.mark.parametrize(
    ("parameters", "basis", "lives_until"),
    [
        ({}, None, None),
        ({}, "express", None),
        ({}, "inquiry", datetime(2026, 9, 2, 9, tzinfo=UTC)),
        ({}, "purchase", datetime(2028, 3, 2, 9, tzinfo=UTC)),
        ({"phone_months": 12}, None, datetime(2027, 3, 2, 9, tzinfo=UTC)),
        ({"phone_months": 12}, "inquiry", datetime(2026, 9, 2, 9, tzinfo=UTC)),
        ({"purchase_months": None, "express_months": 1}, "purchase", None),
    ],
)
def test_a_consent_lives_as_long_as_its_basis_does(
    ledger: Ledger, parameters: dict[str, Any], basis: Basis | None, lives_until: datetime | None
) -> None:
    ledger.adopt("1", parameters, START)
    ledger.record(subscribed(basis=basis))
    assert ledger.ask(START).changes_at == lives_until
    if lives_until is not None:
        assert ledger.ask(lives_until - DAY).sendable
        assert ledger.ask(lives_until).reasons == ("expired",)


def test_half_a_year_after_the_end_of_august_is_the_end_of_february() -> None:
    august = datetime(2026, 8, 31, 12, tzinfo=UTC)
    assert Policy().grant_ends("inquiry", "email", august) == datetime(2027, 2, 28, 12, tzinfo=UTC)


def test_a_bulk_grant_whose_lifetime_begins_anew_is_recorded_again(ledger: Ledger) -> None:
    def bought() -> SignUp:
        return SignUp((PHONE,), (Subscription("sms", "acme", ("marketing",), basis="purchase"),), "import")

    assert ledger.record(bought()) == "recorded"
    assert ledger.record(bought(), START + 30 * DAY) == "recorded"
    assert ledger.ask(START + 30 * DAY).changes_at is not None
    assert ledger.ask(datetime(2028, 3, 20, tzinfo=UTC)).sendable


def test_what_stops_transactional_messages_is_policy(ledger: Ledger) -> None:
    ledger.record(OptOut(PHONE, "sms", "acme", (), "link"))
    assert ledger.ask(START, purpose="transactional").sendable
    ledger.adopt("1", {"transactional_stops": ["link"]}, START + DAY)
    assert ledger.ask(START, purpose="transactional").changes_at == START + DAY
    assert ledger.ask(START + DAY, purpose="transactional").reasons == ("unsubscribed",)


def test_quiet_hours_are_told_beside_the_answer(ledger: Ledger) -> None:
    hours = {"start": "21:00", "end": "08:00", "time_zone": "America/New_York", "channels": ["sms"]}
    ledger.adopt("1", {"quiet_hours": hours}, START)
    ledger.record(subscribed())
    late = datetime(2026, 3, 4, 3, tzinfo=UTC)  # ten in the evening in New York
    asked = ledger.ask(late)
    assert (asked.sendable, asked.quiet_until) == (True, datetime(2026, 3, 4, 13, tzinfo=UTC))
    assert ledger.ask(late, purpose="transactional").quiet_until is None
    assert ledger.ask(datetime(2026, 3, 4, 13, tzinfo=UTC)).quiet_until is None
    in_summer = datetime(2026, 7, 4, 11, 30, tzinfo=UTC)
    assert ledger.ask(in_summer).quiet_until == datetime(2026, 7, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"bounce_treshold": 3}, "parameters.bounce_treshold: no such parameter"),
        ({"bounce_threshold": "3"}, "parameters.bounce_threshold: "),
        ({"bounce_threshold": 0}, "parameters.bounce_threshold: "),
        ({"stop_reach": "planet"}, "parameters.stop_reach: "),
        ({"own_device_only": ["fax"]}, "parameters.own_device_only: takes "),
        ({"bulk_never_lifts": ["keyword"]}, "parameters.bulk_never_lifts: may add to "),
        ({"quiet_hours": {"start": "25:00", "end": "08:00", "time_zone": "UTC"}}, "parameters.quiet_hours.start: "),
        ({"quiet_hours": {"start": "21:00", "end": "08:00", "time_zone": "Mars/X"}}, "parameters.quiet_hours.time"),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_named(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        policy_of("p/1", parameters)
    assert str(refused.value).startswith(said)


def test_what_is_written_out_reads_the_same() -> None:
    for version in (*SHIPPED["us"], *SHIPPED["ca"]):
        assert policy_of(version.policy.version, parameters_of(version.policy)) == version.policy


def test_one_policys_versions_do_not_overlap(ledger: Ledger) -> None:
    assert ledger.adopt("1", {}, START, in_force_until=START + 10 * DAY) == "recorded"
    assert ledger.adopt("2", {}, START + 9 * DAY) == "policy"
    assert ledger.adopt("2", {}, START - 9 * DAY, in_force_until=START + DAY) == "policy"
    assert ledger.adopt("2", {}, START + 10 * DAY) == "recorded"
    assert ledger.adopt("3", {}, START + 20 * DAY) == "recorded"
    assert ledger.adopt("4", {}, START + 20 * DAY) == "policy"
    assert ledger.adopt("3", {}, START + 30 * DAY) == "policy"
    assert ledger.adopt("1", {}, START + 20 * DAY, policy="other") == "recorded"
    assert ledger.adopt("5", {}, START + 40 * DAY, in_force_until=START + 40 * DAY) == "policy"
    history = policies(ledger.settings)
    in_force = [history.at(START + days * DAY).version for days in (-1, 0, 9, 10, 19, 20)]
    assert in_force == ["built-in/1", "p/1", "p/1", "p/2", "p/2", "other/1"]


def test_a_policy_whose_time_is_over_gives_way_to_the_one_before(ledger: Ledger) -> None:
    ledger.adopt("1", {}, START)
    ledger.adopt("1", {}, START + DAY, policy="sale", in_force_until=START + 2 * DAY)
    history = policies(ledger.settings)
    assert [history.at(START + n * DAY).version for n in range(3)] == ["p/1", "sale/1", "p/1"]
    assert history.next_change(START) == START + DAY
    assert history.next_change(START + 2 * DAY) is None
