"""Roll-up as each organization wants it: rules, presets and guards, row by row (C1, C16, L8, L15, P2, P3, 1b)."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.given import Given
from ledger.acts.settings import IdentityRulesChange
from ledger.canonical import NotCanonical, canonical
from ledger.events.contact import CandidateListed
from ledger.events.vocabulary import STRONG_KINDS
from ledger.rules.identity import attached, holder, person
from ledger.rules.identity_rules import PRESETS, identity_rules
from tests.histories import ORGANIZATION
from tests.identity.test_rollup import ANN, ANN_PHONE, BEN, BROWSER, KEY, Ledger, key, signup
from tests.memory_log import IDS

BEN_PHONE = Given("phone", "+14155550101", "+14155550101")
BOX = Given("email", "box-7@example.com", "box-7@example.com")


def under(**rules: object) -> Ledger:
    ledger = Ledger()
    assert ledger.does(IdentityRulesChange(**rules)) in ("recorded", "unchanged")  # type: ignore[arg-type]
    return ledger


def causes(ledger: Ledger) -> set[str]:
    bodies = [event.body for events in ledger.log.streams.values() for event in events]
    return {body.cause for body in bodies if isinstance(body, CandidateListed)}


def kinds_of(ledger: Ledger, one: Given) -> list[str]:
    contact = holder(ledger.log.read([key(one)])[key(one)])
    assert contact is not None
    return sorted(person(contact, ledger.log.read).identifiers.values())


def test_c1_1b_the_same_tracker_with_another_email_is_a_new_contact_and_never_a_link() -> None:
    ledger = under(preset="connectif")
    ledger.sees(ANN, ANN_PHONE, BROWSER)
    ledger.sees(BROWSER, BEN, ANN_PHONE)
    assert ledger.person(BEN) != ledger.person(ANN) == ledger.person(ANN_PHONE)
    assert ledger.person(BROWSER) == ledger.person(BEN)
    ledger.sees(BROWSER, ANN, BEN_PHONE)
    assert ledger.person(BROWSER) == ledger.person(ANN) == ledger.person(BEN_PHONE)
    assert not causes(ledger)


def test_1b_the_same_tracker_with_the_same_email_brings_what_is_new_to_it() -> None:
    ledger = under(preset="connectif")
    ledger.sees(ANN, BROWSER)
    ledger.sees(BROWSER, ANN, KEY)
    assert ledger.person(KEY) == ledger.person(ANN) is not None


def test_without_1b_the_phone_brings_the_other_email_along() -> None:
    ledger = under(preset="listrak")
    ledger.sees(ANN, ANN_PHONE, BROWSER)
    ledger.sees(BROWSER, BEN, ANN_PHONE)
    assert ledger.person(BEN) == ledger.person(ANN)


def test_1b_an_external_id_never_merges_with_an_email_by_itself() -> None:
    ledger = under(preset="connectif")
    ledger.sees(KEY)
    ledger.sees(ANN)
    ledger.sees(KEY, ANN)
    assert ledger.person(KEY) != ledger.person(ANN)
    assert causes(ledger) == {"rules"}


@pytest.mark.parametrize(("first", "second"), [(ANN, BEN), (ANN_PHONE, BEN_PHONE)])
def test_p2_one_email_and_one_phone_a_contact(first: Given, second: Given) -> None:
    ledger = under(preset="yespo")
    ledger.sees(KEY, first)
    ledger.sees(KEY, second)
    assert ledger.person(first) == ledger.person(KEY) != ledger.person(second) is not None
    assert causes(ledger) == {"limit"}


def test_p2_two_emails_of_one_message_are_two_contacts() -> None:
    ledger = under(preset="yespo")
    ledger.sees(ANN, BEN)
    assert ledger.person(ANN) != ledger.person(BEN)


def test_p2_p3_several_push_tokens_and_devices_under_one_email_and_phone() -> None:
    ledger = under(preset="yespo")
    devices = [Given(kind, f"{kind}-{n}", f"{kind}-{n}") for kind in ("web_push", "app_push") for n in range(3)]
    ledger.sees(ANN, ANN_PHONE)
    for device in devices:
        ledger.sees(ANN, device)
    assert kinds_of(ledger, ANN) == ["app_push"] * 3 + ["email", "phone"] + ["web_push"] * 3


def test_p3_telegram_and_the_devices_of_several_applications_are_one_contact_each_with_its_own_consent() -> None:
    """A token is of one application on one device; the same text in another channel is another identifier."""
    ledger = under(preset="yespo")
    held = [Given("app_push", text, text) for text in ("shop:phone:t-1", "shop:tablet:t-2", "club:phone:t-1")]
    held += [Given("web_push", "shop:phone:t-1", "shop:phone:t-1")]
    held += [Given("telegram", text, text) for text in ("bot-1:7001", "bot-2:7001")]
    for one in held:
        ledger.does(SignUp((ANN, one), (Subscription(one.kind, ORGANIZATION, ("marketing",)),), "form"))
    assert {ledger.person(one) for one in (ANN, *held)} == {ledger.person(ANN)}
    gone = (held[0], held[4])
    for one in gone:
        ledger.does(OptOut(one, one.kind, ORGANIZATION, (), "manual"))
    assert [one for one in held if not ledger.sendable(one, one.kind)[0]] == list(gone)


def test_1b_external_ids_of_fifty_characters_are_kept_apart_to_the_last_one_a_contact() -> None:
    """Connectif's longest. Longer ones are taken too, to 200: no opt-out is refused for its customer number."""
    ids = [canonical("external_id", "k" * 49 + last) for last in "Aa"]
    assert [one.value for one in ids] == ["k" * 49 + "A", "k" * 49 + "a"]
    upper, lower = (Given("external_id", one.value, one.raw) for one in ids)
    ledger = under(preset="connectif")
    ledger.sees(upper)
    ledger.sees(upper, lower)
    assert ledger.person(upper) != ledger.person(lower) is not None
    assert canonical("external_id", "k" * 200).value == "k" * 200
    with pytest.raises(NotCanonical):
        canonical("external_id", "k" * 201)


