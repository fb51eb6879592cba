"""An explanation says what the rules say, of every event of the stream once, and always in words."""

from datetime import datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from entrypoints.explaining import ExplainAnswer, explained
from ledger.acts.act import Act
from ledger.acts.consent import OptOut, Override, Reply, SignUp, Subscription
from ledger.acts.keywords import Reclassification
from ledger.answers import explanation
from ledger.events.envelope import Recorded
from ledger.events.identifier import ReplyReceived
from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.rules.catalogue import RULES
from ledger.rules.policy import BUILT_IN
from ledger.rules.status import status
from tests.histories import LEARNT, ORGANIZATION, PHONE, START, act_of, histories, moments, places
from tests.memory_log import IDS, MemoryLog

KEY = IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value)
SENDER = "acme/shop/55512"


def learnt(acts: list[Act], at: list[datetime]) -> list[Recorded]:
    """The phone's events, the acts being learnt at these moments."""
    log = MemoryLog()
    log.register(ORGANIZATION, START)
    for act, moment in zip(acts, at, strict=False):
        log.record(act, moment)
    return list(log.streams.get(KEY, []))


def explain(
    events: list[Recorded], place: tuple[str, str, str], at: datetime, known_at: datetime | None = None
) -> ExplainAnswer:
    channel, scope, purpose = place
    found = explanation(
        events,
        (),
        channel=channel,
        scope=scope,
        purpose=purpose,
        at=at,
        known_at=known_at,
        policies=BUILT_IN,
        opened=list,
        whole=True,
    )
    return explained(KEY, found, values=False)


@settings(max_examples=300)
@given(histories(), st.lists(moments, min_size=12, max_size=12).map(sorted), places, moments, st.none() | moments)
def test_the_answer_is_that_of_the_rules_and_every_event_is_there_once(
    history: list[Act],
    at: list[datetime],
    place: tuple[str, str, str],
    moment: datetime,
    known_at: datetime | None,
) -> None:
    events = learnt(history, at)
    channel, scope, purpose = place
    judged = status(events, channel=channel, scope=scope, purpose=purpose, at=moment, known_at=known_at)
    said = explain(events, place, moment, known_at)
    assert (said.status.sendable, said.status.reasons) == (judged.sendable, list(judged.reasons))
    assert said.answer.startswith("Yes: " if judged.sendable else "No: ")
    assert sorted(step.event.event_id for step in said.steps) == sorted(event.event_id for event in events)
    assert [step.number for step in said.steps] == list(range(1, len(events) + 1))
    effective = [step.event.effective_at for step in said.steps]
    assert effective == sorted(effective)
    assert {step.rule for step in said.steps} <= RULES.keys() | {"not_known_yet"}
    unknown = {step.event.event_id for step in said.steps if step.rule == "not_known_yet"}
    assert unknown == {
        event.event_id
        for event in events
        if known_at is not None and event.envelope.recorded_at and event.envelope.recorded_at > known_at
    }
    if judged.deciding_event is not None:
        assert [step.effect for step in said.steps if step.event.event_id == judged.deciding_event] == ["decisive"]
    for step in said.steps:
        assert "None" not in f"{step.said} {step.became} {step.because} {step.who} {step.when}"
        assert all(text.endswith(".") for text in (step.said, step.became, step.because))
    assert PHONE.value not in said.model_dump_json()
    assert (said.today is None) == (known_at is None)


_NUMBERS = count()


def told(*bodies: object) -> list[Act]:
    """Acts, one an hour."""
    return [
        act_of(body, next(_NUMBERS), START + timedelta(hours=hour))  # type: ignore[arg-type]
        for hour, body in enumerate(bodies)
    ]


def signup(method: str, override: Override | None = None) -> SignUp:
    return SignUp((PHONE,), (Subscription("sms", SENDER, ("marketing",)),), method, override=override)


def test_a_no_names_the_opt_out_and_why_a_later_signup_could_not_lift_it() -> None:
    acts = told(signup("form"), Reply(PHONE, SENDER, "STOP"), signup("import", Override("operator-7", "contract")))
    said = explain(learnt(acts, [LEARNT] * 3), ("sms", SENDER, "marketing"), LEARNT)
    assert said.answer == (
        "No: at 2026-05-01 09:00:00 UTC, phone +1******0100 may not be sent marketing by SMS in the name of "
        "acme/shop/55512: texted a stop to acme/shop/55512 on 2026-03-02 10:00:00 UTC; later subscribed to SMS "
        "for marketing at acme/shop/55512 by import, overriding earlier opt-outs on 2026-03-02 11:00:00 UTC, which "
        "could not lift it, because what a person said by keyword or complaint, or the carrier or provider said "
        "for them, no signup on their behalf lifts, whoever decided so."
    )
    *first, stop, again = said.steps
    claimed, subscribed = sorted(first, key=lambda step: step.event.type)
    assert claimed.rule == "no_bearing"
    assert subscribed.became == f"Was ended by step {stop.number}."
    assert stop.became == "Decides the answer."
    assert "47 CFR 64.1200(a)(10)" in stop.source
    assert (again.became, again.rule) == ("Has no effect on this: step 3 stands.", "grant.bulk_never_lifts_this")
    assert again.who == "operator-7, by test/histories"
    assert "60 days after it took effect" in stop.when or "59 days after it took effect" in stop.when


