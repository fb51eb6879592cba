"""A person's profile: each field by itself, in order of effective time (DESIGN §4; P4, P8).

`set` replaces a value, `append` adds to a list, `fill` applies only where the field is empty at that time,
`remove` clears. The result depends neither on arrival order nor on duplicates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.events.contact import ProfileChanged
from ledger.events.envelope import Recorded


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field's value with its provenance."""

    value: Any
    event_id: UUID
    at: datetime


def profile(events: Iterable[Recorded]) -> dict[str, FieldValue]:
    """Fields with a value, from the opened events of all the person's contacts."""
    edits = {event.event_id: event for event in events if isinstance(event.body, ProfileChanged)}
    fields: dict[str, FieldValue] = {}
    for event in sorted(edits.values(), key=lambda event: (event.effective_at, event.event_id)):
        body = event.body
        assert isinstance(body, ProfileChanged)
        for name in body.remove:
            fields.pop(name, None)
        for name, value in (body.fill or {}).items():
            if name not in fields:
                fields[name] = FieldValue(value, event.event_id, event.effective_at)
        for name, value in (body.set or {}).items():
            fields[name] = FieldValue(value, event.event_id, event.effective_at)
        for name, value in (body.append or {}).items():
            before = fields[name].value if name in fields else []
            grown = _appended(before, value)
            if grown != before:
                fields[name] = FieldValue(grown, event.event_id, event.effective_at)
    return dict(sorted(fields.items()))


def _appended(before: Any, value: Any) -> list[Any]:
    """The list with the new values it lacks; a single value becomes a list first."""
    grown = list(before) if isinstance(before, list) else [before]
    grown += [item for item in (value if isinstance(value, list) else [value]) if item not in grown]
    return grown
