"""Bytes and headers → CloudEvent: both modes, as the `cloudevents` library has them too, and what is no event."""

from datetime import datetime
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings import kafka
from cloudevents.core.v1.event import CloudEvent as LibraryEvent
from hypothesis import given
from hypothesis import strategies as st

from consumers.cloud_events import DEEPEST, LARGEST, Headers, cloud_event
from ledger.errors import MessageRefused
from schemas.cloud_event import CloudEvent
from tests.golden_messages import GOLDEN

STRUCTURED: Headers = (("content-type", b"application/cloudevents+json; charset=utf-8"),)
EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": {"a": 1}}
ATTRIBUTES: Headers = (("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/s"), ("ce_type", b"t"))


def _binary(event: dict[str, Any]) -> tuple[bytes, Headers]:
    headers = [(f"ce_{name}", text.encode()) for name, text in event.items() if isinstance(text, str)]
    return orjson.dumps(event["data"]), tuple(headers)


def _refusal(payload: bytes, headers: Headers = ()) -> MessageRefused:
    with pytest.raises(MessageRefused) as refused:
        cloud_event(payload, headers)
    return refused.value


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_both_modes_and_the_library_say_the_same(name: str) -> None:
    event = GOLDEN[name]
    payload, headers = _binary(event)
    ours = cloud_event(orjson.dumps(event), STRUCTURED)
    assert ours == cloud_event(payload, headers) == cloud_event(orjson.dumps(event), ())
    attributes = {key: value for key, value in event.items() if key != "data"}
    attributes["time"] = datetime.fromisoformat(attributes["time"])
    theirs = LibraryEvent(attributes, event["data"])
    for written in (kafka.to_binary_event(theirs), kafka.to_structured_event(theirs)):
        read = kafka.from_kafka_event(written)
        time = read.get_time()
        assert time is not None
        assert read.get_data() == ours.data
        assert cloud_event(written.value, tuple(written.headers.items())) == CloudEvent(
            id=read.get_id(),
            source=read.get_source(),
            type=read.get_type(),
            data=ours.data,
            time=time.isoformat(),
            traceparent=read.get_extension("traceparent"),
        )


def test_header_names_may_be_in_any_case_and_empty_or_strange_headers_are_nothing() -> None:
    headers: Any = (*[(name.title(), value) for name, value in ATTRIBUTES], ("x-trace", None), ("y", b"\xff"))
    assert cloud_event(b"{}", headers) == CloudEvent("1", "/s", "t", {})


def test_only_a_traceparent_that_is_one_is_kept() -> None:
    assert cloud_event(orjson.dumps(EVENT | {"traceparent": "ann@example.com"}), ()).traceparent is None