def test_a_yes_names_the_consent_and_the_opt_out_it_lifted() -> None:
    acts = told(OptOut(PHONE, "sms", "acme/shop", (), "link"), signup("form"))
    said = explain(learnt(acts, [LEARNT] * 2), ("sms", SENDER, "marketing"), LEARNT)
    assert said.answer.startswith("Yes: ")
    assert "subscribed to SMS for marketing at acme/shop/55512 by form on 2026-03-02 10:00:00 UTC" in said.answer
    assert "before, it had opted out of SMS at acme/shop by an unsubscribe link" in said.answer


def test_a_reply_read_anew_is_told_by_what_it_counts_as() -> None:
    acts = told(signup("form"), Reply(PHONE, SENDER, "Schluss"))
    reply = next(event for event in learnt(acts, [LEARNT] * 2) if isinstance(event.body, ReplyReceived))
    reading = Reclassification(reply.event_id, ReplyClass.STOP, "2026-2+own", Confidence.EXACT, "schluss")
    acts.append(act_of(reading, next(_NUMBERS), LEARNT))
    events = learnt(acts, [LEARNT - timedelta(days=1)] * 2 + [LEARNT])
    place = ("sms", SENDER, "marketing")
    said = explain(events, place, LEARNT)
    assert said.answer.endswith(
        ": texted a stop (as it was read on 2026-05-01 09:00:00 UTC) to acme/shop/55512 on 2026-03-02 10:00:00 UTC."
    )
    assert explain(events, place, LEARNT, LEARNT - timedelta(hours=1)).answer.startswith("Yes: ")


def test_a_reply_that_declined_is_told_without_the_name_of_its_class() -> None:
    asked = SignUp((PHONE,), (Subscription("sms", SENDER, ("marketing",), double_opt_in=True),), "form")
    acts = told(asked, Reply(PHONE, SENDER, "who is this"))
    said = explain(learnt(acts, [LEARNT] * 2), ("sms", SENDER, "marketing"), START + timedelta(days=1))
    assert said.answer.endswith(
        "the subscription asked for was not confirmed "
        "(texted something else than a yes to acme/shop/55512 on 2026-03-02 10:00:00 UTC)."
    )


def test_what_was_not_known_is_told_apart_and_what_is_known_now_beside_it() -> None:
    acts = told(signup("form"), Reply(PHONE, SENDER, "STOP"))
    events = learnt(acts, [START + timedelta(hours=3), LEARNT])
    said = explain(events, ("sms", SENDER, "marketing"), START + timedelta(days=1), START + timedelta(days=2))
    assert said.answer.startswith("Yes: at 2026-03-03 09:00:00 UTC, by what was known at 2026-03-04 09:00:00 UTC, ")
    assert said.today is not None
    assert said.today.startswith("No: at 2026-03-03 09:00:00 UTC, phone")
    assert [step.became for step in said.steps if step.effect == "not_known_yet"] == ["Was not known yet."]


def test_every_rule_by_which_an_opt_out_stands_is_told() -> None:
    """One history for each: who tried, against what, and the code that says why not."""
    place = ("sms", SENDER, "marketing")
    keyword = Reply(PHONE, SENDER, "STOP")
    link = OptOut(PHONE, "sms", "acme/shop", (), "link")
    override = Override("operator-7", "contract")
    wide = SignUp((PHONE,), (Subscription("sms", "acme", ("marketing",)),), "form")
    cases: dict[str, tuple[object, object]] = {
        "grant.bulk_lifts_nothing": (link, signup("import")),
        "grant.bulk_never_lifts_this": (keyword, signup("import", override)),
        "grant.not_from_own_device": (keyword, signup("form")),
        "grant.opt_out_is_narrower": (link, wide),
    }
    for rule, (opt_out, grant) in cases.items():
        said = explain(learnt(told(opt_out, grant), [LEARNT] * 2), place, LEARNT)
        assert said.steps[-1].rule == rule
        assert said.status.reasons == ["unsubscribed"]


def test_events_of_one_message_are_told_by_its_act_id() -> None:
    acts = told(signup("form"))
    steps = explain(learnt(acts, [LEARNT]), ("sms", SENDER, "marketing"), LEARNT).steps
    act_id = IDS.act(ORGANIZATION, acts[0].source, acts[0].message_id)
    assert [step.event.act_id for step in steps] == [act_id] * 2
