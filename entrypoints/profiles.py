"""A person's profile with the provenance of every field, and edits that cover nobody else's (S29-S31, P4, P8).

Read from the log, so an edit is seen by the next look at once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field

from entrypoints import fields
from entrypoints.acting import Hand
from entrypoints.masking import HIDDEN
from entrypoints.wiring import Service
from ledger.acts.contact import ProfileEdit
from ledger.events.contact import ProfileChanged
from ledger.events.envelope import Recorded
from ledger.rules.profile import FieldValue, newest_edits, provenance

OFFERED: Final[Mapping[str, str]] = {
    "first_name": "text",
    "last_name": "text",
    "birthday": "date",
    "postal_code": "text",
    "address": "text",
    "location": "text",
    "time_zone": "text",
    "language": "text",
}
"""Code → type of the fields every profile offers, in their order; the organization's own and others come behind."""


class ValueSeen(BaseModel):
    """A value a field has or had, and whose edit made it so."""

    value: Any = Field(description="null where it was removed; *** for who may not read values")
    how: str = Field(description="set, append, fill or remove")
    event_id: UUID
    contact_id: UUID
    at: datetime
    recorded_at: datetime | None
    source: str
    actor: str | None
    origin: str | None


class FieldSeen(BaseModel):
    """A field of a profile. `now` is null where it is empty; `before` are its earlier values, the latest first."""

    field: str
    display_name: str
    value_type: str = Field(description="text, number, date, boolean, list or map")
    system: bool = Field(description="whether it is one of the fields that cannot be removed")
    retired: bool
    now: ValueSeen | None
    before: list[ValueSeen]
    newest: UUID | None = Field(description="the newest edit that names it: to be sent as `seen` with an edit")


class ProfileSeen(BaseModel):
    """Every field of a person, by any of its contact ids."""

    contact_id: UUID
    fields: list[FieldSeen]


class EditDone(BaseModel):
    """Whether anything was new in the edit, and the profile now."""

    recorded: bool
    profile: ProfileSeen


def seen(ledger: Service, organization: str, contact_id: UUID, *, values: bool) -> ProfileSeen:
    """The profile with where each value came from and what it replaced. Raises NotFound."""
    one = ledger.answers.person(organization, contact_id)
    streams = ledger.reading.read(one.contacts)
    edits = [e for events in streams.values() for e in events if isinstance(e.body, ProfileChanged)]
    opened = {event.event_id: event for event in ledger.reading.open(edits)}
    told, newest = provenance(opened.values()), newest_edits(edits)
    return ProfileSeen(
        contact_id=one.id,
        fields=[
            _field(known, told.get(known.field, []), newest.get(known.field), opened, values=values)
            for known in _known(ledger, organization, told)
        ],
    )


def edit(hand: Hand, body: ProfileEdit, *, message_id: str | None = None) -> bool:
    """Records an edit; False where it was made before. Raises MessageRefused, with `edited_meanwhile` where a field
    of `seen` has been edited since.
    """
    said = {"contact": body.contact_id, "set": body.set, "append": body.append, "fill": body.fill}
    act = hand.act(body, message_id=message_id, said={**said, "remove": body.remove})
    return hand.bring_in(act).result == "recorded"


def offered(ledger: Service, organization: str) -> list[fields.FieldSeen]:
    """The fields of somebody new: those every profile offers, then the organization's own."""
    return _known(ledger, organization, {})


def _known(ledger: Service, organization: str, told: Mapping[str, Any]) -> list[fields.FieldSeen]:
    """The offered fields, the organization's own, and what else the profile holds, in this order."""
    defined = {one.field: one for one in fields.listed(ledger, organization) if one.field != "email"}
    own = {code: one for code, one in defined.items() if code not in OFFERED}
    shown = [one for code, one in own.items() if not one.retired or code in told]
    free = sorted(told.keys() - OFFERED.keys() - own.keys())
    return [
        *[defined.get(code) or _plain(code, kind) for code, kind in OFFERED.items()],
        *shown,
        *[_plain(code, "") for code in free],
    ]


def _plain(code: str, value_type: str) -> fields.FieldSeen:
    return fields.FieldSeen(field=code, display_name=code, value_type=value_type, system=False, retired=False)


def _field(
    known: fields.FieldSeen,
    told: list[FieldValue],
    newest: UUID | None,
    events: Mapping[UUID, Recorded],
    *,
    values: bool,
) -> FieldSeen:
    shown = [_value(one, events[one.event_id], values=values) for one in told]
    last = told[-1] if told else None
    now = shown[-1] if last is not None and last.how != "remove" else None
    return FieldSeen(
        field=known.field,
        display_name=known.display_name,
        value_type=_type(known.value_type, [one.value for one in told]),
        system=known.system,
        retired=known.retired,
        now=now,
        before=[*reversed(shown if now is None else shown[:-1])],
        newest=newest,
    )


def _type(defined: str, values: Iterable[Any]) -> str:
    """What kind of value it holds: as defined, but lists and maps are what they are."""
    last = next((value for value in reversed([*values]) if value is not None), None)
    match last:
        case dict():
            return "map"
        case list():
            return "list"
        case bool():
            return defined or "boolean"
        case int() | float():
            return defined or "number"
        case _:
            return defined or "text"


def _value(one: FieldValue, event: Recorded, *, values: bool) -> ValueSeen:
    envelope = event.envelope
    return ValueSeen(
        value=one.value if values or one.value is None else HIDDEN,
        how=one.how,
        event_id=one.event_id,
        contact_id=event.stream_id,
        at=one.at,
        recorded_at=envelope.recorded_at,
        source=envelope.source,
        actor=envelope.actor,
        origin=envelope.origin,
    )
