"""Acts of every kind in any order: after each, every answer is the naive model's and no opt-out is lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consumers.translators.translation import restrictive_channel
from ledger.acts.act import Act, Body
from ledger.acts.consent import Confirmation, OptOut, Override, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification, Link, ProfileEdit, Unlink
from ledger.acts.given import Given
from ledger.acts.identifier import (
    DeliverabilityChange,
    HoldChange,
    PlatformListing,
    Reassignment,
    Receipt,
    Reversal,
)
from ledger.acts.settings import IdentityRulesChange, PolicyAdoption
from ledger.events.contact import ContactsLinked
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.events.vocabulary import CHANNELS_OF, OPT_OUT_METHODS, OWN_METHODS, SIGNUP_METHODS
from ledger.rules.adopted import policies
from ledger.rules.identity_rules import PRESETS
from ledger.rules.policy import Policies
from ledger.rules.status import Status, status
from tests.histories import ORGANIZATION, START, act_of
from tests.memory_log import IDS, MemoryLog
from tests.model.checking import explains, told
from tests.model.naive import answer
from tests.model.naive_order import Place

PHONES = (Given("phone", "+14155550100", "+14155550100"), Given("phone", "+14155550101", "+14155550101"))
EMAILS = (
    Given("email", "ann@example.com", "Ann@example.com"),
    Given("email", "ben@example.com", "ben@example.com"),
)
KEY = Given("external_id", "4711", "4711")
EVERYONE = (*PHONES, *EMAILS, KEY)
SCOPES = ("acme", "acme/shop", "acme/shop/55512", "acme/shop/55512/vip", "acme/outlet")
ASKED = ("acme", "acme/shop/55512", "acme/shop/55512/vip")
HOUR = timedelta(hours=1)

anyone = st.sampled_from(EVERYONE)
together = st.lists(anyone, min_size=1, max_size=2, unique=True).map(tuple)
channels = st.sampled_from(("sms", "sms", "email", "email", "whatsapp"))
scopes = st.sampled_from(SCOPES)
purposes = st.sampled_from((("marketing",), ("cart", "marketing")))
subscriptions = st.builds(
    Subscription,
    channel=channels,
    scope=scopes,
    purposes=purposes,
    double_opt_in=st.booleans(),
    expires_at=st.none() | st.integers(1, 60).map(lambda hours: START + HOUR * hours),
)


class Acts(RuleBasedStateMachine):
    """A ledger of a few people; the clock goes an hour a step, messages are up to a day late."""

    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryLog()
        self.now = START
        self.acts: list[Act] = []
        self.stood: dict[tuple[UUID, Place], dict[UUID, Recorded]] = {}

    @initialize()
    def registered(self) -> None:
        self.log.register(ORGANIZATION, START)

    def does(self, body: Body, late: int = 0) -> None:
        self.now += HOUR
        act = act_of(body, len(self.acts), self.now - HOUR * late, self.now)
        self.acts.append(act)
        self.log.record(act, self.now)

    # Acts

    @rule(
        who=together,
        what=subscriptions,
        method=st.sampled_from(sorted(SIGNUP_METHODS)),
        overrides=st.booleans(),
        late=st.integers(0, 24),
    )
    def signs_up(self, who: tuple[Given, ...], what: Subscription, method: str, overrides: bool, late: int) -> None:
        override = Override("operator-7", "signed form") if overrides and method not in OWN_METHODS else None
        self.does(SignUp(who, (what,), method, override=override), late)

    @rule(
        who=anyone,
        channel=channels | st.just("*"),
        scope=scopes,
        purposes=st.just(()) | purposes,
        method=st.sampled_from(sorted(OPT_OUT_METHODS)),
        late=st.integers(0, 24),
    )
    def opts_out(
        self, who: Given, channel: str, scope: str, purposes: tuple[str, ...], method: str, late: int
    ) -> None:
        channel, elsewhere, _ = restrictive_channel(who.kind, channel)
        self.does(OptOut(who, channel, scope, purposes, method, elsewhere=elsewhere), late)

    @rule(
        who=st.sampled_from(PHONES),
        sender=st.sampled_from(("acme/shop/55512", "acme/shop", "acme/outlet/777")),
        text=st.sampled_from(("STOP", "START", "Y", "who is this?", "HELP")),
        late=st.integers(0, 24),
    )
    def texts(self, who: Given, sender: str, text: str, late: int) -> None:
        self.does(Reply(who, sender, text), late)

    @precondition(lambda self: any(isinstance(act.body, SignUp) for act in self.acts))
    @rule(data=st.data(), confirmed=st.booleans(), late=st.integers(0, 24))
    def answers_a_request(self, data: st.DataObject, confirmed: bool, late: int) -> None:
        request = data.draw(st.sampled_from([act for act in self.acts if isinstance(act.body, SignUp)]))
        assert isinstance(request.body, SignUp)
        self.does(Confirmation(request.body.identifiers[0], request.message_id, confirmed), late)

    @rule(
        who=anyone,
        channel=channels,
        outcome=st.sampled_from(("delivered", "soft_bounce", "soft_bounce", "hard_bounce", "complaint")),
        message=st.none() | st.sampled_from(("m1", "m2", "m3")),
        late=st.integers(0, 24),
    )
    def receipt_comes(self, who: Given, channel: str, outcome: str, message: str | None, late: int) -> None:
        self.does(Receipt(who, channel, outcome, outbound_id=message), late)

    @rule(who=anyone, action=st.sampled_from(("reactivate", "blacklist", "unblacklist", "withdraw_complaint")))
    def deliverability_changes(self, who: Given, action: str) -> None:
        self.does(DeliverabilityChange(who, action))

    @rule(who=st.sampled_from(EMAILS), listed=st.booleans())
    def platform_lists(self, who: Given, listed: bool) -> None:
        self.does(PlatformListing(who, listed))

    @rule(
        who=anyone,
        action=st.sampled_from(("pause", "resume", "block", "unblock", "ban", "unban")),
        scope=scopes,
        hours=st.none() | st.integers(1, 40),
        late=st.integers(0, 24),
    )
    def hold_changes(self, who: Given, action: str, scope: str, hours: int | None, late: int) -> None:
        until = self.now + HOUR * hours if hours and action == "pause" else None
        self.does(HoldChange(who, action, scope, until), late)

    @rule(who=anyone, cause=st.sampled_from(("recycled", "deactivated", "ported")), late=st.integers(0, 24))
    def is_reassigned(self, who: Given, cause: str, late: int) -> None:
        self.does(Reassignment(who, cause), late)

    @rule(who=anyone, action=st.sampled_from(("delete", "restore", "delete", "erase")))
    def contact_changes(self, who: Given, action: str) -> None:
        self.does(ContactChange(action, who))

    @rule(left=anyone, right=anyone)
    def are_linked(self, left: Given, right: Given) -> None:
        self.does(Link(left, right))

    @rule(who=st.lists(anyone, min_size=2, max_size=2, unique=True).map(tuple))
    def are_seen_together(self, who: tuple[Given, ...]) -> None:
        self.does(Identification(who, "form"))

    @rule(who=anyone)
    def profile_is_edited(self, who: Given) -> None:
        self.does(ProfileEdit(who, set={"city": "Lyon"}))

    @precondition(lambda self: bool(self.links()))
    @rule(data=st.data())
    def are_unlinked(self, data: st.DataObject) -> None:
        self.does(Unlink(data.draw(st.sampled_from(self.links()))))

    @rule(data=st.data())
    def event_is_reversed(self, data: st.DataObject) -> None:
        events = [event.event_id for events in self.log.streams.values() for event in events]
        self.does(Reversal(data.draw(st.sampled_from(events)), "operator-7"))

    @precondition(lambda self: bool(self.acts))
    @rule(data=st.data())
    def message_comes_again(self, data: st.DataObject) -> None:
        self.now += HOUR
        before = {stream: list(events) for stream, events in self.log.streams.items()}
        act = data.draw(st.sampled_from(self.acts))
        outcome = self.log.record(replace(act, received_at=self.now), self.now)
        if act.organization and outcome == "duplicate":
            assert self.log.streams == before

    @rule(
        parameters=st.sampled_from(
            (
                {"stop_reach": "organization"},
                {"request_lifetime_days": 1, "bounce_threshold": 1},
                {"own_device_only": [], "transactional_stops": []},
                {"own_device_only": ["link"], "express_months": 1, "soft_bounces": "separate"},
            )
        ),
        ends=st.booleans(),
    )
    def adopts_a_policy(self, parameters: dict[str, Any], ends: bool) -> None:
        until = self.now + 2 * HOUR if ends else None
        self.does(PolicyAdoption(f"p{len(self.acts)}", "1", parameters, self.now - HOUR, until))
        self.stood.clear()  # adopting one may change status without an event

    @rule(
        preset=st.none() | st.sampled_from(sorted(PRESETS)),
        most=st.none() | st.integers(1, 4),
        blocked=st.lists(anyone, max_size=2),
    )
    def rules_of_identity_change(self, preset: str | None, most: int | None, blocked: list[Given]) -> None:
        block = tuple((who.kind, who.value) for who in blocked)
        self.does(IdentityRulesChange(preset=preset, most=most, block=block))

    @rule(days=st.sampled_from((1, 8)))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    def links(self) -> list[UUID]:
        return sorted(
            {
                event.body.link_id
                for events in self.log.streams.values()
                for event in events
                if isinstance(event.body, ContactsLinked)
            }
        )

    # What must hold after each

    @invariant()
    def every_answer_is_the_naive_models_and_no_opt_out_is_lost(self) -> None:
        for who in EVERYONE:
            stream = IDS.identifier(ORGANIZATION, who.kind, who.value)
            events = self.log.streams.get(stream, [])
            for channel in CHANNELS_OF[who.kind][:3:2] or ("*",):
                for scope in ASKED:
                    for purpose in ("marketing", "cart"):
                        self.compare(stream, events, Place(channel, scope, purpose))

    def compare(self, stream: UUID, events: list[Recorded], place: Place) -> None:
        keys = {event.body.platform_key for event in events if isinstance(event.body, IdentifierClaimed)} - {None}
        platform = [listing for key in keys if key for listing in self.log.streams.get(key, [])]
        settings = self.log.streams.get(IDS.organization(ORGANIZATION), [])
        history = policies(settings)
        expected = answer(events, place, self.now, platform=platform, policies=history)
        given = self.asked(events, place, platform, history)
        assert told(given) == told(expected), f"{place}"
        stood = self.stood.setdefault((stream, place), {})
        if given.sendable:
            for opt_out in stood.values():
                assert any(explains(event, opt_out, events, place, history) for event in events), f"{place}"
            stood.clear()
        stood |= {stop.event_id: stop for stop in expected.stops}

    def asked(self, events: list[Recorded], place: Place, platform: list[Recorded], history: Policies) -> Status:
        return status(
            events,
            channel=place.channel,
            scope=place.scope,
            purpose=place.purpose,
            at=self.now,
            platform=platform,
            policies=history,
        )


Acts.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestActs = Acts.TestCase
