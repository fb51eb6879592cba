"""Golden samples of stored events: what once lay in a log must load for ever.

A sample is made once, when its event type is new, by `python -m tests.store.golden`, and never again.
"""

from base64 import b64encode
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints
from uuid import UUID, uuid5

import orjson

from ledger.events.body import SEALED, Event
from ledger.events.envelope import Envelope, Recorded
from ledger.events.stored import EVENT_TYPES, encode_header, encode_private, join_state
from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.store.sealing import place
from tests.store.making import KEYRING, NOON

SAMPLES: Final = Path(__file__).parent.parent / "golden" / "events"
NAMESPACE: Final = UUID("6f1d2f0a-4b1c-4a55-9a53-0d8e6c1c7b11")

VALUES: Final[dict[str, Any]] = {
    "basis": "purchase",
    "blocked": (UUID(int=17),),
    "channel": "sms",
    "code": "550",
    "confidence": Confidence.PHRASE,
    "country": "US",
    "display_name": "Spring sale",
    "email": "person@example.com",
    "evidence": {"form": "footer", "ip": "192.0.2.7", "pages": [1, 2.5, None, True], "notice": {"hash": "a1b2"}},
    "expires_at": NOON + timedelta(days=365),
    "fields": ("first_name", "tags"),
    "file_hash": "0f" * 32,
    "in_force_from": NOON,
    "key_hash": "$argon2id$sample",
    "keywords": "default.1",
    "kind": "phone",
    "matched": "stop texting",
    "method": "keyword",
    "parameters": {"request_days": 7, "lift": {"text": ["keyword"]}},
    "pattern_texts": {"phone": ["+1202555*"]},
    "permissions": ("sendable", "messages"),
    "patterns": (UUID(int=18),),
    "purposes": ("cart", "marketing"),
    "raw": " +1 (202) 555-0143",
    "reply": "no thanks",
    "roll_up": {"phone": "candidates"},
    "scope": "acme/shop/-/news",
    "sender": "acme/shop/12345",
    "set": {"first_name": "Ann", "vip": True},
    "append": {"tags": ["spring"]},
    "fill": {"city": "Graz"},
    "shapes": ("phone:begins:8",),
    "subdivision": "NY",
    "text": "S.T.O.P. \U0001f6d1",
    "time_zone": "America/New_York",
    "until": NOON + timedelta(days=30),
    "value": "+12025550143",
    "words": {"stop": ("STOP", "ARRET")},
}


GROWN: Final = {
    "identifier.reply-received.v1": "confidence",
    "identifier.reply-reclassified.v1": "confidence",
    "organization.api-key-issued.v1": "permissions",
    "organization.keyword-set-adopted.v1": "reason",
    "organization.policy-adopted.v1": "reason",
}
"""Stored names that have got fields since their first sample → one of the fields, which names the later sample."""


def path_of(name: str) -> Path:
    return SAMPLES / f"{name}.json"


def write_missing() -> None:
    """A sample of every event type that has none yet; those there are left as they are."""
    for name in (*EVENT_TYPES, *[f"{name}+{field}" for name, field in GROWN.items()]):
        if not path_of(name).exists():
            sample = _sample(EVENT_TYPES[name.partition("+")[0]])
            path_of(name).write_bytes(orjson.dumps(sample, option=orjson.OPT_INDENT_2) + b"\n")


def _sample(event: type[Event]) -> dict[str, Any]:
    stream_id = uuid5(NAMESPACE, event.NAME)
    envelope = Envelope(
        event_id=uuid5(stream_id, "event"),
        organization="acme",
        act_id=uuid5(stream_id, "act"),
        digest=bytes(range(16)),
        source="crm/eu",
        received_at=NOON,
        occurred_at=NOON - timedelta(minutes=3, microseconds=1),
        recorded_at=NOON + timedelta(seconds=2),
        actor="person:17",
        correlation_id="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        origin="kafka:3f1b/2/417",
        flags=("time", "scope"),
    )
    body = event.model_validate(_filled(event))
    private = encode_private(body)
    key = KEYRING.new_key(stream_id, 1) if private is not None else None
    bound_to = place(Recorded(stream_id, 3, 41, envelope, body))
    sealed = key.seal(private, bound_to) if key is not None and private is not None else None
    state = join_state(encode_header(envelope, body, 1 if key is not None else None), sealed)
    return {
        "row": {
            "stream_id": stream_id,
            "version": 3,
            "position": 41,
            "name": event.NAME,
            "state": b64encode(state).decode(),
            "organization": envelope.organization,
            "event_id": envelope.event_id,
            "act_id": envelope.act_id,
            "digest": envelope.digest.hex(),
            "recorded_at": envelope.recorded_at,
        },
        "wrapped_key": b64encode(key.wrapped).decode() if key is not None else None,
        "envelope": {**asdict(envelope), "digest": envelope.digest.hex()},
        "body": body.model_dump(mode="json"),
    }


def _filled(event: type[Event]) -> dict[str, Any]:
    """A value for every field, so that nothing is at its default."""
    hints = get_type_hints(event, include_extras=True)
    return {name: VALUES[name] if name in VALUES else _value(name, hints[name]) for name in event.model_fields}


def _value(name: str, hint: Any) -> Any:
    if SEALED in getattr(hint, "__metadata__", ()):
        return f"{name} of a person"
    if get_origin(hint) is Literal:
        return get_args(hint)[-1]
    if get_origin(hint) is tuple:
        return (name,)
    if get_origin(hint) is dict:
        return {name: 3}
    choices = {argument for argument in get_args(hint) if argument is not type(None)} or {hint}
    if UUID in choices:
        return uuid5(NAMESPACE, name)
    if bool in choices:
        return True
    if int in choices:
        return 30
    if ReplyClass in choices:
        return ReplyClass.STOP
    if datetime in choices:
        return NOON
    return f"a {name}"


if __name__ == "__main__":
    write_missing()
