"""Every event that was ever stored still loads, opens, and is still written the same way."""

from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from ledger.events.body import Event
from ledger.events.envelope import Envelope
from ledger.events.stored import EVENT_TYPES, UPCASTERS, decode, encode_header, opened
from ledger.store.sealing import place
from tests.store.golden import GROWN, SAMPLES, path_of
from tests.store.making import KEYRING

FILES = sorted(SAMPLES.glob("*.json"))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _row(sample: dict[str, Any]) -> dict[str, Any]:
    row = sample["row"]
    return {
        **row,
        "stream_id": UUID(row["stream_id"]),
        "state": b64decode(row["state"]),
        "event_id": UUID(row["event_id"]),
        "act_id": UUID(row["act_id"]),
        "digest": bytes.fromhex(row["digest"]),
        "recorded_at": _time(row["recorded_at"]),
    }


def _envelope(sample: dict[str, Any]) -> Envelope:
    fields = sample["envelope"]
    return Envelope(
        **{
            **fields,
            "event_id": UUID(fields["event_id"]),
            "act_id": UUID(fields["act_id"]),
            "digest": bytes.fromhex(fields["digest"]),
            "received_at": _time(fields["received_at"]),
            "occurred_at": _time(fields["occurred_at"]),
            "recorded_at": _time(fields["recorded_at"]),
            "flags": tuple(fields["flags"]),
        }
    )


def _as_when_sampled(body: Event, sampled: dict[str, Any]) -> dict[str, Any]:
    """The body without the fields it has got since, all of which must be at their defaults."""
    shown = body.model_dump(mode="json")
    since = {name: shown.pop(name) for name in shown.keys() - sampled.keys()}
    assert since == {name: type(body).model_fields[name].default for name in since}
    return shown


def test_every_event_type_has_a_sample() -> None:
    grown = [f"{name}+{field}" for name, field in GROWN.items()]
    missing = [name for name in (*EVENT_TYPES, *UPCASTERS, *grown) if not path_of(name).exists()]
    assert missing == [], "make samples of new events by `python -m tests.store.golden`"


def test_there_are_samples_of_all_kinds() -> None:
    assert len(FILES) >= 54


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_sample_loads_and_opens(file: Path) -> None:
    sample = orjson.loads(file.read_bytes())
    event = decode(**_row(sample))
    assert event.envelope == _envelope(sample)
    assert all(getattr(event.body, name) is None for name in event.body.SEALED_FIELDS)
    if event.sealed is not None:
        assert event.generation == 1
        key = KEYRING.unwrap(event.stream_id, 1, b64decode(sample["wrapped_key"]))
        event = opened(event, orjson.loads(key.open(event.sealed, place(event))))
    if event.name == sample["row"]["name"]:
        assert _as_when_sampled(event.body, sample["body"]) == sample["body"]
    else:
        loaded = event.body.model_dump(mode="json")
        assert {name: loaded[name] for name in sample["body"]} == sample["body"]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_shape_is_never_edited(file: Path) -> None:
    sample = orjson.loads(file.read_bytes())
    row = _row(sample)
    event = decode(**row)
    if row["name"] == event.body.NAME:
        length = int.from_bytes(row["state"][:4], "big")
        assert encode_header(event.envelope, event.body, event.generation) == row["state"][4 : 4 + length]