def test_c1_l15_a_visitor_is_an_anonymous_contact_until_it_is_identified() -> None:
    ledger = Ledger()
    ledger.sees(BROWSER)
    ledger.sees(BROWSER, Given("web_push", "w-1", "w-1"))
    contact = holder(ledger.log.read([key(BROWSER)])[key(BROWSER)])
    assert contact is not None
    assert not person(contact, ledger.log.read).identified
    ledger.sees(BROWSER, ANN)
    assert person(contact, ledger.log.read).identified


def test_c16_a_tracker_identified_late_brings_its_visits_and_only_as_far_as_the_rules_say() -> None:
    for how, together in (("automatic", True), ("candidates", False)):
        ledger = under(roll_up={"tracker": how})
        ledger.sees(BROWSER)
        ledger.sees(ANN)
        ledger.sees(ANN, BROWSER)
        assert (ledger.person(ANN) == ledger.person(BROWSER)) is together
        assert causes(ledger) == (set() if together else {"rules"})


def test_l8_several_emails_and_phones_are_one_person() -> None:
    ledger = Ledger()
    ledger.sees(ANN, ANN_PHONE)
    ledger.sees(BEN, BEN_PHONE)
    ledger.sees(ANN_PHONE, BEN_PHONE)
    assert kinds_of(ledger, ANN) == ["email", "email", "phone", "phone"]


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_a_kind_that_only_lists_candidates_links_nobody(kind: str) -> None:
    ledger = under(roll_up={kind: "candidates"})
    ledger.sees(ANN)
    ledger.sees(ANN_PHONE)
    ledger.sees(ANN, ANN_PHONE)
    assert ledger.person(ANN) != ledger.person(ANN_PHONE)
    assert causes(ledger) == {"rules"}


def test_a_browser_does_not_link_for_a_kind_that_only_lists_candidates() -> None:
    ledger = under(roll_up={"phone": "candidates"})
    ledger.sees(ANN_PHONE, BROWSER)
    ledger.sees(ANN)
    ledger.sees(ANN, ANN_PHONE, BROWSER)
    assert ledger.person(ANN) != ledger.person(ANN_PHONE)
    assert causes(ledger) == {"rules"}


def test_a_full_person_takes_nothing_more_of_any_kind() -> None:
    ledger = under(most=2)
    ledger.sees(ANN, ANN_PHONE)
    ledger.sees(ANN, BROWSER)
    ledger.sees(ANN, BEN)
    assert kinds_of(ledger, ANN) == ["email", "phone"]
    assert ledger.person(BEN) != ledger.person(ANN) != ledger.person(BROWSER)
    assert causes(ledger) == {"limit"}


@pytest.mark.parametrize("block", ["box-7@example.com", "box-*", "*@example.com"])
def test_a_blocked_value_or_pattern_brings_nobody_together_until_it_is_unblocked(block: str) -> None:
    ledger = under(block=(("email", block),))
    ledger.sees(BOX, ANN_PHONE)
    ledger.sees(BOX, BEN_PHONE)
    assert ledger.person(ANN_PHONE) != ledger.person(BEN_PHONE)
    ledger.does(IdentityRulesChange(unblock=(("email", block),)))
    ledger.sees(BOX, ANN_PHONE)
    ledger.sees(BOX, BEN_PHONE)
    assert ledger.person(ANN_PHONE) == ledger.person(BEN_PHONE)


def test_a_pattern_is_of_its_kind_and_of_its_side_alone() -> None:
    ledger = under(block=(("phone", "box-*"), ("email", "*box-7"), ("email", "xbox-*")))
    ledger.sees(BOX, ANN_PHONE)
    assert ledger.person(BOX) == ledger.person(ANN_PHONE)


