"""Messages not taken: why is kept, what they said is sealed, found by its person and gone in time."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger.acts.act import Rejection
from ledger.acts.given import Given
from ledger.errors import KeyDestroyed, NotFound
from ledger.store import rejections
from ledger.store.rejections import Payload
from ledger.store.store import Store
from tests.store.making import IDS, NOON, Interrupted

GIVEN = Given("email", "planted@example.com", "Planted@example.com")
REJECTION = Rejection(
    reason="unknown_type",
    detail="type: not one of the contract's",
    received_at=NOON,
    payload=b'{"email": "planted@example.com"}',
    headers=(("ce_type", b"contact.unheard-of.v1"), ("raw", b"\xff\x00")),
    organization="acme",
    source="crm",
    origin="kafka:t/0/1",
    identifiers=(GIVEN,),
)


def reject(store: Store, *given: Rejection) -> list[UUID]:
    with store.writing() as writing:
        return writing.reject(given)


def test_a_rejection_is_kept_with_its_payload(store: Store) -> None:
    [made] = reject(store, REJECTION)
    with store.connection() as connection:
        row = rejections.get(connection, made)
    assert (row.organization, row.source, row.reason, row.detail, row.origin, row.state) == (
        "acme",
        "crm",
        "unknown_type",
        "type: not one of the contract's",
        "kafka:t/0/1",
        "open",
    )
    assert row.expires_at - row.rejected_at == timedelta(days=30)
    assert store.rejection_payload(made) == Payload(REJECTION.headers, REJECTION.payload)


def test_an_empty_message_is_kept_too(store: Store) -> None:
    [made] = reject(store, Rejection("empty", "the message has no value", NOON))
    assert store.rejection_payload(made) == Payload((), b"")


def test_a_payload_of_ten_megabytes(store: Store) -> None:
    [made] = reject(store, replace(REJECTION, payload=b"\x00" * 10_000_000))
    assert len(store.rejection_payload(made).value) == 10_000_000


def test_nothing_personal_lies_in_clear(store: Store, migrated: str) -> None:
    reject(store, REJECTION)
    with psycopg.connect(migrated) as connection:
        row = connection.execute("SELECT rejections::text, payload FROM rejections").fetchone()
    assert row is not None
    assert "planted" not in row[0].lower()
    assert b"planted" not in row[1]


def test_the_same_message_read_twice_is_one_row(store: Store) -> None:
    assert reject(store, REJECTION) == reject(store, REJECTION, REJECTION)[:1]
    other_reason = replace(REJECTION, reason="other")
    placeless = replace(REJECTION, origin=None)
    reject(store, other_reason, placeless, placeless)
    with store.connection() as connection:
        assert len(rejections.listed(connection)) == 4


def test_very_many_at_once_are_a_row_each(store: Store) -> None:
    """More than one statement takes, one said twice, and one of which nothing is kept."""
    many = [replace(REJECTION, origin=f"kafka:t/0/{n}", payload=b"%d" % n) for n in range(1_100)]
    erased = replace(REJECTION, reason="erased", origin="kafka:t/0/1100")
    nobody = replace(REJECTION, organization=None, source=None, origin="kafka:t/0/1101", identifiers=())
    made = reject(store, *many, many[7], erased, nobody)
    assert made[1_100] == made[7]
    assert len(set(made)) == 1_102
    assert [store.rejection_payload(made[n]).value for n in (0, 499, 500, 1_099)] == [b"0", b"499", b"500", b"1099"]
    with pytest.raises(KeyDestroyed):
        store.rejection_payload(made[1_101])
    with store.connection() as connection:
        [[rows]] = connection.execute("SELECT count(*) FROM rejections").fetchall()
        assert rejections.count_naming(connection, [IDS.identifier("acme", GIVEN.kind, GIVEN.value)]) == 1_100
        row = rejections.get(connection, made[-1])
    assert (rows, row.organization, row.source, row.reason) == (1_102, None, None, REJECTION.reason)


def test_text_that_no_database_takes_is_no_obstacle(store: Store) -> None:
    [made] = reject(store, replace(REJECTION, source="a\x00b\ud800" + "c" * 10_000, organization="\x00"))
    with store.connection() as connection:
        row = rejections.get(connection, made)
    assert row.source is not None
    assert row.source.startswith("a\ufffdb?ccc")
    assert len(row.source) == rejections.LONGEST_TEXT


def test_rejections_fall_with_their_transaction(store: Store) -> None:
    def write() -> None:
        with store.writing() as writing:
            writing.reject([REJECTION])
            raise Interrupted

    with pytest.raises(Interrupted):
        write()
    with store.connection() as connection:
        assert rejections.listed(connection) == []


def test_listing_is_filtered_and_paged_newest_first(store: Store) -> None:
    made = [reject(store, replace(REJECTION, origin=f"kafka:t/0/{number}"))[0] for number in range(5)]
    reject(store, replace(REJECTION, organization="globex", origin="kafka:t/1/0", reason="bad_json"))
    with store.connection() as connection:
        first = rejections.listed(connection, organization="acme", limit=3)
        second = rejections.listed(connection, organization="acme", limit=3, after=first[-1])
        assert [row.id for row in (*first, *second)] == made[::-1]
        assert [row.organization for row in rejections.listed(connection, reason="bad_json")] == ["globex"]
        rejections.settle(connection, made[:2], "dropped")
        assert {row.id for row in rejections.listed(connection, organization="acme", state="open")} == set(made[2:])


def test_a_rejection_is_settled_with_what_came_of_it(store: Store) -> None:
    [made] = reject(store, REJECTION)
    with store.writing() as writing:
        writing.settle([made], "replayed")
    with store.connection() as connection:
        row = rejections.get(connection, made)
        assert (row.state, row.settled_at is None) == ("replayed", False)
        rejections.settle(connection, [made], "open")
        row = rejections.get(connection, made)
        assert (row.state, row.settled_at) == ("open", None)


def test_payloads_expire_and_reasons_stay(store: Store) -> None:
    [made] = reject(store, REJECTION)
    with store.connection() as connection:
        expires_at = rejections.get(connection, made).expires_at
    assert store.purge_rejections(expires_at - timedelta(seconds=1)) == 0
    assert store.purge_rejections(expires_at) == 1
    assert store.purge_rejections(expires_at) == 0
    with pytest.raises(KeyDestroyed, match="expired"):
        store.rejection_payload(made)
    with store.connection() as connection:
        assert rejections.get(connection, made).reason == "unknown_type"


def test_erasing_a_person_destroys_what_was_rejected_of_them(store: Store) -> None:
    [named] = reject(store, REJECTION)
    [other] = reject(store, replace(REJECTION, origin="kafka:t/0/2", identifiers=()))
    with store.writing() as writing:
        writing.destroy_keys([IDS.identifier("acme", "email", "planted@example.com")])
    with pytest.raises(KeyDestroyed):
        store.rejection_payload(named)
    assert store.rejection_payload(other).value == REJECTION.payload


def test_unknown_ids_are_said_so(store: Store) -> None:
    with pytest.raises(NotFound):
        store.rejection_payload(uuid4())
    with store.connection() as connection, pytest.raises(NotFound):
        rejections.get(connection, uuid4())
