"""The demo's day is the same for the same seed and has everything a real one has."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

import orjson
import pytest

from consumers.broker import Outgoing
from entrypoints.demo.day import KNOWN_SHARES, NEW_SHARES, corrections, day
from entrypoints.demo.messages import TOPICS
from entrypoints.demo.people import person

START = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def messages() -> Sequence[Outgoing]:
    return tuple(day(7, 20_000, START))


def _bytes(message: Outgoing) -> bytes:
    assert message.value is not None
    return message.value


def _sent_at(message: Outgoing) -> datetime:
    assert message.timestamp is not None
    return message.timestamp


def _attributes(message: Outgoing) -> dict[str, Any]:
    """Type, id, source and time in either form; empty where it is not even JSON."""
    headers = {name.removeprefix("ce_"): value.decode() for name, value in message.headers}
    if "type" in headers:
        return headers
    try:
        document: dict[str, Any] = orjson.loads(_bytes(message))
    except orjson.JSONDecodeError:
        return {}
    return document


def test_the_same_seed_gives_the_same_day() -> None:
    assert list(day(3, 500, START)) == list(day(3, 500, START))
    assert list(day(3, 500, START)) != list(day(4, 500, START))


def test_every_message_type_is_there(messages: Sequence[Outgoing]) -> None:
    types = Counter(_attributes(message).get("type") for message in messages)
    assert {*NEW_SHARES, *KNOWN_SHARES} <= types.keys()


def test_messages_are_sent_in_order_within_the_day(messages: Sequence[Outgoing]) -> None:
    moments = [_sent_at(message) for message in messages]
    assert moments == sorted(moments)
    assert moments[0] >= START
    assert moments[-1] <= START + timedelta(days=1)
    assert {message.topic for message in messages} == set(TOPICS)


def test_some_come_late_and_some_twice(messages: Sequence[Outgoing]) -> None:
    late = 0
    for message in messages:
        time = datetime.fromisoformat(_attributes(message).get("time", START.isoformat()))
        late += timedelta(hours=1) <= _sent_at(message) - time <= timedelta(days=4)
    assert late > 200
    again = Counter((message.value, message.headers) for message in messages)
    assert sum(count - 1 for count in again.values()) > 200


def test_some_ids_are_used_for_two_different_things(messages: Sequence[Outgoing]) -> None:
    contents: dict[tuple[str, str], set[bytes]] = {}
    for message in messages:
        found = _attributes(message)
        if "id" in found:
            contents.setdefault((found["source"], found["id"]), set()).add(_bytes(message))
    assert sum(len(values) > 1 for values in contents.values()) > 10


def test_some_mailboxes_and_phones_are_held_by_two(messages: Sequence[Outgoing]) -> None:
    said = [_bytes(message) for message in messages]
    assert sum(b"+news@" in one for one in said) > 10
    assert sum(b'"mobile"' in one for one in said) > 3


def test_some_are_poison(messages: Sequence[Outgoing]) -> None:
    assert any(not _attributes(message) for message in messages)
    assert any(len(_bytes(message)) > 2_000_000 for message in messages)
    assert any(b"\\u0000" in _bytes(message) for message in messages)
    assert any(_attributes(message).get("time", "").startswith("1970") for message in messages)


def test_a_later_day_meets_the_same_people_again() -> None:
    numbers = {int(message.key or b"") for message in islice(day(9, 2_000, START, known=1_000), 2_000)}
    assert any(number < 1_000 for number in numbers)
    assert any(number >= 1_000 for number in numbers)
    assert person(5) == person(5)


def test_corrections_name_what_they_take_back() -> None:
    link, event = uuid4(), uuid4()
    unlinked, reversed_ = corrections(1, START, [("acme", link)], [("birch", event)])
    assert orjson.loads(_bytes(unlinked))["data"]["link_id"] == str(link)
    assert orjson.loads(_bytes(reversed_))["data"]["event_id"] == str(event)
    assert orjson.loads(_bytes(reversed_))["data"]["organization"] == "birch"
