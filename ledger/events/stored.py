"""The stored form: explicit names, one JSON header, then the sealed bytes as they are.

    state = length of header (4 bytes, big endian) · header (JSON) · sealed part

Organization, event id, act id, digest and recorded time are columns of the log and not repeated in the
state. A stored shape is never edited: a new version gets a new name and an upcaster here.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from ledger.events.body import Event
from ledger.events.contact import CONTACT_EVENTS
from ledger.events.envelope import Envelope, Recorded
from ledger.events.identifier import IDENTIFIER_EVENTS, OptedOut, Subscribed
from ledger.events.settings import SETTINGS_EVENTS

EVENT_TYPES: dict[str, type[Event]] = {
    event.NAME: event for event in (*IDENTIFIER_EVENTS, *CONTACT_EVENTS, *SETTINGS_EVENTS)
}

Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
UPCASTERS: dict[str, Upcaster] = {
    "identifier.subscribed.v1": lambda data: ("identifier.subscribed.v2", data),  # v2 may name the consent's basis
}
"""Retired stored name → function from its data to (newer name, data)."""
_SUCCESSORS: dict[str, str] = {"identifier.subscribed.v1": "identifier.subscribed.v2"}
"""Retired stored name → the name its upcaster gives."""

_OPEN_FIELDS: dict[type[Event], tuple[tuple[str, Any], ...]] = {
    event: tuple(
        (name, field.default) for name, field in event.model_fields.items() if name not in event.SEALED_FIELDS
    )
    for event in EVENT_TYPES.values()
}

_VALIDATED: dict[str, Callable[[Any], Event]] = {
    name: event.__pydantic_validator__.validate_python for name, event in EVENT_TYPES.items()
}
"""Stored name → what makes the body of its data: `model_validate`, without the time that its options take."""
_ALIKE: frozenset[str] = frozenset({Subscribed.NAME, OptedOut.NAME})
"""Names of events whose unsealed parts say the same of very many people."""


@lru_cache(maxsize=4096)
def _alike(name: str, data: bytes) -> Event:
    """The body of these data, the same one for all who have it: bodies are never changed."""
    return _VALIDATED[name](orjson.loads(data))


def stored_names(events: Iterable[type[Event]]) -> tuple[str, ...]:
    """Every name under which events of these types may lie in the log, retired ones too: for queries by name."""
    names = [event.NAME for event in events]
    retired = [name for name in _SUCCESSORS if _newest(name) in names]
    return (*names, *retired)


def _newest(name: str) -> str:
    while name in _SUCCESSORS:
        name = _SUCCESSORS[name]
    return name


def encode_private(body: Event) -> bytes | None:
    """The bytes to be sealed; None where nothing personal is in it."""
    if not body.SEALED_FIELDS:
        return None
    values = body.__dict__
    private = {name: value for name in body.SEALED_FIELDS if (value := values[name]) is not None}
    return orjson.dumps(private, option=orjson.OPT_SORT_KEYS) if private else None


def encode_header(envelope: Envelope, body: Event, generation: int | None) -> bytes:
    """The unsealed header. `generation`: of the key its sealed part is under, None where it has none.

    Fields at their defaults are left out.
    """
    values = body.__dict__
    header: dict[str, Any] = {
        "s": envelope.source,
        "r": envelope.received_at,
        "d": {
            name: value
            for name, default in _OPEN_FIELDS[type(body)]
            if (value := values[name]) is not default and (default is None or value != default)
        },
    }
    if envelope.occurred_at is not None:
        header["o"] = envelope.occurred_at
    if envelope.actor is not None:
        header["a"] = envelope.actor
    if envelope.correlation_id is not None:
        header["c"] = envelope.correlation_id
    if envelope.origin is not None:
        header["p"] = envelope.origin
    if envelope.flags:
        header["f"] = envelope.flags
    if generation is not None:
        header["g"] = generation
    return orjson.dumps(header)


def join_state(header: bytes, sealed: bytes | None) -> bytes:
    """The `state` column: framed header and sealed part."""
    return len(header).to_bytes(4, "big") + header + (sealed or b"")


def decode(
    stream_id: UUID,
    version: int,
    position: int,
    name: str,
    state: bytes,
    organization: str,
    event_id: UUID,
    act_id: UUID,
    digest: bytes,
    recorded_at: datetime | None,
) -> Recorded:
    """The event of one row of the log, its sealed fields still closed (None)."""
    length = int.from_bytes(state[:4], "big")
    header = orjson.loads(state[4 : 4 + length])
    data = header["d"]
    stored_as = name if name in UPCASTERS else None
    while name in UPCASTERS:
        name, data = UPCASTERS[name](data)
    occurred = header.get("o")
    envelope = Envelope(
        event_id,
        organization,
        act_id,
        digest,
        header["s"],
        datetime.fromisoformat(header["r"]),
        datetime.fromisoformat(occurred) if occurred is not None else None,
        recorded_at,
        header.get("a"),
        header.get("c"),
        header.get("p"),
        tuple(header.get("f", ())),
    )
    body = _alike(name, orjson.dumps(data)) if name in _ALIKE else _VALIDATED[name](data)
    sealed = state[4 + length :] or None
    return Recorded(stream_id, version, position, envelope, body, header.get("g"), sealed, stored_as)


def listing_of(state: bytes) -> UUID | None:
    """Where the platform's listing of the address is, as this state of a claim says; None: of no e-mail."""
    key = orjson.loads(state[4 : 4 + int.from_bytes(state[:4], "big")])["d"].get("platform_key")
    return UUID(key) if key is not None else None


def opened(event: Recorded, private: dict[str, Any]) -> Recorded:
    """The same event with its sealed fields filled in."""
    body = event.body.model_copy(update=private)
    return Recorded(
        event.stream_id,
        event.version,
        event.position,
        event.envelope,
        body,
        event.generation,
        event.sealed,
        event.stored_as,
    )
