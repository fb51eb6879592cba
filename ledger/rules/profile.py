"""A person's profile: each field by itself, in order of effective time (DESIGN §4; P4, P8).

`set` replaces a value, `append` adds to a list, `fill` applies only where the field is empty at that time,
`remove` clears. The result depends neither on arrival order nor on duplicates.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ledger.events.contact import ProfileChanged
from ledger.events.envelope import Recorded

How = Literal["set", "append", "fill", "remove"]


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field's value with its provenance. `value` is None after `remove`."""

    value: Any
    event_id: UUID
    at: datetime
    how: How = "set"


def profile(events: Iterable[Recorded]) -> dict[str, FieldValue]:
    """Fields with a value, from the opened events of all the person's contacts."""
    last = {name: values[-1] for name, values in provenance(events).items()}
    return {name: value for name, value in last.items() if value.how != "remove"}


def provenance(events: Iterable[Recorded]) -> dict[str, list[FieldValue]]:
    """Every value that each field ever had, oldest first; edits that changed nothing of it are not among them."""
    fields: dict[str, list[FieldValue]] = {}
    for event in _in_order(events):
        body = event.body
        assert isinstance(body, ProfileChanged)
        for how, name, value in _said(body):
            had = fields[name][-1] if name in fields and fields[name][-1].how != "remove" else None
            if how == "append":
                value = _appended(had.value if had is not None else [], value)
            if _tells(how, had, value):
                fields.setdefault(name, []).append(FieldValue(value, event.event_id, event.effective_at, how))
    return dict(sorted(fields.items()))


def newest_edits(events: Iterable[Recorded]) -> dict[str, UUID]:
    """Field → the newest edit that names it, whatever it came to: known from sealed events too."""
    return {name: event.event_id for event in _in_order(events) for name in _named(event)}


def _in_order(events: Iterable[Recorded]) -> list[Recorded]:
    edits = {event.event_id: event for event in events if isinstance(event.body, ProfileChanged)}
    return sorted(edits.values(), key=lambda event: (event.effective_at, event.event_id))


def _named(event: Recorded) -> tuple[str, ...]:
    assert isinstance(event.body, ProfileChanged)
    return event.body.fields


def _said(body: ProfileChanged) -> Iterator[tuple[How, str, Any]]:
    for name in body.remove:
        yield "remove", name, None
    for name, value in (body.fill or {}).items():
        yield "fill", name, value
    for name, value in (body.set or {}).items():
        yield "set", name, value
    for name, value in (body.append or {}).items():
        yield "append", name, value


def _tells(how: How, had: FieldValue | None, value: Any) -> bool:
    """Whether the edit changes the field, or says anew what it is."""
    match how:
        case "remove":
            return had is not None
        case "fill":
            return had is None
        case "append":
            return bool(value != (had.value if had is not None else []))
        case _:
            return True


def _appended(before: Any, value: Any) -> list[Any]:
    """The list with the new values it lacks; a single value becomes a list first."""
    grown = list(before) if isinstance(before, list) else [before]
    grown += [item for item in (value if isinstance(value, list) else [value]) if item not in grown]
    return grown
