"""Messages from a file of JSON lines."""

from contextlib import closing

import orjson
import pytest

from consumers.broker import Producer
from consumers.intake import Message, take
from consumers.sending import read_lines, send
from ledger.acts import Act
from ledger.errors import MessageRefused
from tests.conftest import Topics
from tests.consumers.outbound import seen
from tests.consumers.scene import Scene, now, signup


def test_a_line_that_is_an_event_is_sent_as_it_is() -> None:
    line = signup(1, 1)[1] or b""
    [sent] = read_lines([line + b"\n"], "inbound")
    assert (sent.topic, sent.key, sent.value) == ("inbound", None, line)
    assert isinstance(take(Message(sent.value or b"", sent.headers, now())), Act)


def test_events_of_one_subject_share_a_key() -> None:
    [sent] = read_lines([b'{"specversion": "1.0", "subject": "4711"}'], "inbound")
    assert sent.key == b"4711"


def test_a_line_may_wrap_any_message() -> None:
    wrapped = {"topic": "other", "key": "k", "headers": {"ce_id": "1"}, "value": {"organization": "acme"}}
    bare = {"value": "no JSON"}
    first, second = read_lines([orjson.dumps(wrapped), b"", orjson.dumps(bare)], "inbound")
    assert (first.topic, first.key, first.headers) == ("other", b"k", (("ce_id", b"1"),))
    assert first.value == b'{"organization":"acme"}'
    assert (second.topic, second.key, second.value) == ("inbound", None, b"no JSON")


@pytest.mark.parametrize("line", [b"{", b"[1]", b'"text"', b"{}", b'{"value": 1, "key": 7}'])
def test_a_line_that_is_neither_is_named(line: bytes) -> None:
    lines = read_lines([b'{"value": 1}', b"", line], "inbound")
    with pytest.raises(MessageRefused, match="line 3"):
        list(lines)


def test_what_is_sent_can_be_consumed_and_progress_is_told(scene: Scene, topics: Topics) -> None:
    topic = topics(partitions=2)
    lines = [signup(number, number)[1] or b"" for number in range(1_500)]
    told: list[int] = []
    with closing(Producer(scene.bootstrap)) as producer:
        assert send(producer, read_lines(lines, topic), told.append) == 1_500
    assert told == [1_000, 1_500]
    assert sorted(one.value or b"" for one in seen(scene.bootstrap, topic)) == sorted(lines)
