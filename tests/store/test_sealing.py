"""Personal parts: sealed under their stream's key, bound to their place, gone with the key."""

from dataclasses import replace
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import KeyDestroyed, SettingsRefused
from ledger.events.body import Event
from ledger.events.envelope import Envelope, Recorded
from ledger.events.stored import EVENT_TYPES, decode, encode_header, encode_private, join_state
from ledger.store.keyring import Keyring
from ledger.store.store import Store
from tests.store.making import KEYRING, Interrupted, append, bodies, claimed, created, envelopes, subscribed


@given(body=bodies, envelope=envelopes)
def test_encoding_loses_nothing_but_what_is_sealed(body: Event, envelope: Envelope) -> None:
    private = encode_private(body)
    generation = 3 if private is not None else None
    back = decode(
        UUID(int=1),
        1,
        7,
        body.NAME,
        join_state(encode_header(envelope, body, generation), private),
        envelope.organization,
        envelope.event_id,
        envelope.act_id,
        envelope.digest,
        None,
    )
    assert back.envelope == envelope
    assert back.body == body.model_copy(update=dict.fromkeys(body.SEALED_FIELDS))
    assert back.sealed == private
    assert back.generation == generation


@given(plain=st.binary(max_size=200), place=st.binary(max_size=60), other=st.binary(max_size=60))
def test_a_sealed_part_opens_in_its_place_only(plain: bytes, place: bytes, other: bytes) -> None:
    key = KEYRING.new_key(UUID(int=1), 1)
    sealed = key.seal(plain, place)
    assert key.open(sealed, place) == plain
    if other != place:
        with pytest.raises(KeyDestroyed):
            key.open(sealed, other)
    with pytest.raises(KeyDestroyed):
        KEYRING.new_key(UUID(int=1), 1).open(sealed, place)


@given(plain=st.binary(max_size=200), place=st.integers(0), flip=st.integers(0, 7))
def test_a_changed_bit_opens_nothing(plain: bytes, place: int, flip: int) -> None:
    key = KEYRING.new_key(UUID(int=1), 1)
    sealed = bytearray(key.seal(plain, b"here"))
    sealed[place % len(sealed)] ^= 1 << flip
    with pytest.raises(KeyDestroyed):
        key.open(bytes(sealed), b"here")


def test_a_wrapped_key_belongs_to_its_owner_generation_and_master_key() -> None:
    key = KEYRING.new_key(UUID(int=1), 1)
    assert KEYRING.unwrap(UUID(int=1), 1, key.wrapped).open(key.seal(b"x", b""), b"") == b"x"
    for keyring, owner, generation in (
        (KEYRING, UUID(int=2), 1),
        (KEYRING, UUID(int=1), 2),
        (Keyring(b"another key for tests, 32 bytes."), UUID(int=1), 1),
    ):
        with pytest.raises(SettingsRefused):
            keyring.unwrap(owner, generation, key.wrapped)


def test_one_key_a_stream_used_again_by_later_batches(store: Store, migrated: str) -> None:
    stream = uuid4()
    append(store, claimed(stream, 1), subscribed(stream, 2))
    append(store, subscribed(stream, 3))
    assert _keys(migrated) == {stream: 1}
    assert {event.generation for event in store.read([stream])[stream]} == {1}


def test_nothing_personal_no_key(store: Store, migrated: str) -> None:
    append(store, created(uuid4()))
    assert _keys(migrated) == {}


def test_values_are_nowhere_in_the_database_in_clear(store: Store, migrated: str) -> None:
    append(store, claimed(uuid4(), value="planted@example.com"))
    with psycopg.connect(migrated) as connection:
        rows = connection.execute(
            "SELECT state FROM stored_events UNION ALL SELECT wrapped FROM data_keys"
        ).fetchall()
    assert len(rows) == 2
    assert not any(b"planted" in row[0] for row in rows)


def test_a_sealed_part_moved_to_another_event_does_not_open(store: Store) -> None:
    stream = uuid4()
    append(store, claimed(stream, 1), subscribed(stream, 2))
    first, second = store.read([stream])[stream]
    with pytest.raises(KeyDestroyed):
        store.open([replace(second, sealed=first.sealed)])
    with pytest.raises(KeyDestroyed):
        store.open([replace(first, envelope=replace(first.envelope, event_id=uuid4()))])
    with pytest.raises(KeyDestroyed):
        store.open([replace(first, body=second.body)])


def test_no_nonce_is_used_twice_in_a_batch(store: Store) -> None:
    """Fails where the nonces drawn for a batch are handed out wrongly."""
    streams = [uuid4() for _ in range(3)]
    append(store, *[claimed(stream, 1) for stream in streams])
    append(store, *[subscribed(stream, version) for stream in streams for version in range(2, 102)])
    read = [event for events in store.read(streams).values() for event in events]
    sealed = [event.sealed for event in read if event.sealed is not None]
    assert len({one[:12] for one in sealed}) == len(sealed) == 303
    assert all(_told(event) for event in store.open(read))


def test_an_erased_key_opens_nothing(store: Store, migrated: str) -> None:
    erased, kept = claimed(uuid4()), claimed(uuid4())
    append(store, erased, kept)
    with store.writing() as writing:
        writing.destroy_keys([erased.stream_id])
    read = store.read([erased.stream_id, kept.stream_id], opened=True)
    assert read[erased.stream_id][0].body == erased.body.model_copy(update={"value": None, "raw": None})
    assert read[kept.stream_id][0].body == kept.body
    assert _keys(migrated) == {kept.stream_id: 1}


