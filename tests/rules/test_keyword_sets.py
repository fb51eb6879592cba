"""Sets that organizations adopt: they only add, a stop stays a stop, and order of reading changes nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.envelope import Envelope, Recorded
from ledger.events.settings import KeywordSetAdopted, OrganizationRegistered
from ledger.events.vocabulary import ReplyClass
from ledger.rules.keyword_sets import keyword_sets, standing_set, with_words
from ledger.rules.keywords import BUILT_IN, CURRENT, DEFAULT

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
Words = dict[str, tuple[str, ...]]


def adopted(*sets: tuple[str, Words]) -> list[Recorded]:
    bodies = [
        OrganizationRegistered(display_name="Acme"),
        *[KeywordSetAdopted(version=v, words=w) for v, w in sets],
    ]
    return [
        Recorded(
            UUID(int=1),
            place,
            place,
            Envelope(UUID(int=place), "acme", UUID(int=place), b"", "test", START + timedelta(hours=place)),
            body,
        )
        for place, body in enumerate(bodies, 1)
    ]


def test_without_an_adoption_the_newest_built_in_set_stands() -> None:
    assert standing_set(adopted()) is CURRENT
    assert list(keyword_sets(adopted())) == list(BUILT_IN)


def test_words_of_ones_own_stay_with_every_later_adoption() -> None:
    settings = adopted(("2026-2+a", {"stop": ("Schluss!",)}), ("2026-2+b", {"start": ("pizza",)}))
    standing = standing_set(settings)
    assert standing.version == "2026-2+b"
    assert (standing.words["schluss"], standing.words["pizza"]) == (ReplyClass.STOP, ReplyClass.START)
    known = keyword_sets(settings)
    assert "pizza" not in known["2026-2+a"].keywords.words
    assert known["2026-2+a"].since == START + timedelta(hours=2)
    assert list(known)[-1] == standing.version


words = st.dictionaries(
    st.sampled_from(["stop", "start", "yes", "help"]),
    st.lists(st.sampled_from(["schluss", "pizza", "stop", "yes", "info", "ja", "quit", "join"]), max_size=3).map(
        tuple
    ),
    max_size=3,
)


@given(st.lists(st.tuples(st.sampled_from(["2026-2+a", "2026-2+b", "2026-2+c"]), words), max_size=4))
def test_no_adoption_however_made_moves_a_word_out_of_stop_or_drops_one(sets: list[tuple[str, Words]]) -> None:
    """The fold holds by itself, whatever got into the log."""
    before = CURRENT.words
    for count in range(len(sets) + 1):
        after = standing_set(adopted(*sets[:count])).words
        assert before.keys() <= after.keys()
        assert all(after[word] is ReplyClass.STOP for word, kind in before.items() if kind is ReplyClass.STOP)
        before = after


@given(words)
def test_what_with_words_lets_pass_is_what_the_log_then_says(given_words: Words) -> None:
    try:
        made = with_words(CURRENT, "2026-2+a", given_words)
    except ValueError:
        return
    assert made == standing_set(adopted(("2026-2+a", given_words)))


@pytest.mark.parametrize(
    ("version", "given_words", "why"),
    [
        ("2025-1", {}, "built-in"),
        ("2026-1", {}, "phrases"),
        ("2026-2", {"stop": ("schluss",)}, "name of its own"),
        ("2026-2+a", {"start": ("stop",)}, "is stop already"),
        ("2026-2+a", {"stop": ("yes",)}, "is yes already"),
        ("2026-2+a", {"maybe": ("perhaps",)}, "classes"),
        ("2026-2+a", {"other": ("perhaps",)}, "classes"),
        ("2026-2+a", {"stop": ("🛑",)}, "letters"),
        ("2026-2+a", {"stop": ("a" * 61,)}, "letters"),
        ("2026-2+a", {"stop": ("perhaps",), "start": ("Perhaps!",)}, "two classes"),
    ],
)
def test_a_set_that_would_do_more_than_add_is_refused(version: str, given_words: Words, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        with_words(CURRENT, version, given_words)


def test_an_organization_may_leave_its_words_as_they_are_when_the_built_in_set_grows() -> None:
    own = with_words(DEFAULT, "2026-1+a", {"start": ("ja",)})
    grown = with_words(own, "2026-2+a", {})
    assert grown.words["ja"] is ReplyClass.START
    assert grown.words["abmelden"] is ReplyClass.STOP
    assert (
        with_words(with_words(DEFAULT, "2026-1+a", {"help": ("basta",)}), "2026-2+a", {}).words["basta"] == "stop"
    )
