"""A message as a producer sends it, in either form of CloudEvents."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from consumers.broker import Outgoing

STRUCTURED = (("content-type", b"application/cloudevents+json"),)


def topic_of(type_: str) -> str:
    """Where producers of this type send it: texts, receipts, and all the rest apart."""
    if type_.startswith("sms."):
        return "demo.texts"
    return "demo.receipts" if type_.startswith("delivery.") else "demo.contacts"


TOPICS = ("demo.contacts", "demo.texts", "demo.receipts")


def structured(key: bytes, attributes: Mapping[str, str], data: Mapping[str, Any], sent_at: datetime) -> Outgoing:
    """Attributes and data as one JSON document."""
    document = {
        "specversion": "1.0",
        **attributes,
        "datacontenttype": "application/json",
        "data": data,
    }
    return Outgoing(topic_of(attributes["type"]), key, orjson.dumps(document), STRUCTURED, sent_at)


def binary(key: bytes, attributes: Mapping[str, str], data: Mapping[str, Any], sent_at: datetime) -> Outgoing:
    """Attributes as headers, the data alone as the value."""
    headers = (
        ("ce_specversion", b"1.0"),
        *((f"ce_{name}", text.encode()) for name, text in attributes.items()),
        ("content-type", b"application/json"),
    )
    return Outgoing(topic_of(attributes["type"]), key, orjson.dumps(data), headers, sent_at)
