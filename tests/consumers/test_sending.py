"""Messages from a file of JSON lines."""

from contextlib import closing
from typing import Any

import orjson
import pytest

from consumers.broker import Producer
from consumers.intake import Message, take
from consumers.sending import read_lines, send
from ledger.acts.act import Act
from ledger.errors import MessageRefused
from ledger.ids import Ids
from tests.conftest import Topics
from tests.consumers.outbound import seen
from tests.consumers.scene import Scene, now, signup

IDS = Ids(b"p" * 32)


def test_a_line_that_is_an_event_is_sent_as_it_is() -> None:
    line = signup(1, 1)[1] or b""
    [sent] = read_lines([line + b"\n"], "inbound", IDS)
    assert (sent.topic, sent.value) == ("inbound", line)
    assert isinstance(take(Message(sent.value or b"", sent.headers, now())), Act)


def test_a_line_behind_a_byte_order_mark_or_cut_within_an_emoji_is_sent_as_it_is() -> None:
    lines = [
        b"\xef\xbb\xbf" + (signup(1, 1)[1] or b""),
        rb'{"specversion": "1.0", "data": {"text": "STOP \ud83d"}}',
    ]
    assert [one.value for one in read_lines(lines, "inbound", IDS)] == lines


def _keys(*events: dict[str, Any]) -> list[bytes | None]:
    lines = [orjson.dumps({"specversion": "1.0", **event}) for event in events]
    return [one.key for one in read_lines(lines, "inbound", IDS)]


def test_what_is_said_of_one_person_shares_a_key_that_does_not_tell_who_it_is() -> None:
    mail = {"kind": "email", "value": "Ann@example.com"}
    phone = {"kind": "phone", "value": "+14155550100"}
    said = [
        {"organization": "acme", "identifiers": [phone, mail]},
        {"organization": "acme", "identifier": {"kind": "phone", "value": "+1 (415) 555-0100"}},
        {"organization": "acme", "from": phone["value"], "to": "acme"},
        {"organization": "acme", "identifier": mail},
        {"organization": "birch", "identifier": phone},
    ]
    signed_up, stopped, texted, other, elsewhere = _keys(*[{"data": data} for data in said])
    assert signed_up == stopped == texted == IDS.identifier("acme", "phone", phone["value"]).bytes
    assert len({stopped, other, elsewhere}) == 3


def test_events_of_one_subject_share_a_key() -> None:
    one, again, other = _keys(*[{"subject": whom} for whom in ("ann@example.com", "ann@example.com", "4711")])
    assert one == again != other
    assert b"ann" not in (one or b"")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"identifier": {"kind": "email", "value": "?"}},
        {"identifier": 7},
        "x",
        [1],
        {"identifiers": None},
        {"identifiers": 5},
    ],
)
def test_an_event_that_names_nobody_has_no_key(data: object) -> None:
    assert _keys({"data": data}) == [None]


def test_a_line_may_wrap_any_message() -> None:
    wrapped = {"topic": "other", "key": "k", "headers": {"ce_id": "1"}, "value": {"organization": "acme"}}
    bare = {"value": "no JSON"}
    first, second = read_lines([orjson.dumps(wrapped), b"", orjson.dumps(bare)], "inbound", IDS)
    assert (first.topic, first.key, first.headers) == ("other", b"k", (("ce_id", b"1"),))
    assert first.value == b'{"organization":"acme"}'
    assert (second.topic, second.key, second.value) == ("inbound", None, b"no JSON")


@pytest.mark.parametrize("line", [b"{", b"[1]", b'"text"', b"{}", b'{"value": 1, "key": 7}'])
def test_a_line_that_is_neither_is_named(line: bytes) -> None:
    lines = read_lines([b'{"value": 1}', b"", line], "inbound", IDS)
    with pytest.raises(MessageRefused, match="line 3"):
        list(lines)


def test_what_is_sent_can_be_consumed_and_progress_is_told(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=2)
    lines = [signup(number, number)[1] or b"" for number in range(1_500)]
    told: list[int] = []
    with closing(Producer(scene.bootstrap)) as producer:
        assert send(producer, read_lines(lines, topic, IDS), told.append) == 1_500
    assert told == [1_000, 1_500]
    assert sorted(one.value or b"" for one in seen(scene.bootstrap, topic)) == sorted(lines)
