"""What must hold of a history, and the smallest part of a history of which it does not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from uuid import UUID

from ledger.events import identifier as said
from ledger.events.envelope import Recorded
from ledger.events.vocabulary import OWN_METHODS, TEXT_CHANNELS, ReplyClass
from ledger.rules.policy import Policies
from ledger.rules.status import Status, reasons_of, status
from tests.model.making import DAY, START, History, Question
from tests.model.naive import Answer, answer
from tests.model.naive_consent import concerns
from tests.model.naive_order import Place, is_above_or_same


def differences(history: History) -> Iterator[str]:
    """Every promise the rules break on this history, in words; nothing where all hold."""
    shuffled = [*history.events, *history.events[::2]]
    Random(history.seed).shuffle(shuffled)
    for question in history.questions:
        expected = told(_naive(history, question))
        given = told(_asked(history, history.events, question))
        if given != expected:
            yield f"{_words(question)}: the rules say {given}, the naive model {expected}"
        if (alone := _reasons(history, question)) != given[-1]:
            yield f"{_words(question)}: {given}, but asked for the reasons alone {alone}"
        again = told(_asked(history, shuffled, question, explained=False))
        if again != given:
            yield f"{_words(question)}: {given}, and {again} in another order with duplicates"
    yield from _lost(history, history.questions[0])


def _naive(history: History, question: Question) -> Answer:
    return answer(
        history.events, question.place, question.at, question.known_at, history.platform, history.policies
    )


def _asked(history: History, events: Sequence[Recorded], question: Question, *, explained: bool = True) -> Status:
    return status(
        events,
        channel=question.place.channel,
        scope=question.place.scope,
        purpose=question.place.purpose,
        at=question.at,
        known_at=question.known_at,
        platform=history.platform,
        policies=history.policies,
        explained=explained,
    )


def _reasons(history: History, question: Question) -> tuple[str, ...]:
    return reasons_of(
        history.events,
        channel=question.place.channel,
        scope=question.place.scope,
        purpose=question.place.purpose,
        at=question.at,
        known_at=question.known_at,
        platform=history.platform,
        policies=history.policies,
    )


def told(one: Answer | Status) -> tuple[object, ...]:
    return (
        str(one.consent),
        str(one.deliverability),
        str(one.hold),
        one.erased,
        one.sendable,
        one.reasons,
    )


def _lost(history: History, question: Question) -> Iterator[str]:
    """Opt-outs that a step made sendable again and that nothing named by the design lifted (DESIGN §1).

    The steps are the moments at which the ledger learnt something; the answer is asked for one late moment.
    """
    place = question.place
    adoptions = tuple(replace(one, adopted_at=START - DAY) for one in history.policies.adoptions)
    history = replace(history, policies=Policies(adoptions))  # adopting one may change status; these are no steps
    at = max(event.effective_at for event in history.events)
    stood: dict[UUID, Recorded] = {}
    for learnt in sorted({event.envelope.received_at for event in history.events}):
        step = Question(place, at, learnt)
        now = _asked(history, history.events, step, explained=False)
        if now.sendable and now.consent == "subscribed":
            known = [event for event in history.events if event.envelope.received_at <= learnt]
            for opt_out in stood.values():
                if not any(explains(event, opt_out, known, place, history.policies) for event in known):
                    yield f"{_words(step)}: sendable although {opt_out.event_id} stood and nothing lifted it"
        else:
            stood |= {stop.event_id: stop for stop in _naive(history, step).stops}


def explains(
    event: Recorded, opt_out: Recorded, known: Sequence[Recorded], place: Place, policies: Policies
) -> bool:
    """Whether the event alone may be why the opt-out stands no more: without a walk, so that no walk is trusted."""
    body = event.body
    if isinstance(body, said.EventReversed):
        return body.reversed_event_id == opt_out.event_id
    if isinstance(body, said.ReplyReclassified) and body.reply_event_id == opt_out.event_id:
        return True
    if event.effective_at <= opt_out.effective_at:
        return False
    if isinstance(body, said.SubscriptionConfirmed):
        return True
    policy = policies.at(event.effective_at)
    scope, method = _scope_and_method(opt_out, policies)
    new_holder = any(
        isinstance(one.body, said.IdentifierReassigned)
        and one.body.cause == "recycled"
        and opt_out.effective_at <= one.effective_at < event.effective_at
        for one in known
    )
    if isinstance(body, said.ReplyReceived):
        if ReplyClass.YES in _classes(event, known):
            return True
        specific = is_above_or_same(scope, body.sender) or new_holder
        return ReplyClass.START in _classes(event, known) and specific
    if not isinstance(body, said.Subscribed) or body.double_opt_in or not concerns(body, place):
        return False
    if body.method not in OWN_METHODS:
        return body.override and method not in policy.bulk_never_lifts and is_above_or_same(scope, body.scope)
    if new_holder:
        return True
    device = place.channel in TEXT_CHANNELS and method in policy.own_device_only
    return is_above_or_same(scope, body.scope) and (body.method == "keyword" or not device)


def _scope_and_method(opt_out: Recorded, policies: Policies) -> tuple[str, str]:
    body = opt_out.body
    if isinstance(body, said.OptedOut):
        return body.scope, body.method
    assert isinstance(body, said.ReplyReceived)
    return policies.at(opt_out.effective_at).stop_scope(body.sender), "keyword"


def _classes(reply: Recorded, known: Sequence[Recorded]) -> set[ReplyClass]:
    """Every class the reply was ever read as."""
    assert isinstance(reply.body, said.ReplyReceived)
    readings = {
        one.body.reply_class
        for one in known
        if isinstance(one.body, said.ReplyReclassified) and one.body.reply_event_id == reply.event_id
    }
    return {reply.body.reply_class} | readings


def shrunk(history: History) -> History:
    """The history with every event left out that it fails without too."""
    small = history
    number = 0
    while number < len(small.events):
        fewer = small.events[:number] + small.events[number + 1 :]
        tried = replace(small, events=fewer)
        if fewer and next(differences(tried), None) is not None:
            small = tried
        else:
            number += 1
    return small


def described(history: History) -> str:
    """The history for a person: its events in walking order, its policies, and what is wrong."""
    lines = [f"seed {history.seed}"]
    for event in sorted((*history.events, *history.platform), key=lambda event: event.effective_at):
        fields = {name: value for name, value in event.body.model_dump().items() if value not in (None, (), False)}
        act = event.envelope.act_id.int
        lines.append(
            f"  {event.effective_at:%d %H:%M:%S}  learnt {_hour(event.envelope.recorded_at)}  {event.name}"
            f"  id {event.event_id.hex[:8]} act {act} {fields}"
        )
    lines += [
        f"  from {_hour(one.in_force_from)}, adopted {_hour(one.adopted_at)}: {one.policy}"
        for one in history.policies.adoptions[1:]
    ]
    return "\n".join([*lines, *(f"  {wrong}" for wrong in differences(history))])


def _hour(moment: datetime | None) -> str:
    return f"{moment:%d %H:%M:%S}" if moment else "never"


def _words(question: Question) -> str:
    place = question.place
    known = f" known {_hour(question.known_at)}" if question.known_at else ""
    return f"{place.channel} {place.scope} {place.purpose} at {_hour(question.at)}{known}"
