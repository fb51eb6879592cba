"""Status depends neither on the order of arrival, nor on duplicates, nor on how a history is split."""

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act
from ledger.acts.consent import SignUp
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import BULK_METHODS
from ledger.rules.status import SEVERITY, Status, status
from tests.histories import LEARNT, ORGANIZATION, PHONE, START, histories, moments, places, signups
from tests.memory_log import IDS, MemoryLog


def recorded(acts: list[Act]) -> MemoryLog:
    log = MemoryLog()
    log.register(ORGANIZATION, START)
    for act in acts:
        log.record(act, LEARNT)
    return log


def phone_events(log: MemoryLog) -> list[Recorded]:
    return log.streams.get(IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value), [])


def asked(events: list[Recorded], place: tuple[str, str, str], at: datetime) -> Status:
    channel, scope, purpose = place
    return status(events, channel=channel, scope=scope, purpose=purpose, at=at)


@given(history=histories(), place=places, at=moments, data=st.data())
def test_events_in_any_order_and_doubled_give_the_same_answer(
    history: list[Act], place: tuple[str, str, str], at: datetime, data: st.DataObject
) -> None:
    events = phone_events(recorded(history))
    shuffled = data.draw(st.permutations(events + events[: len(events) // 2]))
    assert asked(shuffled, place, at) == asked(events, place, at)


def repeats_possible(history: list[Act]) -> bool:
    return any(isinstance(act.body, SignUp) and act.body.method in BULK_METHODS for act in history)


def answer(status: Status) -> tuple[object, ...]:
    return status.consent, status.hold, status.deliverability, status.sendable, status.reasons


@settings(max_examples=300)
@given(
    history=histories().filter(lambda acts: not repeats_possible(acts)),
    place=places,
    data=st.data(),
)
def test_messages_in_any_order_and_doubled_give_the_same_answer_today(
    history: list[Act], place: tuple[str, str, str], data: st.DataObject
) -> None:
    """Deliveries kept beside the log are exact for today; for earlier moments they may only be more restrictive."""
    shuffled = data.draw(st.permutations(history + history[: len(history) // 2]))
    assert answer(asked(phone_events(recorded(shuffled)), place, LEARNT)) == answer(
        asked(phone_events(recorded(history)), place, LEARNT)
    )


@settings(max_examples=200)
@given(
    history=histories(signups(st.sampled_from(["import", "api"]))),
    place=places,
    data=st.data(),
)
def test_leaving_out_a_bulk_repeat_is_never_more_permissive_than_recording_all(
    history: list[Act], place: tuple[str, str, str], data: st.DataObject
) -> None:
    """What is left out as a repeat changes nothing or makes the answer more restrictive."""
    shuffled = data.draw(st.permutations(history))
    with_repeats_left_out = asked(phone_events(recorded(shuffled)), place, LEARNT)
    each_alone = [event for act in history for event in phone_events(recorded([act]))]
    everything = asked(each_alone, place, LEARNT)
    assert everything.sendable or not with_repeats_left_out.sendable


def test_every_failing_reason_has_its_place_in_the_order_of_severity() -> None:
    assert len(set(SEVERITY)) == len(SEVERITY) == 12
