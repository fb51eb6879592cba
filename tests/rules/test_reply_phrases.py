"""What people really type, and what it is read as: `reply_phrases.tsv` has class, confidence and text a line."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.rules.keywords import CURRENT, DEFAULT, LANGUAGES, classify, keyword_set, normalize, read_reply

FILE = Path(__file__).with_name("reply_phrases.tsv")
TABLE = [line.split("\t") for line in FILE.read_text().splitlines()]
TEXTS = [text.replace("\\n", "\n") for _, _, text in TABLE]


def test_the_table_is_large_enough_and_says_nothing_twice() -> None:
    assert len(TABLE) >= 300
    assert len(set(TEXTS)) == len(TEXTS)


@pytest.mark.parametrize(
    ("kind", "confidence", "text"), TABLE, ids=[f"{n}-{row[2]}" for n, row in enumerate(TABLE)]
)
def test_text(kind: str, confidence: str, text: str) -> None:
    reading = read_reply(text.replace("\\n", "\n"))
    assert (reading.reply_class, reading.confidence) == (kind, confidence)
    assert (reading.matched is None) is (confidence == "none")
    assert reading.version == "2026-2"


def test_starts_and_confirmations_are_never_read_out_of_a_phrase() -> None:
    """A false opt-out is mild; a false opt-in is a lawsuit."""
    phrased = [(kind, text) for kind, confidence, text in TABLE if confidence == "phrase"]
    assert {kind for kind, _ in phrased} == {"stop"}


@given(st.lists(st.sampled_from(TEXTS), max_size=4).map("\n".join) | st.text(max_size=300))
def test_whatever_is_read_is_of_the_set_and_safe(text: str) -> None:
    reading = read_reply(text)
    if reading.confidence is Confidence.EXACT:
        assert CURRENT.words[normalize(text)] is reading.reply_class
    elif reading.confidence is Confidence.PHRASE:
        assert reading.reply_class is ReplyClass.STOP
    else:
        assert reading.reply_class is ReplyClass.OTHER
    assert read_reply(text) == reading


@pytest.mark.parametrize("negation", ["don't", "do not", "never", "I don't want you to", "dont ever"])
@pytest.mark.parametrize(
    "phrase", ["stop texting me", "stop sending me texts", "take me off the list", "remove me"]
)
def test_a_negated_phrase_stops_nothing(negation: str, phrase: str) -> None:
    assert read_reply(phrase).reply_class is ReplyClass.STOP
    assert read_reply(f"{negation} {phrase}").reply_class is ReplyClass.OTHER
    assert read_reply(f"Please, {negation} {phrase}!").reply_class is ReplyClass.OTHER


@pytest.mark.parametrize(
    "part",
    ["stop ", "dont want to ", "want you to stop ", "“a b c d ", "«stop» ", '"', "> stop\n", "if you ", "é stop, "],
)
def test_time_grows_with_the_length_and_no_faster(part: str) -> None:
    """Ten times the text takes about ten times as long, where backtracking would take a hundred times."""

    def seconds(length: int) -> float:
        text = part * (length // len(part))
        started = time.process_time()
        for _ in range(3):
            read_reply(text)
        return time.process_time() - started

    seconds(10_000)
    assert min(seconds(100_000) for _ in range(3)) < 40 * max(min(seconds(10_000) for _ in range(3)), 1e-3)


def test_the_next_version_takes_nothing_away() -> None:
    assert all(CURRENT.words[word] is kind for word, kind in DEFAULT.words.items())


CTIA = "STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT"
FCC = "stop, quit, end, revoke, opt out, cancel, unsubscribe"
TWILIO = "STOP, UNSUBSCRIBE, END, QUIT, STOPALL, REVOKE, OPTOUT, CANCEL"
TWILIO_CANADA = "ARRET, ARRETE, ARRETT"
AWS = "ARRET, CANCEL, END, OPT-OUT, OPTOUT, QUIT, REMOVE, STOP, TD, UNSUBSCRIBE"
BRAZE = "STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT"
OPT_OUT_TABLES = {
    "CTIA Messaging Principles and Best Practices, 5.1.3": CTIA,
    "47 CFR 64.1200(a)(10)": FCC,
    "Twilio, default handling of opt-out keywords": TWILIO,
    "Twilio Proxy, opt-out keywords": TWILIO_CANADA,
    "AWS End User Messaging, required opt-out keywords": AWS,
    "Braze, default opt-out keywords": BRAZE,
}
HELP_TABLES = {"CTIA": "HELP, INFO", "Twilio, default": "HELP, INFO", "AWS, French in Canada": "AIDE, INFO"}
START_TABLES = {"Twilio, default": "START, UNSTOP", "AWS, toll-free": "START, UNSTOP"}


def _listed(tables: dict[str, str]) -> list[tuple[str, str]]:
    return [(source, word) for source, words in tables.items() for word in words.split(", ")]


@pytest.mark.parametrize(("source", "word"), _listed(OPT_OUT_TABLES))
def test_every_opt_out_keyword_of_law_and_carriers_is_a_stop(source: str, word: str) -> None:
    assert classify(word, CURRENT) is ReplyClass.STOP, source
    assert classify(f" {word.lower()}! ", CURRENT) is ReplyClass.STOP, source


@pytest.mark.parametrize(("source", "word"), _listed(HELP_TABLES))
def test_every_help_keyword_is_help(source: str, word: str) -> None:
    assert classify(word, CURRENT) is ReplyClass.HELP, source


@pytest.mark.parametrize(("source", "word"), _listed(START_TABLES))
def test_every_start_keyword_is_a_start_and_yes_only_confirms(source: str, word: str) -> None:
    """Providers take YES as a start too: here it confirms what was asked and lifts no opt-out."""
    assert classify(word, CURRENT) is ReplyClass.START, source
    assert classify("YES", CURRENT) is ReplyClass.YES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_each_language_are_read_in_their_class(language: str) -> None:
    words = keyword_set(language, **LANGUAGES[language]).words
    assert ReplyClass.STOP in words.values()
    assert all(CURRENT.words[word] is kind for word, kind in words.items())
