"""Ids are HMAC-SHA-256 under the pepper over unambiguous parts; every service computes the same."""

import hmac
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.ids import Ids


def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@given(pepper=st.binary(min_size=1, max_size=200), value=st.text(st.characters(codec="utf-8"), max_size=50))
def test_an_identifier_id_is_the_hmac_of_its_parts(pepper: bytes, value: str) -> None:
    message = b"1identifier" + framed(b"acme", b"email", value.encode())
    expected = UUID(bytes=hmac.digest(pepper, message, "sha256")[:16])
    assert Ids(pepper).identifier("acme", "email", value) == expected


@given(pepper=st.binary(min_size=1, max_size=200), value=st.text(st.characters(codec="utf-8"), max_size=50))
def test_ids_for_very_many_are_the_same_ids(pepper: bytes, value: str) -> None:
    ids = Ids(pepper)
    identifier, listing = ids.identifiers("acme", "email"), ids.listings("email")
    for _ in range(2):
        assert identifier(value) == ids.identifier("acme", "email", value)
        assert listing(value) == ids.platform("email", value)


def test_parts_do_not_run_into_each_other() -> None:
    ids = Ids(b"pepper")
    assert ids.act("acme", "web", "1") != ids.act("acme", "we", "b1")
    assert ids.event(UUID(int=1), "a", "bc") != ids.event(UUID(int=1), "ab", "c")


def test_known_ids_never_change() -> None:
    """Stored ids depend on these: a change here would split every stream in two."""
    ids = Ids(b"pepper")
    act = ids.act("acme", "example/web", "1")
    assert str(ids.identifier("acme", "phone", "+14155550100")) == "dcd6331c-9e1b-bcd8-42f4-d19dad5713b7"
    assert str(act) == "bd480c95-0451-76db-0887-2a923aa94714"
    assert (
        str(ids.event(act, "identifier.opted-out.v1", "sms", "acme", "")) == "9c4155d0-d982-cb32-6994-087837889f21"
    )
    assert str(ids.derived(act, "contact", UUID(int=7))) == "4977bbaa-53a5-28ca-c00c-3c62368cde86"
