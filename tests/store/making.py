"""Makes events of every type: the strategies of the store's property tests, and plain ones by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

from hypothesis import strategies as st

from ledger.events.body import SEALED, Event
from ledger.events.contact import ContactCreated
from ledger.events.envelope import Envelope, Recorded
from ledger.events.identifier import IdentifierClaimed, Subscribed
from ledger.events.stored import EVENT_TYPES
from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.ids import Ids
from ledger.store.keyring import Keyring
from ledger.store.store import Store

PEPPER = b"a pepper for tests only"
IDS = Ids(PEPPER)
KEYRING = Keyring(b"a master key for tests, 32 bytes")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Interrupted(Exception):
    """What a test breaks a transaction off with."""


uuids = st.uuids()
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
times = st.datetimes(
    min_value=datetime.fromisoformat("2000-01-01"),
    max_value=datetime.fromisoformat("2099-01-01"),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=45))]),
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
json_maps = st.dictionaries(texts, json_values, max_size=4)


def _of_type(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if SEALED in getattr(hint, "__metadata__", ()):
        return _of_type(arguments[0])
    if origin in (Union, UnionType):
        return st.one_of([_of_type(argument) for argument in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(_of_type(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return json_maps if arguments[1] is Any else st.dictionaries(texts, _of_type(arguments[1]), max_size=3)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        NoneType: st.none(),
        bool: st.booleans(),
        int: st.integers(0, 2**53),
        str: texts,
        UUID: uuids,
        datetime: times,
        ReplyClass: st.sampled_from(list(ReplyClass)),
        Confidence: st.sampled_from(list(Confidence)),
    }
    return plain[hint]


def _bodies_of(event: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(event, include_extras=True)
    fields = {name: _of_type(hints[name]) for name in event.model_fields}
    return st.builds(event.model_validate, st.fixed_dictionaries(fields))


bodies = st.one_of([_bodies_of(event) for event in EVENT_TYPES.values()])
envelopes = st.builds(
    Envelope,
    event_id=uuids,
    organization=st.sampled_from(["acme", "globex"]),
    act_id=uuids,
    digest=st.binary(min_size=16, max_size=16),
    source=texts,
    received_at=times,
    occurred_at=st.none() | times,
    actor=st.none() | texts,
    correlation_id=st.none() | texts,
    origin=st.none() | texts,
    flags=st.lists(texts, max_size=2).map(tuple),
)
events = st.builds(
    Recorded, stream_id=uuids, version=st.integers(1, 10**6), position=st.just(0), envelope=envelopes, body=bodies
)


def envelope(act_id: UUID | None = None) -> Envelope:
    return Envelope(
        event_id=uuid4(),
        organization="acme",
        act_id=act_id or uuid4(),
        digest=b"0123456789abcdef",
        source="crm",
        received_at=NOON,
        occurred_at=NOON - timedelta(minutes=1),
        origin="kafka:t/0/1",
    )


def claimed(stream_id: UUID, version: int = 1, *, value: str = "ann@example.com") -> Recorded:
    """An event with a sealed part."""
    body = IdentifierClaimed(contact_id=uuid4(), kind="email", value=value, raw=value.title())
    return Recorded(stream_id, version, 0, envelope(), body)


def subscribed(stream_id: UUID, version: int = 1, *, act_id: UUID | None = None, note: str = "") -> Recorded:
    body = Subscribed(
        channel="email",
        scope="acme/shop",
        purposes=("marketing",),
        method="form",
        message_id="m-1",
        evidence={"form": "footer", "note": note},
    )
    return Recorded(stream_id, version, 0, envelope(act_id), body)


def created(stream_id: UUID, version: int = 1) -> Recorded:
    """An event without a sealed part."""
    return Recorded(stream_id, version, 0, envelope(), ContactCreated(method="form"))


def append(store: Store, *recorded: Recorded, reopen: Sequence[UUID] = ()) -> range:
    """Writes these in one transaction and returns their positions."""
    batch = store.seal(recorded, reopen=reopen)
    with store.writing() as writing:
        return writing.append(batch)