def test_the_log_names_no_blocked_value_in_the_open() -> None:
    ledger = under(block=(("email", "box-7@example.com"), ("email", "box-*")))
    body = ledger.log.streams[IDS.organization(ORGANIZATION)][-1].body
    open_part = body.model_dump_json(exclude=set(body.SEALED_FIELDS))
    assert "box" not in open_part
    assert body.model_dump()["pattern_texts"] == {"email": ["box-*"]}


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        ({"preset": "other"}, "preset"),
        ({"roll_up": {"post": "automatic"}}, "roll_up"),
        ({"roll_up": {"email": "never"}}, "roll_up"),
        ({"limits": {"email": 0}}, "limits"),
        ({"most": 1_001}, "most"),
        ({"same_tracker_other_email": "merge"}, "same_tracker_other_email"),
        ({"block": (("email", "a*b"),)}, "block"),
        ({"block": (("email", "*"),)}, "block"),
        ({"block": (("email", "**@example.com"),)}, "block"),
        ({"block": (("email", "*@example.*"),)}, "block"),
        ({"block": tuple(("email", "x" * n + "*") for n in range(3, 20))}, "block"),
    ],
)
def test_rules_that_cannot_be_taken(refused: dict[str, object], reason: str) -> None:
    ledger = Ledger()
    assert ledger.does(IdentityRulesChange(**refused)) == reason  # type: ignore[arg-type]


def test_what_is_left_out_stays_and_the_same_again_is_nothing_new() -> None:
    ledger = under(preset="yespo", block=(("email", "box-*"),))
    assert ledger.does(IdentityRulesChange(limits={"telegram": 3})) == "recorded"
    assert ledger.does(IdentityRulesChange(limits={"telegram": 3})) == "unchanged"
    stream = IDS.organization(ORGANIZATION)
    rules = identity_rules(ledger.log.read([stream])[stream])
    assert (rules.limits["telegram"], rules.limits["email"], len(rules.patterns)) == (3, 1, 1)
    assert ledger.does(IdentityRulesChange(preset="listrak")) == "recorded"
    rules = identity_rules(ledger.log.read([stream])[stream])
    assert (rules.limits["telegram"], len(rules.patterns)) == (10, 1)


POOL = (ANN, BEN, BOX, ANN_PHONE, BEN_PHONE, BROWSER, Given("web_push", "w-1", "w-1"))
TOGETHER = st.lists(st.sampled_from(POOL), min_size=1, max_size=3, unique=True)


def partition(messages: Sequence[Sequence[Given]]) -> set[frozenset[Given]]:
    ledger = Ledger()
    for message in messages:
        ledger.sees(*message)
    people: dict[UUID | None, set[Given]] = {}
    for one in {one for message in messages for one in message if one.kind in STRONG_KINDS}:
        people.setdefault(ledger.person(one), set()).add(one)
    return {frozenset(group) for group in people.values()}


@settings(max_examples=60)
@given(st.lists(TOGETHER, max_size=7).flatmap(lambda sent: st.tuples(st.just(sent), st.permutations(sent))))
def test_under_automatic_the_people_do_not_depend_on_the_order_of_arrival(
    orders: tuple[list[list[Given]], list[list[Given]]],
) -> None:
    sent, other = orders
    assert partition(sent) == partition(other)


@pytest.mark.parametrize("preset", PRESETS)
@settings(max_examples=40)
@given(messages=st.lists(st.tuples(TOGETHER, st.sampled_from(["seen", "import", "opt-out", "rules"])), max_size=8))
def test_under_no_preset_does_a_message_that_grants_nothing_raise_sendability(
    preset: str, messages: list[tuple[list[Given], str]]
) -> None:
    ledger = under(preset=preset)
    reachable = [(one, "email" if one.kind == "email" else "sms") for one in POOL if one.kind in ("email", "phone")]
    for one, channel in reachable:
        ledger.does(signup(one, channel=channel))
    before = {one: ledger.sendable(one, channel)[0] for one, channel in reachable}
    for together, what in messages:
        if what == "opt-out":
            ledger.does(OptOut(together[0], "*", ORGANIZATION, (), "manual"))
        elif what == "rules":
            ledger.does(IdentityRulesChange(preset=preset, limits={"email": len(together)}))
        else:
            ledger.sees(*together, method="import" if what == "import" else "form")
        after = {one: ledger.sendable(one, channel)[0] for one, channel in reachable}
        assert not [one for one in after if after[one] and not before[one]]
        before = after


def test_what_is_attached_is_held() -> None:
    ledger = under(preset="connectif")
    ledger.sees(ANN, BROWSER)
    ledger.sees(BEN, BROWSER)
    contact = holder(ledger.log.read([key(BROWSER)])[key(BROWSER)])
    assert contact is not None
    assert key(BROWSER) in attached(ledger.log.read([contact])[contact])