@pytest.mark.parametrize(
    ("payload", "headers", "reason", "field"),
    [
        (b"", (), "bad_json", "message"),
        (b"{", (), "bad_json", "message"),
        (b"nonsense", (), "bad_json", "message"),
        (b'{"specversion": "1.0",}', (), "bad_json", "message"),
        (b'{"specversion": "\xff"}', (), "bad_json", "message"),
        (b'{"specversion": "1.0", "id": "\\ud800"}', (), "not_a_cloud_event", "id"),
        (b'{"specversion": "\xed\xa0\x80"}', (), "bad_json", "message"),
        (b'{"id": "a\x00b"}', (), "bad_json", "message"),
        (b"NaN", (), "bad_json", "message"),
        (b"\x00\x01avro", ATTRIBUTES, "bad_json", "message"),
        (b"[]", (), "not_a_cloud_event", "specversion"),
        (b"7", (), "not_a_cloud_event", "specversion"),
        (b"null", (), "not_a_cloud_event", "specversion"),
        (b"{}", (), "not_a_cloud_event", "specversion"),
        (b"{}", (*ATTRIBUTES, ("ce_id", b"2")), "not_a_cloud_event", "headers"),
        (b"{}", (*ATTRIBUTES, ("CE_ID", b"1")), "not_a_cloud_event", "headers"),
        (b"{}", (*ATTRIBUTES, ("ce_subject", b"\xff")), "not_a_cloud_event", "headers"),
        (b"{}", (*ATTRIBUTES[1:], ("ce_specversion", b"0.3")), "not_a_cloud_event", "specversion"),
        (b"{}", ATTRIBUTES[1:], "not_a_cloud_event", "specversion"),
        (b"{}", (*ATTRIBUTES[:1], *ATTRIBUTES[2:]), "not_a_cloud_event", "id"),
        (b"{}", (*ATTRIBUTES[:2], *ATTRIBUTES[3:]), "not_a_cloud_event", "source"),
        (b"[]", ATTRIBUTES, "invalid_data", "data"),
        (b"{}", (*ATTRIBUTES, ("ce_x", b"y" * 70_000)), "too_large", "headers"),
    ],
)
def test_what_is_no_event(payload: bytes, headers: Headers, reason: str, field: str) -> None:
    refusal = _refusal(payload, headers)
    assert (refusal.reason, refusal.detail.partition(":")[0]) == (reason, field)


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"specversion": "1.1"}, "not_a_cloud_event", "specversion"),
        ({"specversion": 1.0}, "not_a_cloud_event", "specversion"),
        ({"id": None}, "not_a_cloud_event", "id"),
        ({"id": ""}, "not_a_cloud_event", "id"),
        ({"id": 7}, "not_a_cloud_event", "id"),
        ({"id": "a\0b"}, "not_a_cloud_event", "id"),
        ({"id": "x" * 501}, "not_a_cloud_event", "id"),
        ({"source": ["x"]}, "not_a_cloud_event", "source"),
        ({"type": ""}, "not_a_cloud_event", "type"),
        ({"data": None}, "invalid_data", "data"),
        ({"data": "{}"}, "invalid_data", "data"),
        ({"data": [1]}, "invalid_data", "data"),
    ],
)
def test_attributes_that_cannot_be(change: dict[str, Any], reason: str, field: str) -> None:
    refusal = _refusal(orjson.dumps(EVENT | change))
    assert (refusal.reason, refusal.detail.partition(":")[0]) == (reason, field)


def test_size_is_judged_before_anything_is_read() -> None:
    assert _refusal(b"x" * (LARGEST + 1)).reason == "too_large"
    filling = LARGEST - len(orjson.dumps(EVENT | {"data": {"a": ""}}))
    assert cloud_event(orjson.dumps(EVENT | {"data": {"a": "x" * filling}}), ()).id == "1"


@pytest.mark.parametrize("pair", [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_bounded(pair: tuple[bytes, bytes]) -> None:
    def payload(levels: int) -> bytes:
        inner = pair[0] * (levels - 2) + b"1" + pair[1] * (levels - 2)
        return b'{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"x":' + inner + b"}}"

    assert cloud_event(payload(DEEPEST), ()).id == "1"
    for levels in (DEEPEST + 1, 200, 2_000, 100_000):
        assert _refusal(payload(levels)).reason == "too_deep"
    flat = EVENT | {"data": {"text": "[{" * 5_000, "list": [[]] * 5_000}}
    assert cloud_event(orjson.dumps(flat), ()).id == "1"


@given(st.binary(max_size=200), st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=9)), max_size=6))
def test_any_bytes_are_an_event_or_a_refusal(payload: bytes, headers: list[tuple[str, bytes]]) -> None:
    for given_headers in (tuple(headers), (*ATTRIBUTES, *headers)):
        try:
            assert cloud_event(payload, given_headers).id
        except MessageRefused as refusal:
            reason, detail = refusal.reason, refusal.detail
            assert reason in ("bad_json", "not_a_cloud_event", "invalid_data", "too_deep")
            assert ": " in detail
