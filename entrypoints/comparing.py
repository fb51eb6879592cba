"""A contact at two moments, side by side: what was so, what of it differs, and the events in between (offer 3)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints.masking import HIDDEN, masked
from entrypoints.wiring import Service
from ledger.events.envelope import Recorded
from ledger.portraits import Pair, Point, Portrait, Standing, portraits
from ledger.rules.status import Status
from projections.sentences import sentence

Change = Literal["same", "new", "gone", "changed"]
MOST_EVENTS: Final = 500
"""Events in between that are told; more are counted."""


class PointTold(BaseModel):
    """A moment, by what was known when (null: now), and who the contact was then (null: nobody knew of it)."""

    at: datetime
    known_at: datetime | None
    person_id: UUID | None
    contact_ids: list[UUID]
    deleted: bool


class HoldingTold(BaseModel):
    """An identifier, and in which epoch of it the person held it at either point; null: it did not."""

    identifier_id: UUID
    kind: str
    value: str | None = Field(description="masked for who may not read values; null once erased")
    a: int | None
    b: int | None
    change: Change


class FieldCompared(BaseModel):
    """A profile field at either point; null: it was empty."""

    field: str
    a: Any
    b: Any
    change: Change


class StandingTold(BaseModel):
    """Where an identifier stood."""

    consent: str
    consent_since: datetime | None
    consent_method: str | None
    deliverability: str
    soft_bounces: int
    hold: str
    hold_until: datetime | None
    sendable: bool
    reasons: list[str]


class StatusCompared(BaseModel):
    """A place of an identifier at either point; null: the person did not hold the identifier. `differs` names what
    is not the same."""

    identifier_id: UUID
    channel: str
    scope: str
    purpose: str
    a: StandingTold | None
    b: StandingTold | None
    change: Change
    differs: list[str]


class EventBetween(BaseModel):
    """An event that counts at only one of the two points."""

    event_id: UUID
    type: str
    said: str
    counts_at: Literal["a", "b"]
    effective_at: datetime
    recorded_at: datetime | None
    source: str
    actor: str | None


class ComparisonTold(BaseModel):
    """A contact at A and at B. `events` are at most 500 of `events_in_all`, in the order they took effect."""

    contact_id: UUID
    a: PointTold
    b: PointTold
    identifiers: list[HoldingTold]
    fields: list[FieldCompared]
    statuses: list[StatusCompared]
    events: list[EventBetween]
    events_in_all: int
    changes: int = Field(description="rows that are not the same")


def compared(
    ledger: Service, organization: str, contact_id: UUID, a: Point, b: Point, *, values: bool
) -> ComparisonTold:
    """The comparison, from the log. Raises NotFound."""
    pair = portraits(ledger.reading, ledger.ids, organization, contact_id, a, b)
    identifiers = [_holding(pair, key, values=values) for key in {**_held(pair.a), **_held(pair.b)}]
    fields = [_field(pair, name, values=values) for name in sorted({*pair.a.fields, *pair.b.fields})]
    statuses = [_status(pair, one) for one in {**pair.a.statuses, **pair.b.statuses}]
    statuses.sort(key=lambda row: (row.scope, row.channel, row.purpose, row.identifier_id))
    changes = (
        [row.change for row in identifiers] + [row.change for row in fields] + [row.change for row in statuses]
    )
    return ComparisonTold(
        contact_id=contact_id,
        a=_point(pair.a),
        b=_point(pair.b),
        identifiers=identifiers,
        fields=fields,
        statuses=statuses,
        events=[_between(event, pair.a.point) for event in pair.between[:MOST_EVENTS]],
        events_in_all=len(pair.between),
        changes=sum(change != "same" for change in changes) + (pair.a.deleted is not pair.b.deleted),
    )


def _held(portrait: Portrait) -> Mapping[UUID, str]:
    return portrait.person.identifiers if portrait.person is not None else {}


def _point(portrait: Portrait) -> PointTold:
    one = portrait.person
    return PointTold(
        at=portrait.point.at,
        known_at=portrait.point.known_at,
        person_id=one.id if one is not None else None,
        contact_ids=list(one.contacts) if one is not None else [],
        deleted=portrait.deleted,
    )


def _change(a: object, b: object) -> Change:
    if a == b:
        return "same"
    return "new" if a is None else "gone" if b is None else "changed"


def _holding(pair: Pair, key: UUID, *, values: bool) -> HoldingTold:
    kind = _held(pair.a).get(key) or _held(pair.b)[key]
    value = pair.claims[key].value if key in pair.claims else None
    a, b = pair.a.epochs.get(key), pair.b.epochs.get(key)
    shown = value if values else masked(kind, value)
    return HoldingTold(identifier_id=key, kind=kind, value=shown, a=a, b=b, change=_change(a, b))


def _field(pair: Pair, name: str, *, values: bool) -> FieldCompared:
    a, b = (one.fields[name].value if name in one.fields else None for one in (pair.a, pair.b))
    change = _change(a, b)
    if not values:
        a, b = (None if one is None else HIDDEN for one in (a, b))
    return FieldCompared(field=name, a=a, b=b, change=change)


def _status(pair: Pair, place: Standing) -> StatusCompared:
    a, b = _standing(pair.a.statuses.get(place)), _standing(pair.b.statuses.get(place))
    key, channel, scope, purpose = place
    return StatusCompared(
        identifier_id=key,
        channel=channel,
        scope=scope,
        purpose=purpose,
        a=a,
        b=b,
        change=_change(a, b),
        differs=list(_differing(a, b)),
    )


def _standing(status: Status | None) -> StandingTold | None:
    if status is None:
        return None
    told = {name: getattr(status, name) for name in StandingTold.model_fields}
    return StandingTold(**told | {"reasons": list(status.reasons)})


def _differing(a: StandingTold | None, b: StandingTold | None) -> Iterable[str]:
    if a is not None and b is not None:
        for name in StandingTold.model_fields:
            if getattr(a, name) != getattr(b, name):
                yield name


def _between(event: Recorded, a: Point) -> EventBetween:
    return EventBetween(
        event_id=event.event_id,
        type=event.name,
        said=sentence(event.body),
        counts_at="a" if a.counts(event) else "b",
        effective_at=event.effective_at,
        recorded_at=event.envelope.recorded_at,
        source=event.envelope.source,
        actor=event.envelope.actor,
    )
