"""What people text, and the class it is read as (DESIGN §4 "Keywords")."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.events.vocabulary import ReplyClass
from ledger.rules.keywords import DEFAULT, KEYWORDS_VERSION, classify, keyword_set, normalize

STOP = (
    "STOP",
    "stop",
    " Stop. ",
    "Stop!!!",
    "S.T.O.P.",
    "“STOP”",
    "'stop'",
    "«stop»",
    "(STOP)",
    "*STOP*",
    "#stop",
    "stop 🛑",
    "🙏🏽 stop 🙏🏽",
    "STOP ✋🏻",
    "\ufeffSTOP",
    "STOP\n",
    "\tstop\r\n",
    "ＳＴＯＰ",
    "𝐒𝐓𝐎𝐏",
    "ⓢⓣⓞⓟ",
    "stóp",
    "STOPALL",
    "Stop all",
    "STOP-ALL",
    "stop   all.",
    "UNSUBSCRIBE",
    "Unsubscribe, ",
    "CANCEL",
    "cancel.",
    "END",
    "End",
    "QUIT",
    "Revoke",
    "OPTOUT",
    "OPT OUT",
    "opt out",
    "OPT-OUT",
    "Opt–Out",
    "opt‑out",
    "opt\u00a0out",
    "REMOVE",
    "ARRET",
    "Arret",
    "ARRÊT",
    "Arrêt !",
    "Arre\u0302t",
    "Arrête",
    "ARRETE",
)
START = ("START", "start", "Start!", "Unstop", "UNSTOP.", "JOIN", "join 👍")
YES = ("YES", "yes!", "Yes.", "Y", "y", "Y!", "¡yes!", "YES 😀")
HELP = ("HELP", "help?", "Help!", "INFO", "info")
OTHER = (
    "",
    " ",
    "!!!",
    "👍",
    "when does the sale end?",
    "The end",
    "please stop texting me",
    "stop it",
    "don't stop",
    "non-stop",
    "STOP STOP",
    "S T O P",
    "stopp",
    "yes please",
    "yeah",
    "ye s",
    "no",
    "N",
    "why",
    "help me stop",
    "information",
    "ok",
    "1",
    "Arrêtez",
    "opt in",
    "please remove",
    "cancelled",
)
MARKS = "👍🛑🙏🏽✋❤\ufe0f😀🇫🇷.,;:!?¡¿…“”„«»'\"*#()[]{}~_/\\@&%+=<>$€ \t\n\u00a0\u200b\u200d\ufeff"
TABLE = [
    *((text, ReplyClass.STOP) for text in STOP),
    *((text, ReplyClass.START) for text in START),
    *((text, ReplyClass.YES) for text in YES),
    *((text, ReplyClass.HELP) for text in HELP),
    *((text, ReplyClass.OTHER) for text in OTHER),
]


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[f"{n}-{word}" for n, (_, word) in enumerate(TABLE)])
def test_reply(text: str, expected: ReplyClass) -> None:
    assert classify(text) is expected


@given(st.text())
@example("ΐ")
@example("ﬆop")
@example("İ")
@example("ǰ")
def test_normalizing_twice_changes_nothing(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
    assert once == once.strip()
    assert "  " not in once


def test_every_single_character_normalizes_once() -> None:
    for point in range(0x110000):
        once = normalize(chr(point))
        assert normalize(once) == once, f"U+{point:04X}"


@given(st.sampled_from(sorted(DEFAULT.words)), st.text(MARKS, max_size=8))
def test_marks_around_a_keyword_change_nothing(word: str, around: str) -> None:
    assert classify(f"{around}{word.upper()}{around}") is DEFAULT.words[word]


def test_every_keyword_is_its_own_normal_form() -> None:
    assert all(normalize(word) == word for word in DEFAULT.words)
    assert DEFAULT.version == KEYWORDS_VERSION


def test_hyphens_part_words_and_other_marks_do_not() -> None:
    assert normalize("Opt-Out") == normalize("opt – out") == "opt out"
    assert normalize("S.T.O.P.") == "stop"


def test_another_set_has_a_version_and_words_of_its_own() -> None:
    german = keyword_set("de-1", stop="STOPP,ABMELDEN", yes="JA")
    assert classify("Stopp!", german) is ReplyClass.STOP
    assert classify("ja", german) is ReplyClass.YES
    assert classify("STOP", german) is ReplyClass.OTHER
