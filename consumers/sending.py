"""Publishes messages from JSON lines, for `contact-ledger send FILE`.

A line is a CloudEvent in structured mode, sent as it is, or an object that wraps any message: `value` (text, or
JSON that is sent as such) with `topic`, `key` and `headers` beside it if need be. Nothing is judged here: what the
ledger makes of a message is said when it is taken.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from consumers.broker import Outgoing, Producer
from ledger.errors import MessageRefused

_BATCH = 1_000


def read_lines(lines: Iterable[bytes], topic: str) -> Iterator[Outgoing]:
    """The messages of the lines, for `topic` where a line names none; empty lines are left out.

    Raises MessageRefused naming the line that is neither.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _outgoing(line.strip(), topic)
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


def _outgoing(line: bytes, topic: str) -> Outgoing:
    message: dict[str, Any] = orjson.loads(line)
    if "specversion" in message:
        subject = message.get("subject")
        return Outgoing(topic, subject.encode() if subject else None, line, _STRUCTURED)
    value, key = message["value"], message.get("key")
    return Outgoing(
        message.get("topic", topic),
        key.encode() if key is not None else None,
        value.encode() if isinstance(value, str) else orjson.dumps(value),
        tuple((name, text.encode()) for name, text in message.get("headers", {}).items()),
    )


_STRUCTURED = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
