"""One message → an act, or a rejection that says what its producer must mend (DESIGN §8 step 2).

Pure: no clock, no I/O. Whatever is wrong with one message, the next one is not touched by it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError

from consumers.cloud_events import LARGEST, Headers, cloud_event, named
from consumers.translators.registry import TRANSLATORS
from consumers.translators.translation import Translation, invalid, readable_contacts, readable_identifiers
from ledger.acts.act import Act, Rejection
from ledger.errors import MessageRefused
from schemas.cloud_event import CloudEvent
from schemas.message import ORGANIZATION, moment
from schemas.message import Message as WireMessage
from schemas.registry import MESSAGE_TYPES, RESTRICTIVE_TYPES

_KEPT = 64 * 1024
"""Bytes of a message too large to be taken that are kept with its rejection, for a person to look at."""
_VALIDATED: dict[str, Callable[[Any], WireMessage]] = {
    name: model.__pydantic_validator__.validate_python for name, model in MESSAGE_TYPES.items()
}
"""Message type → what reads its data: `model_validate`, without the time that its options take."""
_ORGANIZATION = re.compile(ORGANIZATION)
_UNKEPT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""What a payload looks like that holds NUL, or half of a surrogate pair, which is read as NUL."""
_NAMING = ("organization", "identifier", "from")
"""Fields that name whom a restrictive message is about: in them nothing is mended."""


@dataclass(slots=True, unsafe_hash=True)
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
    data, flags = _without_nul(message, event)
    translation = _translate(event, data)
    return Act(
        organization=translation.organization,
        source=event.source,
        message_id=event.id,
        type=event.type,
        received_at=message.received_at,
        content=orjson.dumps([event.type, event.time, data], option=orjson.OPT_SORT_KEYS),
        body=translation.body,
        occurred_at=_occurred_at(event),
        actor=translation.actor,
        correlation_id=event.traceparent,
        origin=message.origin,
        flags=flags + translation.flags,
        payload=message.payload,
        headers=message.headers,
    )


def _translate(event: CloudEvent, data: dict[str, Any]) -> Translation:
    validated = _VALIDATED.get(event.type)
    if validated is None:
        known = event.type.rpartition(".")[0]
        if any(name.rpartition(".")[0] == known for name in MESSAGE_TYPES):
            raise MessageRefused("unknown_version", "type: this version of the message is not known here")
        raise MessageRefused("unknown_type", "type: no such message type; see the contract")
    try:
        parsed = validated(data)
    except ValidationError as error:
        raise invalid(error) from None
    return TRANSLATORS[event.type](parsed, data)


def _occurred_at(event: CloudEvent) -> datetime | None:
    """None where the time is missing or cannot be read: recording judges that."""
    try:
        return moment(event.time) if event.time is not None else None
    except ValueError:
        return None


def _without_nul(message: Message, event: CloudEvent) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The data without NUL characters, which PostgreSQL cannot keep, and the flag that says so.

    Raises MessageRefused unless the message restricts and is named without them.
    """
    if not _UNKEPT.search(message.payload):
        return event.data, ()
    cleaned = {_cleaned(name): _cleaned(value) for name, value in event.data.items()}
    if cleaned == event.data:
        return event.data, ()
    named = all(cleaned.get(name) == event.data.get(name) for name in _NAMING)
    if event.type not in RESTRICTIVE_TYPES or not named:
        raise MessageRefused("nul_byte", "data: text with NUL, or with half of a character, cannot be kept")
    return cleaned, ("nul",)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(inner) for name, inner in value.items()}
    return value


def _rejection(message: Message, event: CloudEvent | None, refusal: MessageRefused) -> Rejection:
    message_id, source = (event.id, event.source) if event is not None else named(message.payload, message.headers)
    organization = event.data.get("organization") if event is not None else None
    readable = isinstance(organization, str) and _ORGANIZATION.fullmatch(organization)
    return Rejection(
        reason=refusal.reason,
        detail=refusal.detail,
        received_at=message.received_at,
        payload=message.payload if len(message.payload) <= LARGEST else message.payload[:_KEPT],
        headers=message.headers if refusal.reason != "too_large" else (),
        organization=organization if readable else None,
        source=source,
        origin=message.origin,
        identifiers=readable_identifiers(event.data) if event is not None else (),
        contacts=readable_contacts(event.data) if event is not None else (),
        message_id=message_id,
    )
