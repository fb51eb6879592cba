"""Publishes messages from JSON lines, for `contact-ledger send FILE`.

A line is a CloudEvent in structured mode, sent as it is, or an object that wraps any message: `value` (text, or
JSON that is sent as such) with `topic`, `key` and `headers` beside it if need be. Nothing is judged here: what the
ledger makes of a message is said when it is taken.

An event's key keeps what is said of one person in order, and does not tell who it is: it is made as ids are,
of the event's `subject` or else of the identifier that it names first.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from consumers.broker import Outgoing, Producer
from consumers.cloud_events import decoded
from ledger.canonical import NotCanonical, canonical_value
from ledger.errors import MessageRefused
from ledger.ids import Ids

_BATCH = 1_000


def read_lines(lines: Iterable[bytes], topic: str, ids: Ids) -> Iterator[Outgoing]:
    """The messages of the lines, for `topic` where a line names none; empty lines are left out.

    Raises MessageRefused naming the line that is neither.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _outgoing(line.strip(), topic, ids)
            except (ValueError, TypeError, KeyError, AttributeError):
                raise MessageRefused(
                    "bad_line", f"line {number}: a CloudEvent or an object with `value` is needed, in JSON"
                ) from None


def send(producer: Producer, outgoing: Iterable[Outgoing], sent: Callable[[int], None] | None = None) -> int:
    """Publishes them in order, tells `sent` how many it was after each batch, and returns how many in all.

    Raises BrokerUnavailable; what was told to `sent` is with Kafka then.
    """
    messages, count = iter(outgoing), 0
    while batch := list(islice(messages, _BATCH)):
        count += producer.publish(batch)
        if sent is not None:
            sent(count)
    return count


def _outgoing(line: bytes, topic: str, ids: Ids) -> Outgoing:
    message: dict[str, Any] = decoded(line)
    if "specversion" in message:
        return Outgoing(topic, _key(message, ids), line, _STRUCTURED)
    value, key = message["value"], message.get("key")
    return Outgoing(
        message.get("topic", topic),
        key.encode() if key is not None else None,
        value.encode() if isinstance(value, str) else orjson.dumps(value),
        tuple((name, text.encode()) for name, text in message.get("headers", {}).items()),
    )


def _key(message: dict[str, Any], ids: Ids) -> bytes | None:
    """None for an event that names nobody, or so that it will not be taken."""
    data = message.get("data")
    said = data if isinstance(data, dict) else {}
    organization = str(said.get("organization", ""))
    if subject := message.get("subject"):
        return ids.act(organization, "subject", str(subject)).bytes
    several = said.get("identifiers")
    named = [*(several if isinstance(several, list) else ()), said.get("identifier"), said.get("left")]
    named.append({"kind": "phone", "value": said.get("from")})
    first = next((one for one in named if isinstance(one, dict) and one.get("value")), None)
    if first is None:
        return str(said["contact_id"]).encode() if said.get("contact_id") else None
    try:
        value = canonical_value(str(first.get("kind")), str(first["value"]))
    except NotCanonical:
        return None
    return ids.identifier(organization, str(first["kind"]), value).bytes


_STRUCTURED = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
