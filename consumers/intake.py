"""One message → an act, or a rejection that says what its producer must mend (DESIGN §8 step 2).

Pure: no clock, no I/O. Whatever is wrong with one message, the next one is not touched by it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from consumers.cloud_events import LARGEST, Headers, cloud_event
from consumers.translators.registry import TRANSLATORS
from consumers.translators.translation import Translation
from ledger.acts import Act, Rejection
from ledger.errors import MessageRefused
from schemas.cloud_event import CloudEvent
from schemas.registry import MESSAGE_TYPES, RESTRICTIVE_TYPES

_KEPT = 64 * 1024
"""Bytes of a message too large to be taken that are kept with its rejection."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came. `origin` is its place, such as `kafka:<topic id>/<partition>/<offset>`."""

    payload: bytes
    headers: Headers
    received_at: datetime
    origin: str | None = None


def take(message: Message) -> Act | Rejection:
    """The act the message stands for, or why it cannot be taken."""
    event: CloudEvent | None = None
    try:
        event = cloud_event(message.payload, message.headers)
        return _act(message, event)
    except MessageRefused as refusal:
        return _rejection(message, event, refusal)


def _act(message: Message, event: CloudEvent) -> Act:
    restrictive = event.type in RESTRICTIVE_TYPES
    flags: tuple[str, ...] = ()
    data = event.data
    if b"\\u0000" in message.payload:
        if not restrictive:
            raise MessageRefused("nul_byte", "data: text with a NUL character cannot be kept")
        data, flags = _without_nul(data), ("nul",)
    translation = _translate(event, data)
    moment = _moment(event.time)
    return Act(
        organization=translation.organization,
        source=event.source,
        message_id=event.id,
        type=event.type,
        received_at=message.received_at,
        content=orjson.dumps([event.type, event.time, data], option=orjson.OPT_SORT_KEYS),
        body=translation.body,
        occurred_at=moment,
        actor=translation.actor,
        correlation_id=event.traceparent,
        origin=message.origin,
        flags=(*flags, *translation.flags),
        payload=message.payload,
        headers=message.headers,
    )


def _translate(event: CloudEvent, data: dict[str, Any]) -> Translation:
    model = MESSAGE_TYPES.get(event.type)
    if model is None:
        known = event.type.rpartition(".")[0]
        if any(name.rpartition(".")[0] == known for name in MESSAGE_TYPES):
            raise MessageRefused("unknown_version", "type: this version of the message is not known here")
        raise MessageRefused("unknown_type", "type: no such message type; see the contract")
    try:
        parsed = model.model_validate(data)
    except ValidationError as error:
        raise MessageRefused("invalid_data", _first_error(error)) from None
    return TRANSLATORS[event.type](parsed, data)


def _first_error(error: ValidationError) -> str:
    """Field path and what is wrong with it, never the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"])[:200]
    return f"data.{path}: {first['type']}" if path else f"data: {first['type']}"


def _moment(text: str | None) -> datetime | None:
    """The time as an aware moment; None where it is missing or cannot be read."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(inner) for inner in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(inner) for name, inner in value.items()}
    return value


def _rejection(message: Message, event: CloudEvent | None, refusal: MessageRefused) -> Rejection:
    organization = event.data.get("organization") if event is not None else None
    payload = message.payload if len(message.payload) <= LARGEST else message.payload[:_KEPT]
    return Rejection(
        reason=refusal.reason,
        detail=refusal.detail,
        received_at=message.received_at,
        payload=payload,
        headers=message.headers,
        organization=organization if isinstance(organization, str) and len(organization) <= 63 else None,
        source=event.source if event is not None else None,
        origin=message.origin,
    )
