"""Why a message may or may not be sent, as people read it: the answer first, then every event with its verdict.

The verdicts are the rules' own (`ledger.rules`); here they are only put into words.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.headline import answer, moment
from entrypoints.masking import masked
from entrypoints.shapes import EventSeen, StatusAnswer, event_seen, whole_status
from ledger.answers import Explanation
from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierClaimed
from ledger.rules.catalogue import RULES, Rule
from ledger.rules.verdict import Verdict
from projections.sentences import sentence

UNKNOWN: Final = "not_known_yet"
"""Effect and rule of an event that was recorded after `known_at`."""
_NOT_KNOWN: Final = Rule("The ledger had not recorded it yet at the moment of knowledge asked about.", "beyond 12")
_LATE: Final = timedelta(hours=1)
FLAGS: Final[Mapping[str, str]] = {
    "time": "the source gave no credible time: it stands at the moment it was received",
    "scope": "its scope could not be read whole: it stands at the longest part that could",
    "channel": "its channel could not be read or meant for this identifier: it is taken for every channel",
    "purposes": "its purposes could not be read: it is taken for every purpose",
    "method": "its method could not be read: it is taken as done by hand",
    "text": "its text could not be read: it is taken as without words",
    "nul": "it held NUL, or halves of characters, which cannot be kept: they were left out",
    "until": "its end could not be read: it is taken as without end",
    "conflict": "its message id had been used before for something else: it was recorded all the same",
    "scanner": "it looks like the work of a mail scanner, not of a person",
    "mended": "the message was rejected as it came, and mended by a person before it was taken",
}
_BECAME: Final[Mapping[str, str]] = {
    "decisive": "Decides the answer",
    "counted": "Counts",
    "lifted": "Was lifted",
    "ended": "Was ended",
    "confirmed": "Was confirmed",
    "expired": "Ran out",
    "reversed": "Was taken back",
    "void": "Has no effect on this",
    UNKNOWN: "Was not known yet",
}


class Step(BaseModel):
    """One event and what became of it, by which other event, under which rule and policy; and that in words."""

    number: int
    effect: str
    by: UUID | None
    rule: str
    policy: str | None = Field(description="version it was judged under; null where policy has no say")
    event: EventSeen
    said: str = Field(description="what the event says")
    became: str = Field(description="what became of it, and by which step")
    because: str = Field(description="what the rule says")
    source: str = Field(description="where the rule is from: law, guide, row of the features")
    law: str = Field(description="the laws and guides among these; empty where there is none")
    who: str
    when: str = Field(description="by every clock, and how late it came")
    flags: list[str] = Field(description="what was wrong with it, in words")


class ExplainAnswer(BaseModel):
    """The answer in a sentence, the status, and every event of the identifier once, in the order it happened."""

    answer: str
    identifier: str = Field(description="kind and value, masked for who may not read values")
    known_at: datetime | None
    today: str | None = Field(description="the answer about the same moment by all that is known now")
    status: StatusAnswer
    steps: list[Step]


def explained(identifier_id: UUID, explanation: Explanation, *, values: bool) -> ExplainAnswer:
    """An explanation in words; values masked and sealed parts left out unless `values`."""
    name = _named(explanation.claim, values=values)
    judged = {verdict.event_id: verdict for verdict in explanation.status.verdicts}
    unknown = [Verdict(event.event_id, "void", None, UNKNOWN) for event in explanation.unknown]
    verdicts = [*explanation.status.verdicts, *unknown]
    events = {event.event_id: event for event in (*explanation.events, *explanation.unknown)}
    ordered = sorted(verdicts, key=lambda verdict: events[verdict.event_id].effective_at)
    numbers = {verdict.event_id: number for number, verdict in enumerate(ordered, 1)}
    steps = [
        _step(events[v.event_id], v, numbers, events, known=v.event_id in judged, values=values) for v in ordered
    ]
    now = explanation.today
    return ExplainAnswer(
        answer=answer(name, explanation.status, events, explanation.known_at),
        identifier=name,
        known_at=explanation.known_at,
        today=answer(name, now, events, None) if now is not None else None,
        status=whole_status(identifier_id, explanation.status),
        steps=steps,
    )


def _step(
    event: Recorded,
    verdict: Verdict,
    numbers: Mapping[UUID, int],
    events: Mapping[UUID, Recorded],
    *,
    known: bool,
    values: bool,
) -> Step:
    effect = verdict.effect if known else UNKNOWN
    rule = RULES[verdict.rule] if known else _NOT_KNOWN
    other = numbers.get(verdict.by) if verdict.by is not None else None
    by = "" if other is None else f": step {other} stands" if effect == "void" else f" by step {other}"
    return Step(
        number=numbers[event.event_id],
        effect=effect,
        by=verdict.by,
        rule=verdict.rule,
        policy=verdict.policy,
        event=event_seen(event, values=values),
        said=sentence(event.body),
        became=f"{_BECAME[effect]}{by}.",
        because=rule.idle if effect == "void" and rule.idle else rule.says,
        source=rule.source,
        law=rule.law,
        who=_who(event),
        when=_when(event),
        flags=[FLAGS.get(flag, flag) for flag in event.envelope.flags],
    )


def _named(claim: Recorded | None, *, values: bool) -> str:
    if claim is None or not isinstance(claim.body, IdentifierClaimed):
        return "an identifier nobody has claimed"
    kind, value = claim.body.kind, claim.body.value
    shown = value if values else masked(kind, value)
    return f"{kind.replace('_', ' ')} {shown}" if shown else f"an erased {kind.replace('_', ' ')}"


def _who(event: Recorded) -> str:
    actor = event.envelope.actor or event.body.__dict__.get("override_actor")
    source, origin = event.envelope.source, event.envelope.origin
    said = f"{actor}, by {source}" if actor else source
    return f"{said} ({origin})" if origin else said


def _when(event: Recorded) -> str:
    return ", ".join(_clocks(event))


def _clocks(event: Recorded) -> Iterator[str]:
    envelope = event.envelope
    if envelope.occurred_at is not None:
        yield f"happened {moment(envelope.occurred_at)}"
    yield f"received {moment(envelope.received_at)}"
    if envelope.recorded_at is not None:
        yield f"recorded {moment(envelope.recorded_at)}"
        late = envelope.recorded_at - event.effective_at
        if late >= _LATE:
            yield f"{_length(late)} after it took effect"


def _length(time: timedelta) -> str:
    hours = int(time.total_seconds() // 3600)
    number, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")
    return f"{number:,} {unit}{'' if number == 1 else 's'}"
