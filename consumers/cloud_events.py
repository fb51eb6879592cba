"""A message's bytes and headers → a CloudEvent, in binary or structured mode (CloudEvents 1.0, Kafka binding)."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from ledger.errors import MessageRefused
from schemas.cloud_event import CloudEvent

LARGEST = 1024 * 1024
"""Bytes a message may have."""
DEEPEST = 32
_STRUCTURED = "application/cloudevents+json"
_ATTRIBUTE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,500}\Z")

Headers = tuple[tuple[str, bytes], ...]


def cloud_event(payload: bytes, headers: Headers) -> CloudEvent:
    """The event in these bytes. Raises MessageRefused with a reason and the field to mend."""
    if len(payload) > LARGEST:
        raise MessageRefused("too_large", f"message: {len(payload)} bytes; at most {LARGEST} are taken")
    attributes = _attributes(headers)
    content = _json(payload)
    if attributes.get("content-type", "").startswith(_STRUCTURED) or "ce_type" not in attributes:
        return _structured(content)
    fields = {name.removeprefix("ce_"): value for name, value in attributes.items() if name.startswith("ce_")}
    return _event(fields, content)


def _attributes(headers: Headers) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if key in attributes and key.startswith("ce_"):
            raise MessageRefused("not_a_cloud_event", f"headers: {key[:40]} is given twice")
        attributes[key] = value.decode("utf-8", "replace")
    return attributes


def _json(payload: bytes) -> Any:
    try:
        content = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise MessageRefused("bad_json", "message: not JSON in UTF-8") from None
    if payload.count(b"[") + payload.count(b"{") > DEEPEST and _depth(content) > DEEPEST:
        raise MessageRefused("too_deep", f"message: nested deeper than {DEEPEST} levels")
    return content


def _depth(content: Any) -> int:
    depth, level = 0, [content]
    while level and depth <= DEEPEST:
        depth += 1
        level = [inner for outer in level for inner in _inner(outer)]
    return depth


def _inner(outer: Any) -> list[Any]:
    values = outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
    return [inner for inner in values if isinstance(inner, dict | list)]


def _structured(content: Any) -> CloudEvent:
    if not isinstance(content, dict) or "specversion" not in content:
        raise MessageRefused("not_a_cloud_event", "specversion: send a CloudEvent 1.0, structured or binary")
    return _event(content, content.get("data"))


def _event(fields: Mapping[str, Any], data: Any) -> CloudEvent:
    if fields.get("specversion") != "1.0":
        raise MessageRefused("not_a_cloud_event", "specversion: must be 1.0")
    for name in ("id", "source", "type"):
        value = fields.get(name)
        if not isinstance(value, str) or not _ATTRIBUTE.match(value):
            raise MessageRefused("not_a_cloud_event", f"{name}: text of 1 to 500 characters is needed")
    if not isinstance(data, dict):
        raise MessageRefused("invalid_data", "data: a JSON object is needed")
    return CloudEvent(
        id=fields["id"],
        source=fields["source"],
        type=fields["type"],
        data=data,
        time=_text(fields.get("time")),
        subject=_text(fields.get("subject")),
        traceparent=_text(fields.get("traceparent")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and _ATTRIBUTE.match(value) else None
