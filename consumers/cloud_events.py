"""A message's bytes and headers → a CloudEvent, in binary or structured mode (CloudEvents 1.0, Kafka binding).

Read by hand: it must tell which field is wrong without repeating it, and refuse what is too large before reading
it; the `cloudevents` library takes three to six times as long. Tests hold the two against each other.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Any

import orjson

from ledger.errors import MessageRefused
from schemas.cloud_event import CloudEvent

LARGEST = 1024 * 1024
"""Bytes a message may have."""
LARGEST_HEADERS = 64 * 1024
DEEPEST = 32
"""Levels of nesting, the document itself counted."""
_STRUCTURED = "application/cloudevents+json"
_ATTRIBUTE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,500}\Z")
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL)
"""An escape in JSON; its group is half of a surrogate pair."""
_TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")

Headers = tuple[tuple[str, bytes], ...]


def cloud_event(payload: bytes, headers: Headers) -> CloudEvent:
    """The event in these bytes. Raises MessageRefused with a reason and the field to mend.

    Without a `ce_type` header the bytes are a whole event in JSON, whatever their content type says.
    """
    if len(payload) > LARGEST:
        raise MessageRefused("too_large", f"message: {len(payload)} bytes; at most {LARGEST} are taken")
    attributes = _attributes(headers) if headers else {}
    content = _json(payload)
    if "ce_type" not in attributes or attributes.get("content-type", "").lower().startswith(_STRUCTURED):
        if not isinstance(content, dict) or "specversion" not in content:
            raise MessageRefused("not_a_cloud_event", "specversion: send a CloudEvent 1.0, structured or binary")
        return _event(content, content.get("data"))
    return _event({name[3:]: value for name, value in attributes.items() if name.startswith("ce_")}, content)


def decoded(payload: bytes) -> Any:
    """The JSON. Half of a surrogate pair, as JavaScript writes a text that was cut within an emoji, is read as NUL:
    neither can be kept. A byte order mark is passed over. Raises orjson.JSONDecodeError.
    """
    payload = payload.removeprefix(BOM_UTF8)
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        if "surrogate" not in error.msg:
            raise
        return orjson.loads(_ESCAPE.sub(lambda found: rb"\u0000" if found[1] else found[0], payload))


def named(payload: bytes, headers: Headers) -> tuple[str | None, str | None]:
    """(id, source) of what is no CloudEvent, each None where it cannot be read."""
    try:
        fields: Any = {name[3:]: value for name, value in _attributes(headers).items() if name.startswith("ce_")}
        if "type" not in fields and len(payload) <= LARGEST:
            fields = orjson.loads(payload)
    except (MessageRefused, orjson.JSONDecodeError):
        return None, None
    if not isinstance(fields, dict):
        return None, None
    found = (fields.get(name) for name in ("id", "source"))
    message_id, source = (one if isinstance(one, str) and _ATTRIBUTE.match(one) else None for one in found)
    return message_id, source


def _attributes(headers: Headers) -> dict[str, str]:
    if sum([len(name) + len(value or b"") for name, value in headers]) > LARGEST_HEADERS:
        raise MessageRefused("too_large", f"headers: at most {LARGEST_HEADERS} bytes are taken")
    attributes: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if not key.startswith("ce_") and key != "content-type":
            continue
        if key in attributes:
            raise MessageRefused("not_a_cloud_event", f"headers: {_shown(key)} is given twice")
        try:
            attributes[key] = (value or b"").decode()
        except UnicodeDecodeError:
            raise MessageRefused("not_a_cloud_event", f"headers: {_shown(key)} is not UTF-8") from None
    return attributes


def _shown(header: str) -> str:
    """The name of a header, unless it is none of ours."""
    return header if re.fullmatch(r"content-type|ce_[a-z]{1,20}", header) else "an attribute"


def _json(payload: bytes) -> Any:
    try:
        content = decoded(payload)
    except orjson.JSONDecodeError as error:
        if error.msg.startswith("depth limit"):
            raise _too_deep() from None
        raise MessageRefused("bad_json", "message: not JSON in UTF-8") from None
    if payload.count(b"[") + payload.count(b"{") > DEEPEST and _depth(content) > DEEPEST:
        raise _too_deep()
    return content


def _too_deep() -> MessageRefused:
    return MessageRefused("too_deep", f"message: nested deeper than {DEEPEST} levels")


def _depth(content: Any) -> int:
    """Levels of objects and arrays, counted up to one more than are taken."""
    depth, level = 0, [content]
    while level and depth <= DEEPEST:
        depth += 1
        level = [inner for outer in level for inner in _inner(outer)]
    return depth


def _inner(outer: Any) -> list[Any]:
    values = outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
    return [inner for inner in values if isinstance(inner, dict | list)]


def _event(fields: Mapping[str, Any], data: Any) -> CloudEvent:
    if fields.get("specversion") != "1.0":
        raise MessageRefused("not_a_cloud_event", "specversion: must be 1.0")
    for name in ("id", "source", "type"):
        value = fields.get(name)
        if not isinstance(value, str) or not _ATTRIBUTE.match(value):
            raise MessageRefused("not_a_cloud_event", f"{name}: text of 1 to 500 characters is needed")
    if not isinstance(data, dict):
        raise MessageRefused("invalid_data", "data: a JSON object is needed")
    time, trace = fields.get("time"), fields.get("traceparent")
    return CloudEvent(
        id=fields["id"],
        source=fields["source"],
        type=fields["type"],
        data=data,
        time=time if isinstance(time, str) else None,
        traceparent=trace if isinstance(trace, str) and _TRACE.match(trace) else None,
    )