def test_an_erased_stream_gets_no_sealed_part_until_it_is_reopened(store: Store, migrated: str) -> None:
    stream = uuid4()
    append(store, claimed(stream, 1))
    with store.writing() as writing:
        writing.destroy_keys([stream])
    append(store, subscribed(stream, 2))
    append(store, subscribed(stream, 3), reopen=[stream])
    append(store, subscribed(stream, 4))
    first, unsealed, reopened, later = store.read([stream], opened=True)[stream]
    assert (first.generation, first.sealed is None) == (1, False)
    assert (unsealed.generation, unsealed.sealed) == (None, None)
    assert [reopened.generation, later.generation] == [2, 2]
    assert [event.body.message_id for event in (unsealed, reopened, later)] == [None, "m-1", "m-1"]  # type: ignore[attr-defined]
    assert first.body.value is None  # type: ignore[attr-defined]
    assert _keys(migrated) == {stream: 2}


def test_keys_looked_up_with_the_lock_are_the_standing_ones(store: Store, migrated: str) -> None:
    known, erased, opened_again, new = (uuid4() for _ in range(4))
    append(store, *[claimed(stream) for stream in (known, erased, opened_again)])
    with store.writing() as writing:
        writing.destroy_keys([erased, opened_again])
    events = [subscribed(known, 2), subscribed(erased, 2), subscribed(opened_again, 2), claimed(new)]
    with store.writing(events) as writing:
        writing.append(writing.seal(events, reopen=[opened_again]))
        later = [subscribed(stream, 3) for stream in (known, erased, opened_again)] + [subscribed(new, 2)]
        writing.append(writing.seal(later, reopen=[opened_again]))
    read = store.read([known, erased, opened_again, new], opened=True)
    generations = {stream: [event.generation for event in read[stream]] for stream in read}
    assert generations == {known: [1, 1, 1], erased: [1, None, None], opened_again: [1, 2, 2], new: [1, 1]}
    assert [_told(event) for event in (*read[known], *read[opened_again][1:], *read[new])] == [True] * 7
    assert [_told(event) for event in (*read[erased], read[opened_again][0])] == [False] * 4


def _told(event: Recorded) -> bool:
    return any(getattr(event.body, name) is not None for name in event.body.SEALED_FIELDS)


def test_a_key_destroyed_after_it_was_looked_up_seals_nothing(store: Store) -> None:
    """Fails where keys looked up with the lock outlive their destruction in the same transaction."""
    stream = uuid4()
    append(store, claimed(stream))
    events = [subscribed(stream, 2)]
    with store.writing(events) as writing:
        writing.destroy_keys([stream])
        writing.append(writing.seal(events))
    assert [event.generation for event in store.read([stream])[stream]] == [1, None]


def test_what_was_not_expected_is_looked_up_all_the_same(store: Store) -> None:
    """Fails where a stream that nobody expected is taken for one without a key."""
    expected, other = uuid4(), uuid4()
    append(store, claimed(expected), claimed(other))
    with store.writing([subscribed(expected, 2)]) as writing:
        writing.append(writing.seal([subscribed(other, 2)]))
    assert _told(store.read([other], opened=True)[other][1])


def test_a_stream_erased_before_it_had_a_key_stays_without(store: Store, migrated: str) -> None:
    stream = uuid4()
    with store.writing() as writing:
        writing.destroy_keys([stream, stream])
        writing.destroy_keys([stream])
    append(store, subscribed(stream, 1))
    append(store, subscribed(stream, 2), reopen=[stream])
    assert [event.generation for event in store.read([stream])[stream]] == [None, 1]
    assert _keys(migrated) == {stream: 1}


@pytest.mark.parametrize("replica", [False, True])
def test_an_erased_generation_is_never_made_again(store: Store, migrated: str, replica: bool) -> None:
    """Not even by putting back a backup of the key."""
    stream = uuid4()
    append(store, claimed(stream))
    with psycopg.connect(migrated) as connection:
        saved = connection.execute("SELECT * FROM data_keys").fetchone()
        assert saved is not None
    with store.writing() as writing:
        writing.destroy_keys([stream])
    with psycopg.connect(migrated) as connection:
        if replica:
            connection.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.RestrictViolation, match="never made again"):
            connection.execute("INSERT INTO data_keys VALUES (%s, %s, %s)", saved)


def test_erasing_and_appending_are_one_transaction(store: Store, migrated: str) -> None:
    stream = uuid4()
    append(store, claimed(stream))

    def erase() -> None:
        with store.writing() as writing:
            writing.destroy_keys([stream])
            raise Interrupted

    with pytest.raises(Interrupted):
        erase()
    assert _keys(migrated) == {stream: 1}


def test_errors_name_no_value(store: Store) -> None:
    event = claimed(uuid4(), value="planted@example.com")
    append(store, event)
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        append(store, event)
    assert "planted" not in str(caught.value)
    assert "planted" not in repr(store.read([event.stream_id]))
    assert b"planted" not in repr(store.seal([event])).encode()


def test_every_sealed_field_of_every_event_is_optional() -> None:
    for event in EVENT_TYPES.values():
        assert all(event.model_fields[name].default is None for name in event.SEALED_FIELDS)


def _keys(url: str) -> dict[UUID, int]:
    with psycopg.connect(url) as connection:
        return dict(connection.execute("SELECT stream_id, generation FROM data_keys").fetchall())
