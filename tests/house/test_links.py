"""Tokens: what goes in comes out, nothing else passes, keys rotate; and what counts as a scanner's click."""

import base64
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from entrypoints.links import VALID, ConfirmationLink, Links, UnsubscribeLink, reference
from entrypoints.unsubscribe.forms import ONE_CLICK, fields
from entrypoints.unsubscribe.texts import TEXTS, language
from ledger.events.vocabulary import CHANNELS

OLD, NEW, OTHER = (bytes([number]) * 32 for number in range(3))
MOMENTS = st.integers(0, 2**32 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
SCOPES = st.from_regex(r"[a-z0-9.-]{1,20}(/[a-z0-9.-]{1,20}){0,3}", fullmatch=True)
UNSUBSCRIBE = st.builds(UnsubscribeLink, st.uuids(), st.uuids(), st.sampled_from(CHANNELS), SCOPES, MOMENTS)
CONFIRM = st.builds(
    ConfirmationLink, st.uuids(), st.uuids(), st.from_regex(r"[a-z0-9.-]{1,63}", fullmatch=True), MOMENTS
)


@given(UNSUBSCRIBE)
def test_an_unsubscribe_link_says_what_it_was_made_to_say_and_confirms_nothing(link: UnsubscribeLink) -> None:
    links = Links([NEW, OLD])
    token = links.signed(link)
    assert links.unsubscribe(token) == link
    assert links.confirmation(token) is None
    assert token.isascii()
    assert token.replace("-", "").replace("_", "").isalnum()


@given(CONFIRM)
def test_a_confirmation_link_says_what_it_was_made_to_say_and_unsubscribes_nothing(link: ConfirmationLink) -> None:
    links = Links([NEW])
    token = links.signed(link)
    assert links.confirmation(token) == link
    assert links.unsubscribe(token) is None


@given(UNSUBSCRIBE, st.data())
def test_no_changed_character_or_bit_passes(link: UnsubscribeLink, data: st.DataObject) -> None:
    links = Links([NEW])
    token = links.signed(link)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != token[place]))
    assert links.unsubscribe(token[:place] + other + token[place + 1 :]) is None
    for last in ascii_letters + digits + "-_":
        assert (links.unsubscribe(token[:-1] + last) is None) is (last != token[-1])
    raw = bytearray(base64.urlsafe_b64decode(token + "=="))
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << bit % 8
    assert links.unsubscribe(base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


@given(st.text(max_size=700))
def test_no_text_passes(text: str) -> None:
    links = Links([NEW])
    assert links.unsubscribe(text) is None
    assert links.confirmation(text) is None


def _link() -> UnsubscribeLink:
    return UnsubscribeLink(UUID(int=1), UUID(int=2), "email", "acme/shop", datetime(2026, 1, 1, tzinfo=UTC))


def test_while_keys_are_changed_old_links_pass_and_new_ones_are_signed_with_the_newest() -> None:
    before, during, after = Links([OLD]), Links([NEW, OLD]), Links([NEW])
    assert during.unsubscribe(before.signed(_link())) == _link()
    assert after.unsubscribe(during.signed(_link())) == _link()
    assert before.unsubscribe(during.signed(_link())) is None
    assert Links([OTHER]).unsubscribe(during.signed(_link())) is None


def test_a_link_opens_its_page_for_400_days() -> None:
    assert timedelta(days=400) <= VALID
    assert not _link().expired(_link().issued_at + VALID - timedelta(seconds=1))
    assert _link().expired(_link().issued_at + VALID)


def test_a_reference_tells_links_apart() -> None:
    assert reference("a") != reference("b")
    assert len(reference("a")) == 24


def test_the_one_click_field_is_read_in_both_encodings() -> None:
    assert fields("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click") == dict([ONE_CLICK])
    body = b'--x\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    assert fields('multipart/form-data; boundary="x"', body) == dict([ONE_CLICK])


@given(st.text(max_size=60), st.binary(max_size=300))
def test_no_body_stops_the_reading_of_forms(boundary: str, body: bytes) -> None:
    for content_type in (
        f"multipart/form-data; boundary={boundary}",
        "application/x-www-form-urlencoded",
        boundary,
    ):
        assert isinstance(fields(content_type, body), dict)


def test_every_language_has_every_text() -> None:
    assert all(words.keys() == TEXTS["en"].keys() for words in TEXTS.values())
    assert language("xx, en-GB;q=0.8") == language("") == "en"
