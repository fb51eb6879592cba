"""What is told of signups and opt-outs without a walk is what the walk comes to."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act
from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.events.identifier import Bounced, EventReversed, IdentifierClaimed, OptedOut, ReplyReceived, Subscribed
from ledger.events.vocabulary import Consent, ReplyClass
from ledger.rules.consent import consent
from ledger.rules.places import Place
from ledger.rules.plain import Told, plain, plain_consent
from ledger.rules.policy import BUILT_IN, Policies
from ledger.rules.status import reasons_of, status
from ledger.rules.timeline import timeline
from tests.histories import PHONE, START, histories, opt_outs, places, signups
from tests.memory_log import IDS, MemoryLog
from tests.model.making import History, Question, history
from tests.policies import histories_of_policies
from tests.rules.streams import HOUR, SCOPE, STREAM, stream

moments = st.integers(-20, 60).map(lambda hours: START + timedelta(hours=hours))
later = (st.integers(0, 60) | st.integers(60, 2400)).map(lambda hours: START + timedelta(hours=hours))
plain_histories = histories(st.one_of(signups(), opt_outs), longest=6)


def recorded(acts: list[Act]) -> list[Recorded]:
    """The phone's events, each learnt an hour after it happened."""
    log = MemoryLog()
    log.register("acme", START - 24 * HOUR)
    for act in acts:
        log.record(act, (act.occurred_at or act.received_at) + HOUR)
    return log.streams.get(IDS.identifier("acme", PHONE.kind, PHONE.value), [])


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(plain_histories, places, histories_of_policies(moments), later, st.none() | later, st.randoms())
def test_signups_and_opt_outs_come_to_what_the_walk_says(
    acts: list[Act],
    place: Place,
    policies: Policies,
    at: datetime,
    known_at: datetime | None,
    chance: Random,
) -> None:
    events = recorded(acts)
    shuffled = [*events, *events[::2]]
    chance.shuffle(shuffled)
    assert told(shuffled, place, policies, at, known_at) in (walked(events, place, policies, at, known_at), None)
    channel, scope, purpose = place
    asked: dict[str, Any] = {"channel": channel, "scope": scope, "purpose": purpose, "at": at, "known_at": known_at}
    assert reasons_of(shuffled, **asked, policies=policies) == status(events, **asked, policies=policies).reasons


@pytest.mark.parametrize("first", range(60_000, 63_000, 300))
def test_so_do_those_that_are_made_without_deciding(first: int) -> None:
    for seed in range(first, first + 300):
        one = history(seed)
        events = [event for event in one.events if type(event.body) in (Subscribed, OptedOut, IdentifierClaimed)]
        for question in one.questions:
            assert _told(events, one, question) in (_walked(events, one, question), None), seed


def told(
    events: list[Recorded], place: Place, policies: Policies, at: datetime, known_at: datetime | None = None
) -> Told | None:
    counted = plain(events, at=at, known_at=known_at)
    return plain_consent(counted, *place, policies, at=at, known_at=known_at) if counted is not None else None


def walked(
    events: list[Recorded], place: Place, policies: Policies, at: datetime, known_at: datetime | None
) -> Told:
    found = consent(timeline(events, at=at, known_at=known_at), *place, policies)
    if found.event is None:
        return Told(found.consent)
    verdict = found.verdicts[found.event]
    return Told(found.consent, found.event, verdict.rule, verdict.policy)


def _told(events: list[Recorded], one: History, asked: Question) -> Told | None:
    place = (asked.place.channel, asked.place.scope, asked.place.purpose)
    return told(events, place, one.policies, asked.at, asked.known_at)


def _walked(events: list[Recorded], one: History, asked: Question) -> Told:
    place = (asked.place.channel, asked.place.scope, asked.place.purpose)
    return walked(events, place, one.policies, asked.at, asked.known_at)


def test_every_consent_but_declined_is_told_and_little_is_left_to_the_walk() -> None:
    """Guards the properties above against proving nothing."""
    found: list[Consent | None] = []
    for seed in range(60_000, 60_600):
        one = history(seed)
        events = [event for event in one.events if type(event.body) in (Subscribed, OptedOut)]
        all_told = [_told(events, one, question) for question in one.questions]
        found += [one_told and one_told.consent for one_told in all_told]
    assert {*found} == {None, *Consent} - {Consent.DECLINED}
    assert found.count(None) * 10 < len(found)


SIGNED = Subscribed(channel="sms", scope=SCOPE, purposes=("marketing",), method="form")
STOPPED = OptedOut(channel="sms", scope=SCOPE, method="link")
CLAIMED = IdentifierClaimed(contact_id=STREAM, kind="phone")


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ((), Consent.NEVER),
        ((CLAIMED, SIGNED), Consent.SUBSCRIBED),
        ((SIGNED, STOPPED), Consent.UNSUBSCRIBED),
        ((STOPPED, SIGNED), None),
        ((STOPPED, SIGNED, STOPPED), None),
        ((SIGNED, STOPPED, STOPPED), Consent.UNSUBSCRIBED),
        ((STOPPED, SIGNED.model_copy(update={"double_opt_in": True})), Consent.UNSUBSCRIBED),
        ((SIGNED, STOPPED.model_copy(update={"scope": "acme/outlet"})), Consent.SUBSCRIBED),
        ((SIGNED, Bounced(channel="sms", hard=True)), None),
        ((SIGNED, ReplyReceived(sender=SCOPE, reply_class=ReplyClass.STOP, keywords="k/1")), None),
        ((SIGNED, EventReversed(reversed_event_id=STREAM)), None),
    ],
    ids=str,
)
def test_what_is_told(bodies: tuple[Event, ...], expected: Consent | None) -> None:
    at = START + 99 * HOUR
    found = told(stream(*bodies), ("sms", SCOPE, "marketing"), BUILT_IN, at)
    assert (found and found.consent) is expected


def test_an_opt_out_at_the_moment_of_the_grant_stands() -> None:
    events = stream(SIGNED, STOPPED)
    for event in events:
        event.effective_at = START
    found = told(events[::-1], ("sms", SCOPE, "marketing"), BUILT_IN, START)
    assert found == (Consent.UNSUBSCRIBED, events[1].event_id, "opt_out.stands", "built-in/1")
